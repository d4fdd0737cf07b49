"""``autograder gradebook``: what nbgrader's gradebook must know before anything is handed in."""

from __future__ import annotations

import csv
from pathlib import Path

from autograder.course import Course
from autograder.doors.course_directory import NbGraderCourse
from autograder.errors import UserError

# nbgrader's own names for what it knows of a student.
COLUMNS = ("id", "first_name", "last_name", "email", "lms_user_id")


def fill_gradebook(directory: NbGraderCourse, course: Course, roster: list[dict[str, str]]) -> None:
    """Enter all assignments with their due dates and cells, and the students of a roster.

    What is in the gradebook already is brought up to date, and no grade is touched.

    Raises:
        UserError: nbgrader cannot enter an assignment; the message says why.
    """
    for assignment in course.assignments:
        directory.generate_assignment(assignment)
    with directory.gradebook as gradebook:
        for student in roster:
            details = {name: value for name, value in student.items() if name != "id"}
            gradebook.update_or_create_student(student["id"], **details)


def read_roster(path: Path) -> list[dict[str, str]]:
    """The students in a CSV file, by the columns of :data:`COLUMNS` that it has.

    Raises:
        UserError: it cannot be read, or a line in it is wrong.
    """
    try:
        text = path.read_text("utf-8-sig")
    except OSError as error:
        raise UserError(f"{path} cannot be read ({error.strerror}).") from None
    except UnicodeDecodeError:
        raise UserError(f"{path} is not text in UTF-8: save it as CSV in UTF-8.") from None
    rows = csv.DictReader(text.splitlines(), restval="")
    header = [name.strip() for name in rows.fieldnames or []]
    rows.fieldnames = header
    unknown = [name for name in header if name not in COLUMNS]
    if "id" not in header or unknown:
        raise UserError(
            f"{path}, line 1: the columns should be id and any of {', '.join(COLUMNS[1:])}"
            + (f", not {', '.join(map(repr, unknown))}." if unknown else ".")
        )
    roster: dict[str, dict[str, str]] = {}
    for row in rows:
        if None in row:
            raise UserError(f"{path}, line {rows.line_num}: more entries than columns.")
        student = {name: value.strip() for name, value in row.items()}
        name = student["id"]
        # It is the name of a folder, and nbgrader's exchange has pluses between its parts.
        if not name or name.startswith(".") or set(name) & set("/+*?[]\0"):
            raise UserError(f"{path}, line {rows.line_num}: {name!r} cannot be a student's id.")
        if name in roster:
            raise UserError(f"{path}, line {rows.line_num}: {name} is there twice.")
        roster[name] = student
    return list(roster.values())
