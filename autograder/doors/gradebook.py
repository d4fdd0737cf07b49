"""What nbgrader's gradebook must know before grading: assignments, due dates, students."""

from __future__ import annotations

import csv
import io
import logging
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

from nbconvert.exporters import NotebookExporter
from nbgrader.api import Gradebook, MissingEntry
from nbgrader.converters import GenerateAssignment, NbGraderException
from nbgrader.coursedir import CourseDirectory
from nbgrader.preprocessors import SaveCells
from nbgrader.utils import parse_utc

from autograder.course import Assignment, Course
from autograder.doors.unfinished import expect_finished
from autograder.errors import UserError
from autograder.notebooks.reading import released_notebook
from course_config import COURSE

# nbgrader's own names for what it knows of a student.
COLUMNS = ("id", "first_name", "last_name", "email", "lms_user_id")
# What Canvas calls them in its exported gradebook, and Moodle in its list of participants.
_CANVAS_COLUMNS = {"Student": "sortable_name", "SIS Login ID": "id", "ID": "lms_user_id"}
_CANVAS_NOBODIES = ("", "Points Possible", "Student, Test")
_MOODLE_COLUMNS = {
    "First name": "first_name",
    "Last name": "last_name",
    "Surname": "last_name",
    "Username": "id",
    "ID number": "lms_user_id",
    "Email address": "email",
}


def fill_gradebook(
    directory: CourseDirectory, course: Course, roster: list[dict[str, str]]
) -> list[str]:
    """Enter all assignments with their due dates and cells, and the students of a roster.

    What is in the gradebook already is brought up to date, and no grade is touched.

    Returns who is in the gradebook and not in the roster.

    Raises:
        UserError: an assignment has not been released, or has other exercises than those that
            were handed in.
    """
    for assignment in course.assignments:
        enter_assignment(directory, assignment)
    with Gradebook(directory.db_url, directory.course_id) as gradebook:
        for student in roster:
            details = {name: value for name, value in student.items() if name != "id"}
            gradebook.update_or_create_student(student["id"], **details)
        in_roster = {student["id"] for student in roster}
        return sorted(s.id for s in gradebook.students if s.id not in in_roster)


def enter_assignment(directory: CourseDirectory, assignment: Assignment) -> None:
    """Enter an assignment as it is released, or bring it up to date.

    Raises:
        UserError: as :func:`fill_gradebook`.
    """
    released = released_notebook(assignment)
    _enter_due_date(directory, assignment)
    whose = {
        "assignment": assignment.name,
        "notebook": assignment.notebook,
        "db_url": directory.db_url,
    }
    try:
        SaveCells().preprocess(released, {"nbgrader": whose})
    except RuntimeError:
        raise UserError(
            f"The gradebook has submissions of {assignment.name} with other exercises than those "
            f"of {assignment.release}: bring back the notebook that they were given, or release "
            "the new one under another name."
        ) from None


def _enter_due_date(directory: CourseDirectory, assignment: Assignment) -> None:
    with Gradebook(directory.db_url, directory.course_id) as gradebook:
        gradebook.update_or_create_assignment(assignment.name, duedate=assignment.due)


def expect_entered(directory: CourseDirectory, assignment: Assignment, log: logging.Logger) -> None:
    """Enter an assignment that the gradebook does not know, and say if it knows another due date.

    Raises:
        UserError: as :func:`fill_gradebook`.
    """
    with Gradebook(directory.db_url, directory.course_id) as gradebook:
        try:
            gradebook.find_notebook(assignment.notebook, assignment.name)
            due = gradebook.find_assignment(assignment.name).duedate
        except MissingEntry:
            due = None
    if due is None:
        log.info("%s is entered in the gradebook, due %s", assignment.name, assignment.due)
        enter_assignment(directory, assignment)
    elif due != parse_utc(assignment.due):
        log.warning(
            "%s is due %s UTC in the gradebook, which counts, and %s in course_config.py: "
            "`autograder gradebook` enters the latter.",
            assignment.name,
            due,
            assignment.due,
        )


