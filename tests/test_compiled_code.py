"""Compiled code that is kept: it computes what it should, and comes from the course alone."""

import dataclasses
import json
import os
import stat
import subprocess
import sys
import zlib
from pathlib import Path

import pytest
from conftest import THOROUGH

from autograder.grading.kernels import kernel_setup
from autograder.grading.suite import collect, run_suite
from autograder.misconceptions.known import KnownMisconceptions
from autograder.notebooks.reading import read_notebook, released_notebook
from autograder.notebooks.relevance import cells_that_decide
from autograder.notebooks.restoring import restore
from autograder.notebooks.run import NotebookRun
from autograder.sandbox import compiled_code
from autograder.sandbox.compiled_code import (
    CompiledCodeUnusable,
    canary,
    environment,
    filling,
    filling_environment,
    published,
    remove_outdated,
    store_key,
)
from course_config import ASSIGNMENTS, COURSE

# Two programs: one that the first run compiles, and one more.
PROGRAMS = """
import sys
import jax
import jax.numpy as jnp

found = []
jax.monitoring.register_event_listener(lambda name, **_: found.append(name.endswith("/cache_hits")))
print(jax.jit(lambda x: jnp.tanh(x).sum())(jnp.arange(7.0)))
first = sum(found)
if sys.argv[1:] == ["more"]:
    print(jax.jit(lambda x: jnp.exp(x) / 3)(jnp.arange(7.0)))
print(first > 0, file=sys.stderr)
"""

ONEDNN = """
import jax
import numpy as np

matrix = np.ones((500, 500), np.float32)
program = jax.jit(lambda m: (m @ m.T + m).sum(1)).lower(matrix).compile()
print("onednn" in program.as_text())
"""


