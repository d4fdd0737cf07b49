"""Making ``release/`` and the answer keys in ``solutions/`` from ``source/``, by nbgrader."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from autograder.course import Course
from autograder.doors.course_directory import NbGraderCourse


@contextmanager
def generated(course: Course) -> Iterator[Path]:
    """A temporary course directory with ``release/`` and ``solutions/`` as they should be."""
    with tempfile.TemporaryDirectory(prefix="release-") as folder:
        directory = NbGraderCourse.set_up(Path(folder))
        for assignment in course.assignments:
            directory.generate_assignment(assignment)
            directory.generate_solution(assignment)
        yield Path(folder)


def make_release(course: Course) -> list[Path]:
    """Write the released notebooks and the answer keys of all assignments; returns their paths."""
    written = []
    with generated(course) as folder:
        for assignment in course.assignments:
            for path in (assignment.release, assignment.key):
                path.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(folder / path.relative_to(course.root), path)
                written.append(path)
    return written


def stale_files(course: Course) -> list[Path]:
    """Released notebooks and answer keys that are not what ``source/`` gives."""
    stale = []
    with generated(course) as folder:
        for assignment in course.assignments:
            for path in (assignment.release, assignment.key):
                fresh = (folder / path.relative_to(course.root)).read_bytes()
                if not path.exists() or path.read_bytes() != fresh:
                    stale.append(path)
    return stale
