"""``autograder report``: what the gradebook and ``autograded/`` tell of a class."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from nbformat import NotebookNode
from nbgrader.api import Gradebook, MissingEntry, SubmittedAssignment
from nbgrader.api import Student as StudentEntry

from autograder.course import Assignment
from autograder.doors import not_graded
from autograder.doors.course_directory import NbGraderCourse
from autograder.errors import UserError
from autograder.files import write_at_once
from autograder.notebooks.cells import grade_id, is_autograded, is_solution
from autograder.notebooks.reading import released_notebook
from autograder.records import CellResult
from autograder.report.alike import Alikeness, alikeness
from autograder.report.page import report_page
from autograder.report.pass_rates import pass_rates
from autograder.report.records import Answer, ClassData, Exercise, Student
from autograder.report.table import report_table


def write_report(data: ClassData, folder: Path) -> tuple[Path, Path, Alikeness]:
    """Write the page and the CSV of a class; returns their paths, and who wrote alike.

    Raises:
        OSError: they cannot be written.
    """
    alike = alikeness(data)
    page = report_page(data, pass_rates(data), alike, datetime.now(UTC))
    html, table = (folder / f"{data.assignment}.{ending}" for ending in ("html", "csv"))
    write_at_once(html, page.encode())
    write_at_once(table, report_table(data, alike).encode())
    return html, table, alike


def read_class(directory: NbGraderCourse, assignment: Assignment) -> ClassData:
    """All that is known of a class and one assignment.

    Raises:
        UserError: the gradebook does not know the assignment.
    """
    released = released_notebook(assignment)
    with directory.gradebook as gradebook:
        try:
            due = gradebook.find_assignment(assignment.name).duedate
        except MissingEntry:
            raise UserError(
                f"The gradebook does not know {assignment.name} yet: run "
                "autograder gradebook first."
            ) from None
        everybody = not_graded.everybody(directory.directory, gradebook, [assignment.name])
        exercises = tuple(_exercises(released))
        students = tuple(
            _student(directory, gradebook, assignment, exercises, name, everybody[name])
            for name in sorted(everybody)
        )
    return ClassData(assignment.name, due, exercises, students, all_cells(released))


def _exercises(released: NotebookNode) -> Iterator[Exercise]:
    for cell in released.cells:
        if is_autograded(cell):
            name = str(grade_id(cell)).removeprefix("test_")
            yield Exercise(name, float(cell.metadata["nbgrader"]["points"]))
        elif is_solution(cell) and cell.metadata["nbgrader"].get("grade"):
            name, points = str(grade_id(cell)), float(cell.metadata["nbgrader"]["points"])
            yield Exercise(name, points, is_written=True)


def _student(
    directory: NbGraderCourse,
    gradebook: Gradebook,
    assignment: Assignment,
    exercises: tuple[Exercise, ...],
    name: str,
    entry: StudentEntry | None,
) -> Student:
    why = not_graded.why_not_graded(directory.directory, gradebook, assignment.name, name)
    known = Student(
        name,
        " ".join(filter(None, (entry.first_name, entry.last_name))) if entry else "",
        why_not_graded=why,
        has_handed_in=why != not_graded.NOTHING_HANDED_IN,
    )
    submission = not_graded.find_submission(gradebook, assignment.name, name)
    if submission is None or not known.has_handed_in:
        return known
    hours = None
    if submission.timestamp and submission.duedate:
        hours = (submission.timestamp - submission.duedate).total_seconds() / 3600
    with_times = replace(known, timestamp=submission.timestamp, hours_late=hours)
    if why:
        return with_times
    cells, answers = _graded_notebook(directory.autograded(assignment, name))
    return replace(
        with_times,
        penalty=submission.late_submission_penalty or 0.0,
        scores=_scores(submission, exercises),
        misconceptions=frozenset(
            (cell.grade_id.removeprefix("test_"), test.misconception)
            for cell in cells
            for test in cell.tests
            if test.misconception
        ),
        answers=answers,
    )


def _scores(
    submission: SubmittedAssignment, exercises: Iterable[Exercise]
) -> dict[str, float | None]:
    """The points of each exercise; a teacher's points come before those of the hidden tests."""
    grades = {grade.name: grade for notebook in submission.notebooks for grade in notebook.grades}
    scores: dict[str, float | None] = {}
    for exercise in exercises:
        grade = grades.get(exercise.name if exercise.is_written else f"test_{exercise.name}")
        is_given = grade is not None and not grade.needs_manual_grade
        scores[exercise.name] = float(grade.score) if grade and is_given else None
    return scores


def _graded_notebook(path: Path) -> tuple[tuple[CellResult, ...], dict[str, Answer]]:
    """The results and the student's own cells in a graded notebook.

    One that is gone, or that something else than this grader has written, has none of either.
    """
    try:
        # It is the grader's own: of a class of hundreds nbformat would take minutes to check it.
        notebook = json.loads(path.read_bytes())
        cells = notebook["metadata"]["autograder"]["cells"]
        answers = dict(_own_cells(notebook["cells"]))
        return tuple(map(CellResult.from_json, cells)), answers
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return (), {}


def _own_cells(cells: Iterable[dict[str, Any]]) -> Iterator[tuple[str, Answer]]:
    for cell in cells:
        nbgrader = cell["metadata"].get("nbgrader", {})
        if nbgrader.get("solution"):
            yield nbgrader["grade_id"], Answer("".join(cell["source"]), cell["cell_type"] == "code")


def all_cells(notebook: NotebookNode) -> dict[str, Answer]:
    """All cells of a notebook, by their names; those without one by their places."""
    return {
        grade_id(cell) or f"cell {index}": Answer(cell.source, cell.cell_type == "code")
        for index, cell in enumerate(notebook.cells)
    }
