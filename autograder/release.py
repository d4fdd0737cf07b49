"""Making ``release/`` and the answer keys in ``solutions/`` from ``source/``, by nbgrader."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from autograder.course_directory import NbGraderCourse
from course_config import ASSIGNMENTS, ROOT, Assignment


def key_path(assignment: Assignment, root: Path = ROOT) -> Path:
    """The answer key of an assignment below a course directory."""
    return root / "solutions" / assignment.name / f"{assignment.notebook}.ipynb"


@contextmanager
def generated() -> Iterator[Path]:
    """A temporary course directory with ``release/`` and ``solutions/`` as they should be."""
    with tempfile.TemporaryDirectory(prefix="release-") as folder:
        course = NbGraderCourse.set_up(Path(folder))
        for assignment in ASSIGNMENTS:
            course.generate_assignment(assignment)
            course.generate_solution(assignment)
        yield Path(folder)


def make_release() -> list[Path]:
    """Write the released notebooks and the answer keys of all assignments; returns their paths."""
    written = []
    with generated() as folder:
        for assignment in ASSIGNMENTS:
            for path in (assignment.release, key_path(assignment)):
                path.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(folder / path.relative_to(ROOT), path)
                written.append(path)
    return written


def stale_files() -> list[Path]:
    """Released notebooks and answer keys that are not what ``source/`` gives."""
    stale = []
    with generated() as folder:
        for assignment in ASSIGNMENTS:
            for path in (assignment.release, key_path(assignment)):
                fresh = (folder / path.relative_to(ROOT)).read_bytes()
                if not path.exists() or path.read_bytes() != fresh:
                    stale.append(path)
    return stale
