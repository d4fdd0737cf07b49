"""``nbgrader export``: grades as CSV, in which nobody gets a zero for want of a grade.

As nbgrader's own file, and in the forms that Canvas and Moodle import.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, ClassVar

from nbgrader.api import Assignment, Gradebook, Student
from nbgrader.coursedir import CourseDirectory
from nbgrader.plugins import ExportPlugin

from autograder.doors.marks import to_be_marked
from autograder.doors.not_graded import (
    NOTHING_HANDED_IN,
    everybody,
    find_submission,
    handed_in,
    why_not_graded,
)
from course_config import COURSE

# nbgrader's own columns in their order, then why there is no score, or why it may still grow.
COLUMNS = (
    *("assignment", "duedate", "timestamp", "student_id", "last_name", "first_name", "email"),
    *("raw_score", "late_submission_penalty", "score", "max_score"),
    *("why_not_graded", "to_be_marked"),
)


class CsvExportPlugin(ExportPlugin):
    """Writes one line for each assignment and student.

    Who handed in and was not graded has no score, and the reason in ``why_not_graded``. Who handed
    in nothing has 0 as soon as the assignment is due. Written answers that nobody has marked are
    named in ``to_be_marked``, and count nothing until then.
    """

    def export(self, gradebook: Gradebook) -> None:
        """Write to ``self.to``, or to ``grades.csv``."""
        path = Path(self.to or "grades.csv")
        self.log.info("Exporting grades to %s", path)
        rows = self._rows(gradebook)
        _write(path, [COLUMNS, *([row.get(column) for column in COLUMNS] for row in rows)])

    def _rows(self, gradebook: Gradebook) -> Iterator[dict[str, Any]]:
        directory = CourseDirectory(parent=self)
        for assignment in _chosen_assignments(self, gradebook):
            for student, details in _chosen_students(self, directory, gradebook, [assignment.name]):
                yield {
                    "assignment": assignment.name,
                    "duedate": assignment.duedate,
                    "student_id": student,
                    "last_name": details and details.last_name,
                    "first_name": details and details.first_name,
                    "email": details and details.email,
                    "max_score": assignment.max_score,
                    **_scores(directory, gradebook, assignment, student),
                }


class LmsExport(ExportPlugin):
    """One line for each student and one column for each assignment, as a system imports grades.

    An assignment for which nobody has handed in anything is left out, unless it is asked for with
    ``--assignment``. Whoever is not graded, or has answers that nobody has marked yet, has an
    empty field, and the reason in the last column. Who has handed in nothing has 0 as soon as the
    assignment is due.
    """

    file_name: ClassVar[str]
    student_columns: ClassVar[tuple[str, ...]]
    reason_column: ClassVar[str]

    def export(self, gradebook: Gradebook) -> None:
        """Write to ``self.to``, or to the system's default."""
        path = Path(self.to or self.file_name)
        self.log.info("Exporting grades to %s", path)
        directory = CourseDirectory(parent=self)
        assignments = [
            assignment
            for assignment in _chosen_assignments(self, gradebook)
            if self.assignment or any(handed_in(directory, assignment.name))
        ]
        names = [assignment.name for assignment in assignments]
        header = [*self.student_columns, *map(_lms_name, names), self.reason_column]
        rows = [
            self._row(directory, gradebook, assignments, student, details)
            for student, details in _chosen_students(self, directory, gradebook, names)
        ]
        _write(path, [header, *self.rows_before(assignments), *rows])

    def rows_before(self, assignments: Sequence[Assignment]) -> list[list[Any]]:
        """Lines between the header and the students."""
        return []

    def columns_of(self, student: str, details: Student | None) -> list[str]:
        """What stands in ``student_columns``; of some students nothing but the id is known."""
        raise NotImplementedError

    def _row(
        self,
        directory: CourseDirectory,
        gradebook: Gradebook,
        assignments: Sequence[Assignment],
        student: str,
        details: Student | None,
    ) -> list[Any]:
        grades = {
            assignment.name: _grade(directory, gradebook, assignment, student)
            for assignment in assignments
        }
        reasons = [f"{name}: {why}" for name, (_, why) in grades.items() if why]
        scores = ["" if score is None else f"{score:g}" for score, _ in grades.values()]
        return [*self.columns_of(student, details), *scores, " ".join(reasons)]


