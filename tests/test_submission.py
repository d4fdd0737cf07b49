"""Reading what was handed in, and giving it back the cells that belong to the course."""

import copy
import json

import nbformat
import pytest
from conftest import PS1, with_answers, with_cell

from autograder.errors import CannotGrade
from autograder.notebooks.cells import grade_id
from autograder.notebooks.finding import assignment_by_cells, assignment_by_path, student_of
from autograder.notebooks.reading import read_notebook
from autograder.notebooks.restoring import kernel_note, restore
from course_config import COURSE


def course_cells(notebook):
    return [grade_id(cell) for cell in notebook.cells if grade_id(cell)]


def cell_named(notebook, name):
    return next(cell for cell in notebook.cells if grade_id(cell) == name)


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"\x89PNG\r\n\x1a\n\xff", "not text"),
        (b"", "not valid JSON"),
        (b'{"cells": [', "not valid JSON"),
        (b"[" * 100_000, "not valid JSON"),
        (b"[1, 2]", "no Jupyter notebook"),
        (b'{"a": 1}', "no Jupyter notebook"),
        (b'{"nbformat": 3, "worksheets": []}', "format version '3'"),
        (b'{"nbformat": 99, "cells": []}', "format version '99'"),
        (b'{"nbformat": 4}', "no list of cells"),
        (b'{"nbformat": 4, "cells": [3]}', "Cell 1 of the notebook is malformed"),
        (b'{"nbformat": 4, "cells": [{"cell_type": "code", "source": 3}]}', "Cell 1"),
    ],
)
def test_unreadable_files_are_refused_in_one_sentence(tmp_path, content, told):
    path = tmp_path / "shrinkage.ipynb"
    path.write_bytes(content)
    with pytest.raises(CannotGrade, match=told) as refused:
        read_notebook(path)
    assert "\n" not in str(refused.value)


def test_a_missing_file_is_refused(tmp_path):
    with pytest.raises(CannotGrade, match="cannot be read"):
        read_notebook(tmp_path / "nowhere.ipynb")


def test_an_untouched_release_is_restored_to_itself(released):
    restored = restore(released, released)
    assert [cell.source for cell in restored.cells] == [cell.source for cell in released.cells]


def test_restoring_twice_changes_nothing(tmp_path, key, released):
    changed = with_cell(key, "x = 1", after="data_weight")
    once = restore(changed, released)
    nbformat.write(once, tmp_path / "once.ipynb")
    twice = restore(read_notebook(tmp_path / "once.ipynb"), released)
    assert [cell.source for cell in twice.cells] == [cell.source for cell in once.cells]
    assert course_cells(twice) == course_cells(once) == course_cells(released)


def test_deleted_cells_come_back_at_their_place(key, released):
    for name in ("test_posterior_mean", "setup", "data_weight", "explain_shrinkage"):
        crippled = copy.deepcopy(key)
        crippled.cells = [cell for cell in crippled.cells if grade_id(cell) != name]
        assert course_cells(restore(crippled, released)) == course_cells(released)


def test_locked_cells_points_and_names_are_the_courses_own(key, released):
    hostile = with_answers(key, test_posterior_mean="6.0", setup="import os; os._exit(0)")
    for cell in hostile.cells:
        if grade_id(cell):
            cell.metadata["nbgrader"].update(points=1000, locked=False, solution=True, grade=True)
    restored = restore(hostile, released)
    for cell in released.cells:
        if grade_id(cell):
            assert cell_named(restored, grade_id(cell)).metadata == cell.metadata
    for name in ("test_posterior_mean", "setup"):
        assert cell_named(restored, name).source == cell_named(released, name).source


def test_a_cell_turned_into_markdown_is_code_again(key, released):
    submitted = copy.deepcopy(key)
    cell_named(submitted, "data_weight").cell_type = "markdown"
    assert cell_named(restore(submitted, released), "data_weight").cell_type == "code"


def test_of_a_duplicated_answer_the_last_that_was_filled_in_counts(released):
    first = with_answers(released, posterior_mean="first = 1")
    index = next(i for i, c in enumerate(first.cells) if grade_id(c) == "posterior_mean")
    second, stub = copy.deepcopy(first.cells[index]), cell_named(released, "posterior_mean")
    second.source = "second = 2"
    first.cells[index + 1 : index + 1] = [second, copy.deepcopy(stub)]
    restored = restore(first, released)
    assert course_cells(restored) == course_cells(released)
    assert cell_named(restored, "posterior_mean").source == "second = 2"
    sources = [cell.source for cell in restored.cells]
    assert sources.index("first = 1") < sources.index("second = 2")
    assert sources.count(stub.source) == 0


def test_old_or_malformed_nbgrader_metadata_does_no_harm(key, released):
    submitted = copy.deepcopy(key)
    cell_named(submitted, "data_weight").metadata["nbgrader"] = {
        "grade_id": "data_weight",
        "schema_version": 1,
    }
    extra = nbformat.v4.new_code_cell("x = 1", id="x")
    extra.metadata["nbgrader"] = {"grade_id": "unknown", "schema_version": 0, "grade": True}
    submitted.cells.append(extra)
    restored = restore(submitted, released)
    assert course_cells(restored) == course_cells(released)
    assert "nbgrader" not in restored.cells[-1].metadata


def test_a_notebook_without_the_assignments_cells_is_refused(released):
    foreign = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("1 + 1", id="a")])
    with pytest.raises(CannotGrade, match="no nbgrader metadata"):
        restore(foreign, released)


def test_an_unknown_kernel_is_remarked_and_another_language_refused(released):
    released.metadata["kernelspec"] = {"name": "my-env", "language": "python"}
    assert "my-env" in kernel_note(released)
    released.metadata["kernelspec"] = {"name": "ir", "language": "R"}
    with pytest.raises(CannotGrade, match="Python"):
        kernel_note(released)


def test_the_assignment_is_told_by_folder_file_name_or_cells(tmp_path, released):
    folder = tmp_path / "alyssa" / PS1.name
    assert assignment_by_path(folder / "whatever.ipynb", COURSE) == PS1
    assert assignment_by_path(tmp_path / f"{PS1.notebook}.ipynb", COURSE) == PS1
    assert assignment_by_path(tmp_path / "copy.ipynb", COURSE) is None
    assert assignment_by_cells(released, COURSE) == PS1
    assert student_of(folder / "x.ipynb", PS1) == "alyssa"
    assert student_of(tmp_path / "x.ipynb", PS1) is None
    with pytest.raises(CannotGrade, match="no assignment"):
        assignment_by_cells(nbformat.v4.new_notebook(), COURSE)


def test_pasted_pictures_stay_and_other_attachments_go(tmp_path, released):
    content = json.loads(nbformat.writes(released))
    for cell in content["cells"]:
        if cell["metadata"].get("nbgrader", {}).get("grade_id") == "explain_shrinkage":
            cell["attachments"] = {
                "a.png": {"image/png": "iVBORw0KGgo="},
                "b.svg": {"image/svg+xml": "<svg onload=alert(1)>"},
                "c.png": {"image/png": '"><script>'},
            }
    path = tmp_path / "shrinkage.ipynb"
    path.write_text(json.dumps(content))
    restored = restore(read_notebook(path), released)
    assert list(cell_named(restored, "explain_shrinkage").attachments) == ["a.png"]
