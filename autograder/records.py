"""Plain records that every room passes on: questions, answers, results."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from nbformat import NotebookNode


@dataclass(frozen=True)
class Question:
    """A call of a student's function, as it stood at a test cell.

    Attributes:
        cell: grade_id of the test cell.
        action: what to do, see ``agent``.
        function: the function's name.
        args: its positional arguments, of the types that ``wire`` knows.
        kwargs: its keyword arguments.
    """

    cell: str
    action: str
    function: str
    args: tuple[Any, ...] = ()
    kwargs: tuple[tuple[str, Any], ...] = ()


@dataclass(frozen=True)
class Answered:
    """One question and the student's answer to it, kept to recognise misconceptions."""

    question: Question
    answer: Any


@dataclass(frozen=True)
class TestResult:
    """One hidden test: what it tested, and what came of it."""

    __test__ = False

    name: str
    passed: bool
    points: float
    max_points: float
    hint: str = ""
    misconception: str = ""
    tests_that: str = ""

    def as_json(self) -> dict[str, Any]:
        """A test of the ``--json`` file."""
        return {
            "name": self.name,
            "passed": self.passed,
            "points": self.points,
            "max_points": self.max_points,
            "hint": self.hint,
            "misconception": self.misconception or None,
            "tests_that": self.tests_that,
        }

    @classmethod
    def from_json(cls, entry: dict[str, Any]) -> TestResult:
        """What :meth:`as_json` gave.

        Raises:
            TypeError: or KeyError, it is something else.
        """
        return cls(**{**entry, "misconception": entry["misconception"] or ""})


@dataclass(frozen=True)
class CellResult:
    """One test cell: the sum of its tests.

    Attributes:
        grade_id: its name.
        tests: the hidden tests of it.
        remark: what went wrong with the grader itself there, and cost no points.
    """

    grade_id: str
    tests: tuple[TestResult, ...] = ()
    remark: str = ""

    @property
    def score(self) -> float:
        """Points earned."""
        return sum(test.points for test in self.tests)

    @property
    def max_score(self) -> float:
        """Points that could be earned."""
        return sum(test.max_points for test in self.tests)

    def as_json(self) -> dict[str, Any]:
        """A cell of the ``--json`` file."""
        return {
            "grade_id": self.grade_id,
            "score": self.score,
            "max_score": self.max_score,
            "tests": [test.as_json() for test in self.tests],
        }

    @classmethod
    def from_json(cls, entry: dict[str, Any]) -> CellResult:
        """What :meth:`as_json` gave.

        Raises:
            TypeError: or KeyError, it is something else.
        """
        return cls(entry["grade_id"], tuple(map(TestResult.from_json, entry["tests"])))


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
            "cells": [cell.as_json() for cell in self.cells],
        }