def run(code: str, *args: str, variables: dict[str, str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-I", "-c", code, *args],
        env={"JAX_PLATFORMS": "cpu"} | variables,
        capture_output=True,
        text=True,
        timeout=300,
        check=True,
    )


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def program(directory: Path, name: str = "jit_f-1-cache") -> Path:
    path = directory / name
    path.write_bytes(zlib.compress(bytes(4) + b"code" * 100))
    return path


@pytest.fixture
def _content_canary(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compiled_code, "canary", lambda: "")


def test_programs_may_be_kept_on_this_machine() -> None:
    assert canary() == ""


def test_canary_notices_the_default_runtime() -> None:
    assert canary(xla_flags="") == "programs that come back from the store compute something else"


def test_canary_says_why_it_could_not_draw() -> None:
    assert "xla_no_such_flag" in canary(xla_flags="--xla_no_such_flag=true")


def test_no_program_depends_on_the_number_of_threads_through_onednn() -> None:
    assert run(ONEDNN, variables=environment(None)).stdout == "False\n"


def test_numbers_are_settled_in_the_same_way_with_and_without_a_store(tmp_path: Path) -> None:
    without, reading, writing = environment(None), environment(tmp_path), filling_environment()
    for name in ("XLA_FLAGS", "PJRT_NPROC", "OPENBLAS_NUM_THREADS"):
        assert without[name] == reading[name] == writing[name]
    assert "JAX_COMPILATION_CACHE_DIR" not in without


@pytest.mark.usefixtures("_content_canary")
def test_a_reader_finds_programs_and_leaves_nothing_behind(tmp_path: Path) -> None:
    with filling(tmp_path) as programs:
        filled = run(PROGRAMS, variables=filling_environment(str(programs)))
    store = published(tmp_path)
    assert store is not None
    there = sorted(store.iterdir()) if _is_root() else None
    read = run(PROGRAMS, "more", variables=environment(store, str(store)))
    assert read.stdout.startswith(filled.stdout)
    assert read.stderr == "True\n"  # found, and not a word else
    assert there == (sorted(store.iterdir()) if _is_root() else None)


@pytest.mark.usefixtures("_content_canary")
def test_a_store_is_sealed_and_torn_programs_are_dropped(tmp_path: Path) -> None:
    with filling(tmp_path) as programs:
        whole, torn = program(programs), program(programs, "jit_g-2-cache")
        torn.write_bytes(torn.read_bytes()[:-5])
        assert published(tmp_path) is None
    store = published(tmp_path)
    assert store is not None
    assert mode(store) == 0o311
    assert mode(store / whole.name) == 0o444
    assert not (store / torn.name).exists()


@pytest.mark.usefixtures("_content_canary")
def test_the_first_of_two_fillers_publishes(tmp_path: Path) -> None:
    with filling(tmp_path) as late, filling(tmp_path) as early:
        program(early, "early-cache")
        program(late, "late-cache")
    store = published(tmp_path)
    assert store is not None
    assert (store / "early-cache").exists()
    assert not (store / "late-cache").exists()
    assert [path.name for path in tmp_path.iterdir()] == [store_key()]


@pytest.mark.usefixtures("_content_canary")
def test_an_interrupted_or_empty_filling_is_forgotten(tmp_path: Path) -> None:
    with pytest.raises(KeyboardInterrupt):
        _fill_and_interrupt(tmp_path)
    with pytest.raises(CompiledCodeUnusable, match="no program"), filling(tmp_path):
        pass
    assert list(tmp_path.iterdir()) == []


def test_nothing_is_filled_where_the_canary_complains(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(compiled_code, "canary", lambda: "it is dead")
    with pytest.raises(CompiledCodeUnusable, match="it is dead"), filling(tmp_path):
        pass


@pytest.mark.usefixtures("_content_canary")
def test_outdated_stores_are_removed(tmp_path: Path) -> None:
    for contents in ("old keys", "new keys"):
        with filling(tmp_path, contents) as programs:
            program(programs)
    remove_outdated(tmp_path, "new keys")
    assert published(tmp_path, "old keys") is None
    assert published(tmp_path, "new keys") is not None


def test_the_key_names_versions_flags_processor_and_contents(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    keys = {store_key(), store_key("other answer keys")}
    for name, stand_in in (
        ("_version", lambda package: "9.9"),
        ("_processor", lambda: ["flags: none"]),
        ("XLA_FLAGS", ""),
    ):
        with monkeypatch.context() as changed:
            changed.setattr(compiled_code, name, stand_in)
            keys.add(store_key())
    assert len(keys) == 5
    assert store_key() in keys


def _fill_and_interrupt(root: Path) -> None:
    with filling(root) as programs:
        program(programs)
        raise KeyboardInterrupt


def _is_root() -> bool:
    return os.geteuid() == 0


class NotingRun(NotebookRun):
    """Notes every question of a suite with its answer, as it came."""

    def __init__(self, *args):
        super().__init__(*args)
        self.noted = []

    def ask(self, question):
        reply = super().ask(question)
        self.noted.append((question.cell, question.function, json.dumps(reply, sort_keys=True)))
        return reply


def answers_of_the_key(assignment, setup):
    released = released_notebook(assignment)
    restored = restore(read_notebook(assignment.key), released)
    suite = collect(assignment.suite)
    needed = cells_that_decide(restored, released)
    with NotingRun(restored, suite.examples, setup, needed) as run:
        run.run_cells()
        run_suite(suite, run, KnownMisconceptions(assignment.notebook, COURSE.store))
        return run.noted


# Compiling those of the larger notebooks takes a minute each.
QUICK = ("ps1-shrinkage", "ps3-learning-the-prior")


@pytest.mark.parametrize(
    "assignment",
    [pytest.param(a, id=a.name, marks=[] if a.name in QUICK else THOROUGH) for a in ASSIGNMENTS],
)
def test_every_answer_to_every_suite_is_the_same_with_and_without_the_store(assignment):
    """Bit for bit: what is compared is the text that came from the kernel."""
    setup = kernel_setup(COURSE)
    if setup.programs is None:
        pytest.skip("nothing has been prepared: run autograder prepare")
    with_store = answers_of_the_key(assignment, setup)
    without = answers_of_the_key(assignment, dataclasses.replace(setup, programs=None))
    assert len(with_store) > 5
    assert with_store == without
