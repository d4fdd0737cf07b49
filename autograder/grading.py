"""``grade(notebook) -> Result``: the one path behind every door."""

from __future__ import annotations

import copy
import time
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

from nbformat import NotebookNode

from autograder.errors import CannotGrade, GraderFault
from autograder.feedback import as_json, outputs_of
from autograder.misconceptions import library_of
from autograder.notebook_run import NotebookRun
from autograder.submission import (
    assignment_by_cells,
    assignment_by_path,
    grade_id,
    is_autograded,
    kernel_note,
    read_notebook,
    released_notebook,
    restore,
    student_of,
)
from autograder.suite import CellResult, Suite, check_mapping, collect, run_suite
from course_config import LIMITS, SANDBOX, Assignment


@dataclass(frozen=True)
class Result:
    """What became of one submission.

    Attributes:
        path: the notebook that was handed in.
        student: who did, where the path tells.
        assignment: name of the assignment, None where it is unknown.
        notebook: name of the notebook, None where it is unknown.
        status: ``graded``, or ``failed`` where there is no grade.
        reason: why there is none; for a graded one a remark, or nothing.
        seconds: wall time that grading took.
        cells: the test cells in the notebook's order.
        graded_notebook: the restored notebook with outputs, scores and feedback.
    """

    path: str
    student: str | None
    assignment: str | None
    notebook: str | None
    status: str = "graded"
    reason: str = ""
    seconds: float = 0.0
    cells: tuple[CellResult, ...] = ()
    graded_notebook: NotebookNode | None = None

    @property
    def score(self) -> float:
        """Points earned in test cells; written answers are not counted."""
        return sum(cell.score for cell in self.cells)

    @property
    def max_score(self) -> float:
        """Points of all test cells."""
        return sum(cell.max_score for cell in self.cells)

    def as_json(self) -> dict[str, Any]:
        """A submission of the ``--json`` file."""
        graded = self.status == "graded"
        return {
            "path": self.path,
            "student": self.student,
            "assignment": self.assignment,
            "notebook": self.notebook,
            "status": self.status,
            "reason": self.reason or None,
            "score": self.score if graded else None,
            "max_score": self.max_score if graded else None,
            "seconds": round(self.seconds, 3),
            "cells": [as_json(cell) for cell in self.cells],
        }


def grade_file(
    path: Path, *, assignment: Assignment | None = None, sandbox: str = SANDBOX
) -> Result:
    """Grade the notebook at ``path``; what cannot be graded comes back as ``failed``.

    Raises:
        UserError: the course or this machine is not set up for grading.
    """
    started = time.monotonic()
    result = Result(str(path), None, None, None)
    try:
        assignment = assignment or assignment_by_path(path)
        result = _told_whose(result, path, assignment)
        notebook = read_notebook(path)
        assignment = assignment or assignment_by_cells(notebook)
        result = _told_whose(result, path, assignment)
        graded = grade(notebook, assignment, sandbox=sandbox)
        result = replace(
            result,
            reason=graded.reason,
            cells=graded.cells,
            graded_notebook=graded.graded_notebook,
        )
    except CannotGrade as problem:
        result = replace(result, status="failed", reason=_sentence(problem))
    return replace(result, seconds=time.monotonic() - started)


def _told_whose(result: Result, path: Path, assignment: Assignment | None) -> Result:
    if assignment is None:
        return result
    return replace(
        result,
        student=student_of(path, assignment),
        assignment=assignment.name,
        notebook=assignment.notebook,
    )


@dataclass(frozen=True)
class Graded:
    """What :func:`grade` finds: the test cells' results, and the notebook with them in it."""

    cells: tuple[CellResult, ...]
    graded_notebook: NotebookNode
    reason: str = ""


def grade(notebook: NotebookNode, assignment: Assignment, *, sandbox: str = SANDBOX) -> Graded:
    """Grade a submitted notebook: restore it, run it in the sandbox, question it.

    Raises:
        CannotGrade: it gets no grade; the message says why.
        UserError: the course or this machine is not set up for grading.
    """
    note = kernel_note(notebook)
    released = released_notebook(assignment)
    restored = restore(notebook, released)
    suite = _suite(assignment)
    check_mapping(suite, points_of_test_cells(released))
    with NotebookRun(restored, suite.examples, LIMITS, sandbox) as run:
        run.run_cells()
        results = run_suite(suite, run, library_of(assignment.notebook))
    by_cell = {result.grade_id: result for result in results}
    for cell in restored.cells:
        if is_autograded(cell):
            cell.outputs = outputs_of(by_cell[str(grade_id(cell))])
    ordered = [by_cell[str(grade_id(cell))] for cell in restored.cells if is_autograded(cell)]
    # Reports find the details here; nbgrader's pages do not show metadata.
    restored.metadata["autograder"] = {"cells": [as_json(result) for result in ordered]}
    return Graded(tuple(ordered), restored, note)


def points_of_test_cells(released: NotebookNode) -> dict[str, float]:
    """The points of each cell that the hidden suite grades."""
    return {
        str(grade_id(cell)): float(cell.metadata["nbgrader"]["points"])
        for cell in released.cells
        if is_autograded(cell)
    }


@cache
def _suite(assignment: Assignment) -> Suite:
    return copy.deepcopy(collect(assignment.suite))


def _sentence(problem: CannotGrade) -> str:
    if isinstance(problem, GraderFault):
        return f"The grader itself failed, not the submission: {problem}"
    return str(problem)
