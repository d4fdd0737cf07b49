"""``autograder report``."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from autograder.commands.options import OK, add_assignments
from autograder.course import Course

if TYPE_CHECKING:
    from autograder.commands.options import Commands


def add_parser(commands: Commands, course: Course) -> None:
    """The command's options."""
    parser = commands.add_parser(
        "report",
        help="write a page and a table on how a class did in an assignment",
        description="Writes NAME.html and NAME.csv: scores, pass rates with credible intervals, "
        "misconceptions, who could not be graded and why, who was late, whose submissions are "
        "alike. Both name students: keep them where grades are kept.",
        epilog="example: autograder report ps1-shrinkage",
    )
    add_assignments(parser, course)
    parser.add_argument(
        "--to",
        type=Path,
        default=course.root / "reports",
        metavar="FOLDER",
        help="where to write them (default: reports/)",
    )
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace, course: Course) -> int:
    """Run it; returns the exit status."""
    from autograder.doors.class_report import read_class, write_report
    from autograder.doors.course_directory import NbGraderCourse

    assignment = course.assignment(arguments.assignment)
    data = read_class(NbGraderCourse(course.root), assignment)
    page, table, alike = write_report(data, arguments.to)
    told = f"{len(data.graded)} of {len(data.students)} students are graded"
    pairs = "1 pair stands" if len(alike.pairs) == 1 else f"{len(alike.pairs)} pairs stand"
    print(f"{assignment.name}: {told}; {pairs} out as alike.")
    print(f"{page}\n{table}")
    return OK
