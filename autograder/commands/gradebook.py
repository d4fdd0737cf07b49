"""``autograder gradebook``."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from autograder.commands.options import OK
from autograder.course import Course

if TYPE_CHECKING:
    from autograder.commands.options import Commands


def add_parser(commands: Commands, course: Course) -> None:
    """The command's options."""
    parser = commands.add_parser(
        "gradebook",
        help="enter assignments, due dates and students in nbgrader's gradebook",
        description="Enters all assignments with the due dates of course_config.py, and the "
        "students of a roster. Run it before anything is handed in, and again whenever a due date "
        "or the roster changes: what is there is brought up to date, and no grade is touched.",
        epilog="example: autograder gradebook --roster students.csv   "
        "(columns: id, first_name, last_name, email, lms_user_id)",
    )
    parser.add_argument("--roster", type=Path, metavar="FILE", help="students, as CSV")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace, course: Course) -> int:
    """Run it; returns the exit status."""
    from autograder.doors.course_directory import NbGraderCourse
    from autograder.doors.gradebook import fill_gradebook, read_roster
    from autograder.notebooks.display import printable

    roster = read_roster(arguments.roster) if arguments.roster else []
    others = fill_gradebook(NbGraderCourse(course.root).directory, course, roster)
    for assignment in course.assignments:
        print(f"{assignment.name}, due {assignment.due}")
    if arguments.roster:
        print(f"{len(roster)} students of {arguments.roster}")
        if others:
            names = ", ".join(map(printable, others))
            print(
                f"In the gradebook, but not in this file: {names}. They stay there with their "
                "grades; `nbgrader db student remove NAME` takes one out."
            )
    return OK