class ReleaseExporter(NotebookExporter):
    """Lets ``nbgrader generate_assignment`` enter what it does not make anew, and due dates.

    nbgrader skips an assignment that is in ``release/`` already, and does not enter it either.
    """

    def __init__(self, *args: Any, **kw: Any) -> None:
        super().__init__(*args, **kw)
        converter = self.parent
        if not isinstance(converter, GenerateAssignment) or converter.no_database:
            return
        directory = converter.coursedir
        for assignment in COURSE.assignments:
            if not fnmatch(assignment.name, directory.assignment_id):
                continue
            try:
                expect_finished(assignment)
                if assignment.release.exists():
                    enter_assignment(directory, assignment)
                else:
                    _enter_due_date(directory, assignment)
            except UserError as problem:
                self.log.error(str(problem))
                raise NbGraderException(str(problem)) from None
            self.log.info(
                "%s is in the gradebook, due %s; `make release` makes release/ anew from source/ "
                "and checks the answer key",
                assignment.name,
                assignment.due,
            )


def read_roster(path: Path) -> list[dict[str, str]]:
    """The students in a CSV file.

    It has columns of :data:`COLUMNS`; or it is Canvas's exported gradebook or Moodle's exported
    list of participants, whose further columns are left aside.

    Raises:
        UserError: it cannot be read, or a line in it is wrong.
    """
    try:
        text = path.read_text("utf-8-sig")
    except OSError as error:
        raise UserError(f"{path} cannot be read ({error.strerror}).") from None
    except UnicodeDecodeError:
        raise UserError(f"{path} is not text in UTF-8: save it as CSV in UTF-8.") from None
    rows = csv.DictReader(io.StringIO(text, newline=""), restval="")
    rows.fieldnames = _columns(path, [name.strip() for name in rows.fieldnames or []])
    roster: dict[str, dict[str, str]] = {}
    for row in rows:
        if None in row:
            raise UserError(f"{path}, line {rows.line_num}: more entries than columns.")
        student = _student({name: value.strip() for name, value in row.items()})
        if student is None:
            continue
        name = student["id"]
        # It is the name of a folder, and nbgrader's exchange has pluses between its parts.
        if not name or name.startswith(".") or set(name) & set("/+*?[]\0"):
            raise UserError(f"{path}, line {rows.line_num}: {name!r} cannot be a student's id.")
        if name in roster:
            raise UserError(f"{path}, line {rows.line_num}: {name} is there twice.")
        roster[name] = student
    return list(roster.values())


def _columns(path: Path, header: list[str]) -> list[str]:
    """The names of a file's columns, in nbgrader's words where it is a system's own file."""
    for system in (_CANVAS_COLUMNS, _MOODLE_COLUMNS):
        # It has a column for what becomes the id, and the one that comes first.
        if {next(iter(system)), _named(system, "id")} <= set(header):
            return [system.get(name, name) for name in header]
    unknown = [name for name in header if name not in COLUMNS]
    if "id" not in header or unknown:
        raise UserError(
            f"{path}, line 1: the columns should be id and any of {', '.join(COLUMNS[1:])}"
            + (f", not {', '.join(map(repr, unknown))}." if unknown else ".")
        )
    return header


def _named(system: dict[str, str], column: str) -> str:
    return next(name for name, meaning in system.items() if meaning == column)


def _student(row: dict[str, str]) -> dict[str, str] | None:
    """A line's student; None for the lines of Canvas that are nobody's."""
    if "sortable_name" in row:
        if row["sortable_name"] in _CANVAS_NOBODIES:
            return None
        row["last_name"], _, row["first_name"] = map(str.strip, row["sortable_name"].partition(","))
    return {name: value for name, value in row.items() if name in COLUMNS}
