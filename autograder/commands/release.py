"""``autograder release``."""

from __future__ import annotations

import argparse
from dataclasses import replace
from typing import TYPE_CHECKING

from autograder.commands.options import OK, add_assignments, add_jobs_option, chosen_assignments
from autograder.course import Course

if TYPE_CHECKING:
    from autograder.commands.options import Commands


def add_parser(commands: Commands, course: Course) -> None:
    """The command's options."""
    parser = commands.add_parser(
        "release",
        help="make release/ and the answer keys anew from source/",
        description="Makes release/ and the answer keys in solutions/ anew from source/, after "
        "checking that every key scores full marks.",
        epilog="example: autograder release ps1-shrinkage",
    )
    add_assignments(parser, course, several=True)
    add_jobs_option(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace, course: Course) -> int:
    """Run it; returns the exit status."""
    from autograder.authoring.release import make_release

    course = replace(course, assignments=chosen_assignments(arguments, course))
    for path in make_release(course, arguments.jobs):
        print(path.relative_to(course.root))
    return OK
