"""``autograder doctor``."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from rich.console import Console

from autograder.commands.options import NOT_ALL_GRADED, OK
from autograder.course import Course

if TYPE_CHECKING:
    from autograder.commands.options import Commands


def add_parser(commands: Commands, course: Course) -> None:
    """The command's options."""
    parser = commands.add_parser(
        "doctor",
        help="what is installed, what is missing, how to get it",
        epilog="example: autograder doctor",
    )
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace, course: Course) -> int:
    """Run it; returns the exit status."""
    from autograder.doors.doctor import findings

    console = Console()
    complete = True
    for finding in findings(course):
        mark = "[green]ok[/]     "
        if finding.advice:
            complete = complete and finding.only_slower
            mark = "[yellow]slower[/] " if finding.only_slower else "[red]missing[/]"
        console.print(f"{mark}  {finding.name}: {finding.state}", end="")
        console.print(f"; {finding.advice}" if finding.advice else "", markup=False)
    return OK if complete else NOT_ALL_GRADED
