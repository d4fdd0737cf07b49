"""``nbgrader export``: grades as CSV, in which nobody gets a zero for want of a grade."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from nbgrader.api import Gradebook
from nbgrader.coursedir import CourseDirectory
from nbgrader.plugins import ExportPlugin

from autograder.doors.not_graded import (
    NOTHING_HANDED_IN,
    find_submission,
    handed_in,
    why_not_graded,
)

# nbgrader's own columns in their order, and the reason behind them.
COLUMNS = (
    *("assignment", "duedate", "timestamp", "student_id", "last_name", "first_name", "email"),
    *("raw_score", "late_submission_penalty", "score", "max_score", "why_not_graded"),
)


class CsvExportPlugin(ExportPlugin):
    """Writes one line for each assignment and student.

    Who handed in and was not graded has no score, and the reason in the last column. Who handed in
    nothing has 0, as in nbgrader's own export, and the last column says so.
    """

    def export(self, gradebook: Gradebook) -> None:
        """Write to ``self.to``, or to ``grades.csv``."""
        path = Path(self.to or "grades.csv")
        self.log.info("Exporting grades to %s", path)
        unfinished = path.with_name(path.name + ".part")
        with unfinished.open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, COLUMNS, restval="", lineterminator="\n")
            writer.writeheader()
            writer.writerows(self._rows(gradebook))
        unfinished.replace(path)

    def _rows(self, gradebook: Gradebook) -> Iterator[dict[str, Any]]:
        directory = CourseDirectory(parent=self)
        assignments = [str(name) for name in self.assignment]
        students = [str(student) for student in self.student]
        for assignment in gradebook.assignments:
            if assignments and assignment.name not in assignments:
                continue
            everybody = {student.id: student for student in gradebook.students}
            for _, _, student in handed_in(directory, assignment.name):
                everybody.setdefault(student, None)  # graded never, so the gradebook has no such
            for student, details in everybody.items():
                if students and student not in students:
                    continue
                yield {
                    "assignment": assignment.name,
                    "duedate": assignment.duedate,
                    "student_id": student,
                    "last_name": details and details.last_name,
                    "first_name": details and details.first_name,
                    "email": details and details.email,
                    "max_score": assignment.max_score,
                    **_scores(directory, gradebook, assignment.name, student),
                }


def _scores(
    directory: CourseDirectory, gradebook: Gradebook, assignment: str, student: str
) -> dict[str, Any]:
    why = why_not_graded(directory, gradebook, assignment, student)
    submission = find_submission(gradebook, assignment, student)
    row = {"timestamp": submission and submission.timestamp, "why_not_graded": why}
    if why and why != NOTHING_HANDED_IN:
        return row
    score = submission.score if submission else 0.0
    penalty = submission.late_submission_penalty if submission else 0.0
    return row | {
        "raw_score": score,
        "late_submission_penalty": penalty,
        "score": max(0.0, score - penalty),
    }
