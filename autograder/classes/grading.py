"""Grading many notebooks of one assignment on this machine; see ``cluster`` for many machines."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from autograder.classes.kept_grades import KeptGrades, encode_result
from autograder.course import Assignment, Course
from autograder.errors import CannotGrade
from autograder.grading.grade import grade_file
from autograder.grading.workers import WorkerLost, in_parallel
from autograder.notebooks.reading import read_submitted_file


@dataclass(frozen=True)
class Outcome:
    """What came of grading one notebook.

    Attributes:
        key: the name of its grade among the kept ones, empty where it has none.
        problem: why it has none, or nothing.
    """

    key: str
    problem: str = ""


def grade_here(
    notebooks: Sequence[Path], assignment: Assignment, course: Course, kept: KeptGrades, jobs: int
) -> Iterator[tuple[int, Outcome]]:
    """Grade notebooks, ``jobs`` at a time, and keep their grades; gives them as they come.

    Raises:
        UserError: the course or this machine is not set up for grading.
        OSError: a grade cannot be kept.
    """
    task = partial(_grade_and_keep, assignment=assignment, course=course, kept=kept)
    for index, outcome in in_parallel(task, notebooks, jobs):
        yield index, Outcome("", str(outcome)) if isinstance(outcome, WorkerLost) else outcome


def _grade_and_keep(
    path: Path, assignment: Assignment, course: Course, kept: KeptGrades
) -> Outcome:
    # Where it was graded it is kept: it does not travel, and the process that waits stays small.
    try:
        content = read_submitted_file(path)
    except CannotGrade as problem:
        return Outcome("", problem.sentence)
    result = grade_file(path, course, assignment=assignment, content=content)
    if result.status == "failed":
        return Outcome("", result.reason)
    key = kept.key(content)
    kept.keep(key, encode_result(result))
    return Outcome(key)
