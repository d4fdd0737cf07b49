"""The authors' gates: keys pass, stubs fail, suites and notebooks agree."""

import ast
import re
import signal
import sys
import time
from pathlib import Path

import pytest
from conftest import graded_key

from autograder.authoring.release import stale_files
from autograder.errors import GraderFault
from autograder.grading.grade import grade, points_of_test_cells
from autograder.grading.student import StudentFailure
from autograder.grading.suite import Suite, check_mapping, collect, work_limited_to
from autograder.misconceptions.library import library_of
from autograder.notebooks.cells import grade_id, is_solution
from autograder.notebooks.reading import released_notebook
from course_config import ASSIGNMENTS, COURSE, ROOT

by_assignment = pytest.mark.parametrize("assignment", ASSIGNMENTS, ids=lambda a: a.name)


@by_assignment
def test_suite_and_notebook_name_the_same_cells_and_points(assignment):
    check_mapping(collect(assignment.suite), points_of_test_cells(released_notebook(assignment)))


def test_a_mapping_that_does_not_agree_is_refused():
    suite = Suite(ASSIGNMENTS[0].suite, points={"test_a": 2.0})
    for cells in ({}, {"test_a": 3.0}, {"test_a": 2.0, "test_b": 1.0}):
        with pytest.raises(GraderFault, match="test_"):
            check_mapping(suite, cells)


def test_work_on_an_answer_is_limited_and_waiting_is_not():
    def work_without_end():
        while True:
            pass

    with pytest.raises(StudentFailure, match="holds too much"), work_limited_to(0.05):
        work_without_end()
    with work_limited_to(0.05):
        time.sleep(0.2)
    assert signal.getitimer(signal.ITIMER_VIRTUAL) == (0, 0)


@by_assignment
def test_every_test_cell_has_its_solution_cell(assignment):
    notebook = released_notebook(assignment)
    answers = {grade_id(cell) for cell in notebook.cells if is_solution(cell)}
    assert {f"test_{name}" for name in answers if not name.startswith("explain_")} == set(
        points_of_test_cells(notebook)
    )


@by_assignment
def test_every_example_asks_for_the_function_of_its_cell(assignment):
    for cell, question in collect(assignment.suite).examples.items():
        assert cell == f"test_{question.function}"


@by_assignment
def test_every_misconception_belongs_to_a_graded_function(assignment):
    functions = {question.function for question in collect(assignment.suite).examples.values()}
    assert {entry.function for entry in library_of(assignment.notebook).functions} <= functions


@by_assignment
def test_hidden_suites_import_the_reference_and_nothing_else_of_the_grader(assignment):
    imported = set()
    for node in ast.walk(ast.parse(assignment.suite.read_text())):
        if isinstance(node, ast.Import):
            imported |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            imported.add((node.module or "").split(".")[0])
    assert imported - sys.stdlib_module_names <= {"solutions", "numpy", "scipy", "pytest"}


@by_assignment
def test_the_key_scores_full_marks(assignment):
    graded = graded_key(assignment)
    assert [test.hint for cell in graded.cells for test in cell.tests if not test.passed] == []
    assert sum(cell.score for cell in graded.cells) == sum(
        points_of_test_cells(released_notebook(assignment)).values()
    )


@by_assignment
def test_the_empty_release_scores_zero_on_every_test_cell_and_is_told_why(assignment):
    graded = grade(released_notebook(assignment), assignment, COURSE)
    for cell in graded.cells:
        assert cell.score == 0
        assert all("placeholder" in test.hint for test in cell.tests)


def test_release_and_answer_keys_are_fresh():
    assert stale_files(COURSE) == []


@by_assignment
def test_notebooks_are_stored_without_outputs_and_with_readable_ids(assignment):
    for path in (assignment.source, assignment.release, assignment.key):
        import nbformat

        notebook = nbformat.read(path, as_version=4)
        nbformat.validate(notebook)
        for cell in notebook.cells:
            assert not cell.get("outputs")
            assert cell.get("execution_count") is None
            # Those that Jupyter makes up have digits in them.
            assert re.fullmatch("[a-z]+([-_][a-z]+)*", cell.id)


@by_assignment
def test_nothing_of_the_solution_is_released(assignment):
    text = assignment.release.read_text()
    for leak in ("BEGIN SOLUTION", "END SOLUTION", "Marking scheme", "Model answer"):
        assert leak not in text


@by_assignment
def test_the_readme_names_each_assignment_with_its_points(assignment):
    points = sum(
        cell.metadata.get("nbgrader", {}).get("points", 0)
        for cell in released_notebook(assignment).cells
    )
    path = Path("docs", "pages", f"{assignment.name}.md")
    (row,) = [line for line in (ROOT / "README.md").read_text().splitlines() if f"({path})" in line]
    assert row.endswith(f"| {points:g} |")