class CanvasExport(LmsExport):
    """For Canvas: Grades, Import.

    Canvas finds a student by its number (``lms_user_id`` in the roster), else by the login, which
    is the student's id here, else by name; and an assignment by ``lms_name`` of course_config.py.
    """

    file_name = "canvas.csv"
    student_columns = ("Student", "ID", "SIS User ID", "SIS Login ID", "Section")
    # Canvas takes any column for an assignment, but those with these two words.
    reason_column = "No Final Score, why"

    def rows_before(self, assignments: Sequence[Assignment]) -> list[list[Any]]:
        """The points that can be had, which Canvas wants to know."""
        points = [f"{assignment.max_score:g}" for assignment in assignments]
        return [["    Points Possible", *[""] * 4, *points, ""]]

    def columns_of(self, student: str, details: Student | None) -> list[str]:
        """As Canvas writes them into its own exports."""
        last, first = (details and details.last_name) or "", (details and details.first_name) or ""
        name = ", ".join(filter(None, [last, first])) or student
        return [name, (details and details.lms_user_id) or "", "", student, ""]


class MoodleExport(LmsExport):
    """For Moodle: Grades, Import, CSV file.

    Moodle asks which column tells who a student is, and which grades go where.
    """

    file_name = "moodle.csv"
    student_columns = ("First name", "Last name", "ID number", "Username", "Email address")
    reason_column = "Not graded, why"

    def columns_of(self, student: str, details: Student | None) -> list[str]:
        """As Moodle writes them into its own exports."""
        if details is None:
            return ["", "", "", student, ""]
        known = (details.first_name, details.last_name, details.lms_user_id, student, details.email)
        return [value or "" for value in known]


def _write(path: Path, rows: Iterable[Sequence[Any]]) -> None:
    unfinished = path.with_name(path.name + ".part")
    with unfinished.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows(rows)
    unfinished.replace(path)


def _chosen_assignments(plugin: ExportPlugin, gradebook: Gradebook) -> list[Assignment]:
    chosen = [str(name) for name in plugin.assignment]
    return [a for a in gradebook.assignments if not chosen or a.name in chosen]


def _chosen_students(
    plugin: ExportPlugin,
    directory: CourseDirectory,
    gradebook: Gradebook,
    assignments: Sequence[str],
) -> Iterator[tuple[str, Student | None]]:
    chosen = [str(student) for student in plugin.student]
    for student, details in everybody(directory, gradebook, assignments).items():
        if not chosen or student in chosen:
            yield student, details


def _lms_name(assignment: str) -> str:
    names = {known.name: known.lms_name for known in COURSE.assignments}
    return names.get(assignment) or assignment


def _grade(
    directory: CourseDirectory, gradebook: Gradebook, assignment: Assignment, student: str
) -> tuple[float | None, str]:
    """The score to import, or None, and why there is none or why it is 0."""
    row = _scores(directory, gradebook, assignment, student)
    if row.get("to_be_marked"):
        return None, f"Waits for a teacher: {row['to_be_marked']}."
    return row.get("score"), row["why_not_graded"]


def _scores(
    directory: CourseDirectory, gradebook: Gradebook, assignment: Assignment, student: str
) -> dict[str, Any]:
    """The columns that tell a student's grade; those without a value are left out."""
    why = why_not_graded(directory, gradebook, assignment.name, student)
    submission = find_submission(gradebook, assignment.name, student)
    row = {"timestamp": submission and submission.timestamp, "why_not_graded": why}
    if why == NOTHING_HANDED_IN:
        if not _is_due(assignment):
            return row
        return row | {"raw_score": 0.0, "late_submission_penalty": 0.0, "score": 0.0}
    if why or submission is None:
        return row
    score, penalty = submission.score, submission.late_submission_penalty
    return row | {
        "raw_score": score,
        "late_submission_penalty": penalty,
        "score": max(0.0, score - penalty),
        "to_be_marked": ", ".join(to_be_marked(submission)),
    }


def _is_due(assignment: Assignment) -> bool:
    """Whether the due date is over; an assignment without one is never due."""
    now = datetime.now(UTC).replace(tzinfo=None)  # nbgrader keeps dates in UTC, without saying so
    return bool(assignment.duedate and assignment.duedate < now)
