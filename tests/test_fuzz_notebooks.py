"""Whatever is handed in is restored to a valid notebook, or refused in one sentence."""

import json

import nbformat
import pytest
from conftest import PS1
from fuzzing import JSON, TEXTS, fuzzed, spoilt
from hypothesis import example, given
from hypothesis import strategies as st

from autograder.errors import CannotGrade
from autograder.notebooks.cells import grade_id, is_solution
from autograder.notebooks.finding import assignment_by_cells
from autograder.notebooks.reading import read_notebook, released_notebook
from autograder.notebooks.relevance import cells_that_decide
from autograder.notebooks.restoring import kernel_note, restore
from course_config import COURSE

# One exercise of each kind: set-up, a function with its test, a written answer.
NAMES = ["setup", "data_weight", "test_data_weight", "explain_shrinkage"]


def a_short_release():
    release = released_notebook(PS1)
    release.cells = [cell for cell in release.cells if grade_id(cell) in NAMES]
    return release


RELEASE = a_short_release()
CONTENT = json.loads(nbformat.writes(RELEASE))

FLAGS = st.fixed_dictionaries(
    {"grade_id": st.sampled_from(NAMES) | JSON},
    optional=dict.fromkeys(("grade", "solution", "locked", "task", "points"), JSON),
)
ATTACHMENTS = st.dictionaries(
    TEXTS, st.dictionaries(st.sampled_from(["image/png", "text/html"]), st.just("AAAA") | JSON)
)
CELLS = st.fixed_dictionaries(
    {
        "cell_type": st.sampled_from(["code", "markdown", "raw"]),
        "source": TEXTS | st.lists(TEXTS, max_size=2),
        "metadata": st.fixed_dictionaries({"nbgrader": FLAGS | JSON}, optional={"tags": JSON}),
    },
    optional={
        "attachments": ATTACHMENTS | JSON,
        "id": JSON,
        "outputs": JSON,
        "execution_count": JSON,
    },
)
METADATA = st.dictionaries(
    st.sampled_from(["kernelspec", "language_info", "language", "authors"]) | TEXTS,
    st.dictionaries(st.sampled_from(["name", "display_name", "language"]), JSON) | JSON,
    max_size=3,
)
NOTEBOOKS = st.fixed_dictionaries(
    {
        "nbformat": st.just(4),
        "cells": st.lists(st.sampled_from(CONTENT["cells"]) | CELLS, max_size=6),
    },
    optional={"metadata": METADATA | JSON, "nbformat_minor": JSON},
)


def is_restored_or_refused(file, folder):
    """Whether a file is restored to a notebook with nothing missing, or refused in a sentence."""
    path = folder / "shrinkage.ipynb"
    path.write_bytes(file)
    try:
        submitted = read_notebook(path)
        assert kernel_note(submitted).isprintable()
        restored = restore(submitted, RELEASE)
    except CannotGrade as refused:
        return str(refused).isprintable()
    nbformat.validate(restored)
    assert restored.metadata == RELEASE.metadata
    assert len({cell.id for cell in restored.cells}) == len(restored.cells)
    course = [cell for cell in restored.cells if grade_id(cell)]
    for cell, released in zip(course, RELEASE.cells, strict=True):
        own = ["source", "attachments"] if is_solution(released) else []
        assert {**cell, **dict.fromkeys(own)} == {**released, **dict.fromkeys(own)}
    assert cells_that_decide(restored, RELEASE) <= set(range(len(restored.cells)))
    nbformat.write(restored, path)
    return essence(restore(read_notebook(path), RELEASE)) == essence(restored)


def essence(notebook):
    return [
        (cell.cell_type, cell.source, cell.metadata, cell.get("attachments", {}))
        for cell in notebook.cells
    ]


@fuzzed(150)
@given(NOTEBOOKS)
@example(CONTENT | {"metadata": {"kernelspec": {"name": "\ud800"}}})
@example(CONTENT | {"cells": [{"cell_type": ["code"], "source": ""}]})
def test_any_notebook_is_restored_or_refused(tmp_path, content):
    assert is_restored_or_refused(json.dumps(content).encode(), tmp_path)


@fuzzed(150)
@given(spoilt(CONTENT, JSON))
def test_a_spoilt_release_is_restored_or_refused(tmp_path, content):
    assert is_restored_or_refused(json.dumps(content).encode(), tmp_path)


@fuzzed(100)
@given(st.binary(max_size=40) | JSON.map(json.dumps).map(str.encode))
@example(b"\xff\xfe\x00\xd8")
@example(b"\xef\xbb\xbf")
@example(b'{"nbformat": 4, "cells": [' + b"[" * 5000)
@example(b'{"nbformat": 4, "cells": [], "metadata": ' + b"9" * 5000 + b"}")
def test_any_file_is_refused(tmp_path, file):
    path = tmp_path / "shrinkage.ipynb"
    path.write_bytes(file)
    with pytest.raises(CannotGrade) as refused:
        assignment_by_cells(read_notebook(path), COURSE)
    assert str(refused.value).isprintable()
