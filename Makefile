# Each target does all the set-up that it needs. `make help` lists them.
.DEFAULT_GOAL := help
.PHONY: help set-up demo test lint release clean

VENV := .venv/bin

help:
	@echo "make demo      set up; grade the demo class of six students"
	@echo "make test      set up; check the style and types, run the tests"
	@echo "make release   set up; make release/ and the answer keys anew from source/"
	@echo "make clean     remove what the demo and the set-up made"

set-up: .venv/.set-up

.venv/.set-up: requirements.lock pyproject.toml set_up.sh
	@./set_up.sh

demo: set-up
	@$(VENV)/autograder demo

test: set-up lint
	@$(VENV)/python -m pytest

lint: set-up
	@$(VENV)/ruff check .
	@$(VENV)/ruff format --check .
	@$(VENV)/mypy

release: set-up
	@$(VENV)/autograder release

clean:
	rm -rf .venv demo
