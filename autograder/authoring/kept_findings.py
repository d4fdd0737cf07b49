"""What ``autograder verify`` has found right, kept so that an interrupted run can go on.

A finding depends on everything that judges, on the answers that were tried and on the answer key. A
hash of all this is its name; after any change it is found anew.
"""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from autograder.authoring.verify import Finding, Task
from autograder.classes.kept_grades import fingerprint
from autograder.course import Assignment, Course
from autograder.files import add_code, write_at_once

# Besides what judges a submission: what is tried, and what tries it.
_CODE = ("autograder/authoring", "autograder/commands/verify.py")


class KeptFindings:
    """The findings of some assignments, in the course's store; those of older versions go."""

    def __init__(self, course: Course, assignments: Sequence[Assignment]) -> None:
        self._folders: dict[str, Path] = {}
        if course.store is None:
            return
        for assignment in assignments:
            of_this = course.store / "verified" / assignment.name
            self._folders[assignment.name] = of_this / _version(course, assignment)
            for path in of_this.glob("*"):
                if path != self._folders[assignment.name]:
                    shutil.rmtree(path)

    def load(self, task: Task) -> list[Finding] | None:
        """What a task found before, if all was right then."""
        path = self._path(task)
        try:
            return [Finding(**entry) for entry in json.loads(path.read_bytes())] if path else None
        except (OSError, ValueError, TypeError):
            return None

    def keep(self, task: Task, findings: Sequence[Finding]) -> None:
        """Remember what a task has found, unless something was wrong: that is tried again.

        Raises:
            OSError: the store cannot be written.
        """
        path = self._path(task)
        if path and not any(finding.problem for finding in findings):
            write_at_once(path, json.dumps([asdict(finding) for finding in findings]).encode())

    def _path(self, task: Task) -> Path | None:
        folder = self._folders.get(task.assignment.name)
        tried = [
            *task.notebooks,
            *((v.kind, v.function, v.name, v.source, task.own_cell_only) for v in task.variants),
            *((member.function, member.name) for member in task.members),
        ]
        name = hashlib.sha256(json.dumps(tried).encode()).hexdigest()
        return folder / f"{name}.json" if folder else None


def _version(course: Course, assignment: Assignment) -> str:
    digest = hashlib.sha256(fingerprint(course, assignment).encode())
    add_code(digest, _CODE)
    for path in (assignment.key, assignment.source):
        digest.update(path.read_bytes())
    return digest.hexdigest()
