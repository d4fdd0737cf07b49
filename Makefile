# Each target does all the set-up that it needs. `make help` lists them.
.DEFAULT_GOAL := help
.PHONY: help set-up prepare demo test lint verify benchmark release pages clean

VENV := .venv/bin

help:
	@echo "make demo       set up; grade the demo class of six students"
	@echo "make test       set up; check the style and types, run the tests"
	@echo "make verify     set up; try all misconceptions and other right ways, 200 seeds; writes docs/"
	@echo "make benchmark  set up; measure speed beside stock nbgrader and with larger classes; writes docs/"
	@echo "make release    set up; make release/ and the answer keys anew from source/"
	@echo "make pages      set up; make docs/pages/ anew: the notebooks with their figures"
	@echo "make clean      remove what the demo and the set-up made"

set-up: .venv/.set-up

.venv/.set-up: requirements.lock pyproject.toml set_up.sh
	@./set_up.sh

# What every grading would compute again is computed once; a change of suites or keys renews it.
prepare: set-up
	@$(VENV)/autograder prepare

demo: prepare
	@$(VENV)/autograder demo

test: prepare lint
	@$(VENV)/python -m pytest

lint: set-up
	@$(VENV)/ruff check .
	@$(VENV)/ruff format --check .
	@$(VENV)/mypy

verify: prepare
	@$(VENV)/python -m pytest -m thorough
	@FUZZ=10 $(VENV)/python -m pytest tests/test_fuzz_*.py tests/test_output_collector.py
	@$(VENV)/autograder verify --table docs/verification.md
	@$(VENV)/autograder power --table docs/power.md

benchmark: prepare
	@$(VENV)/python benchmarks/grading.py --table docs/performance.md
	@$(VENV)/python benchmarks/growth.py --table docs/growth.md
	@$(VENV)/python benchmarks/otter.py --table docs/otter.md

release: set-up
	@$(VENV)/autograder release

pages: set-up
	@$(VENV)/autograder pages

clean:
	# Compiled code lies in folders that nobody may list, see autograder/sandbox/compiled_code.py.
	[ ! -d .store ] || find .store -type d ! -perm -u+r -exec chmod u+rwx {} \;
	rm -rf .venv demo .store
