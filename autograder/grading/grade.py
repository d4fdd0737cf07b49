"""``grade(notebook) -> Result``: the one path behind every door."""

from __future__ import annotations

import copy
import time
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

from nbformat import NotebookNode

from autograder.course import Assignment, Course
from autograder.errors import CannotGrade, GraderFault, UserError
from autograder.grading.examples import examples_to_show
from autograder.grading.feedback import outputs_of
from autograder.grading.kernels import kernel_setup, with_modules
from autograder.grading.suite import Suite, check_mapping, collect, run_suite
from autograder.misconceptions.known import KnownMisconceptions
from autograder.notebooks.cells import grade_id, is_autograded
from autograder.notebooks.finding import (
    assignment_by_cells,
    assignment_by_path,
    remark_on_name,
    student_of,
)
from autograder.notebooks.reading import parse_notebook, read_notebook, released_notebook
from autograder.notebooks.relevance import cells_that_decide
from autograder.notebooks.restoring import kernel_note, restore
from autograder.notebooks.run import NotebookRun
from autograder.records import CellResult, Result
from autograder.sandbox.launch import KernelSetup


def grade_file(
    path: Path,
    course: Course,
    *,
    assignment: Assignment | None = None,
    content: bytes | None = None,
) -> Result:
    """Grade the notebook at ``path``; what cannot be graded comes back as ``failed``.

    Args:
        path: where it is, or was: the path may tell its owner and its assignment.
        course: the course, with its limits.
        assignment: what it belongs to, where that is known.
        content: what the file holds, where it was read before.

    Raises:
        UserError: the course or this machine is not set up for grading.
    """
    started = time.monotonic()
    result = Result(str(path), None, None, None)
    try:
        assignment = assignment or assignment_by_path(path, course)
        result = _with_owner(result, path, assignment)
        notebook = read_notebook(path) if content is None else parse_notebook(content)
        assignment = assignment or assignment_by_cells(notebook, course)
        result = _with_owner(result, path, assignment)
        graded = grade(notebook, assignment, course)
        result = replace(
            result,
            reason=" ".join(filter(None, (remark_on_name(path, assignment), graded.reason))),
            cells=graded.cells,
            graded_notebook=graded.graded_notebook,
        )
    except CannotGrade as problem:
        result = replace(result, status="failed", reason=problem.sentence)
    except UserError:
        raise
    except Exception as error:
        # Whatever it is, it stays with this submission, and those after it are graded.
        reason = GraderFault.caused_by(error).sentence
        result = replace(result, status="failed", reason=reason)
    return replace(result, seconds=time.monotonic() - started)


def not_graded(path: Path, reason: str, course: Course) -> Result:
    """The result of what cannot be graded, a notebook or a student's folder without one."""
    inside = path / "notebook" if path.is_dir() else path
    result = Result(str(path), None, None, None, "failed", reason)
    return _with_owner(result, inside, assignment_by_path(inside, course))


def _with_owner(result: Result, path: Path, assignment: Assignment | None) -> Result:
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
    """What :func:`grade` finds: the test cells' results, and the notebook with them in it.

    ``reason`` remarks on what whoever grades should know, or is empty.
    """

    cells: tuple[CellResult, ...]
    graded_notebook: NotebookNode
    reason: str = ""


def grade(
    notebook: NotebookNode,
    assignment: Assignment,
    course: Course,
    *,
    run_everything: bool = False,
    setup: KernelSetup | None = None,
) -> Graded:
    """Grade a submitted notebook: restore it, run it in the sandbox, question it.

    Args:
        notebook: as it was handed in.
        assignment: what it belongs to.
        course: the course, with its limits.
        run_everything: whether to run cells that decide no grade, too; the scores are the same.
        setup: how to start its kernels, where that is not as the course says.

    Raises:
        CannotGrade: it gets no grade; the message says why.
        UserError: the course or this machine is not set up for grading.
    """
    note = kernel_note(notebook)
    released = released_notebook(assignment)
    restored = restore(notebook, released)
    suite = _suite(assignment)
    check_mapping(suite, points_of_test_cells(released))
    needed = None if run_everything else cells_that_decide(restored, released)
    setup = with_modules(setup or kernel_setup(course), assignment)
    with NotebookRun(restored, suite.examples, setup, needed) as run:
        run.run_cells()
        known = known_misconceptions(assignment, course)
        results = run_suite(suite, run, known)
    by_cell = {result.grade_id: result for result in results}
    for cell in restored.cells:
        if is_autograded(cell):
            cell.outputs = outputs_of(by_cell[str(grade_id(cell))])
    ordered = [by_cell[str(grade_id(cell))] for cell in restored.cells if is_autograded(cell)]
    # Reports and the feedback page find the details here; nbgrader's pages do not show metadata.
    restored.metadata["autograder"] = {
        "cells": [result.as_json() for result in ordered],
        "examples": examples_to_show(suite, run, known, ordered),
    }
    remarks = [note, *(result.remark for result in ordered)]
    return Graded(tuple(ordered), restored, " ".join(filter(None, remarks)))


def points_of_test_cells(released: NotebookNode) -> dict[str, float]:
    """The points of each cell that the hidden suite grades."""
    return {
        str(grade_id(cell)): float(cell.metadata["nbgrader"]["points"])
        for cell in released.cells
        if is_autograded(cell)
    }


@cache
def known_misconceptions(assignment: Assignment, course: Course) -> KnownMisconceptions:
    """An assignment's misconceptions, with what is stored of their answers."""
    return KnownMisconceptions(assignment.notebook, course.store)


@cache
def _suite(assignment: Assignment) -> Suite:
    return copy.deepcopy(collect(assignment.suite))
