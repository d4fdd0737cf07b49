"""Making ``release/`` and the answer keys in ``solutions/`` from ``source/``, by nbgrader."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path

from autograder.course import Assignment, Course
from autograder.doors.course_directory import NbGraderCourse
from autograder.doors.unfinished import expect_finished
from autograder.errors import GraderFault, UserError
from autograder.grading.grade import grade_file, points_of_test_cells
from autograder.grading.suite import check_mapping, collect
from autograder.grading.workers import expect_outcome, in_parallel
from autograder.notebooks.reading import released_notebook
from autograder.records import Result


@contextmanager
def generated(course: Course) -> Iterator[Path]:
    """A temporary course directory with ``release/`` and ``solutions/`` as they should be."""
    with tempfile.TemporaryDirectory(prefix="release-") as folder:
        directory = NbGraderCourse.set_up(Path(folder))
        for assignment in course.assignments:
            directory.generate_assignment(assignment)
            directory.generate_solution(assignment)
        yield Path(folder)


def make_release(course: Course, jobs: int) -> list[Path]:
    """Write the folders with the released notebooks and those with the answer keys, all anew.

    Returns the paths of their files.

    Raises:
        UserError: an assignment is not finished, or a key does not score full marks; then nothing
            was written.
    """
    written = []
    with generated(course) as folder:
        _expect_full_marks(replace(course, root=folder, assignments=_below(folder, course)), jobs)
        for target in _folders(course):
            shutil.rmtree(target, ignore_errors=True)
            shutil.copytree(folder / target.relative_to(course.root), target)
            written += _files_in(target)
    return written


def _folders(course: Course) -> list[Path]:
    """The folders that are made from ``source/``: two for each assignment."""
    return [
        path.parent
        for assignment in course.assignments
        for path in (assignment.release, assignment.key)
    ]


def _files_in(folder: Path) -> list[Path]:
    """The notebook, and what students receive beside it; not what running it has left there."""
    return sorted(path for path in folder.glob("*") if path.is_file())


def _below(folder: Path, course: Course) -> tuple[Assignment, ...]:
    """The assignments as they are in another folder, with the hidden suites of this one."""
    (folder / "autograder").symlink_to(course.root / "autograder")
    return tuple(replace(assignment, root=folder) for assignment in course.assignments)


def _expect_full_marks(course: Course, jobs: int) -> None:
    task = partial(_grade_key, course=course)
    for index, outcome in in_parallel(task, course.assignments, jobs):
        result = expect_outcome(outcome)
        if result.status != "graded" or result.score != result.max_score:
            raise UserError(
                f"The answer key of {course.assignments[index].name} does not score full marks "
                f"({result.reason or f'{result.score:g} of {result.max_score:g}'})."
            )


def _grade_key(assignment: Assignment, course: Course) -> Result:
    return grade_file(assignment.key, course, assignment=assignment)


def expect_released(assignment: Assignment) -> None:
    """Check that an assignment is finished, and that its release has all exercises of its suite.

    Raises:
        UserError: it is not, or has not.
    """
    expect_finished(assignment)
    if not (assignment.release.exists() and assignment.key.exists()):
        raise UserError(
            f"{assignment.name} has not been released yet: run autograder release first."
        )
    try:
        released = released_notebook(assignment)
        check_mapping(collect(assignment.suite), points_of_test_cells(released))
    except GraderFault as fault:
        raise UserError(f"{fault} If source/ is right, run autograder release first.") from None


def stale_files(course: Course) -> list[Path]:
    """Files of the release and of the answer keys that are not what ``source/`` gives."""
    stale = []
    with generated(course) as folder:
        for target in _folders(course):
            fresh = folder / target.relative_to(course.root)
            there, wanted = (
                {path.name: path.read_bytes() for path in _files_in(place)}
                for place in (target, fresh)
            )
            names = sorted(there.keys() | wanted.keys())
            stale += [target / name for name in names if there.get(name) != wanted.get(name)]
    return stale
