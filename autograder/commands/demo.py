"""``autograder demo``."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from rich.console import Console

from autograder.commands.options import NOT_ALL_GRADED, OK, add_jobs_option
from autograder.course import Course

if TYPE_CHECKING:
    from autograder.commands.options import Commands


def add_parser(commands: Commands, course: Course) -> None:
    """The command's options."""
    parser = commands.add_parser(
        "demo",
        help="grade the demo class of six students with nbgrader",
        epilog="example: autograder demo",
    )
    add_jobs_option(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace, course: Course) -> int:
    """Run it; returns the exit status."""
    from autograder.authoring.demo import run_demo

    everybody = run_demo(course, course.root / "demo", Console(), arguments.jobs)
    return OK if everybody else NOT_ALL_GRADED
