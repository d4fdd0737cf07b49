"""``autograder power``."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console

from autograder.commands.options import NOT_ALL_GRADED, OK, add_jobs_option
from autograder.course import Course
from autograder.grading.workers import expect_outcome, in_parallel

if TYPE_CHECKING:
    from autograder.commands.options import Commands


def add_parser(commands: Commands, course: Course) -> None:
    """The command's options."""
    parser = commands.add_parser(
        "power",
        help="how often tests of random answers fail a right one or pass a wrong one",
        description="Runs the hidden suites against the reference with many seeds, computes each "
        "misconception's chance to pass, and writes both as tables.",
        epilog="example: autograder power --runs 200",
    )
    parser.add_argument("--runs", type=int, default=200, help="runs of the reference")
    parser.add_argument("--table", type=Path, default=Path("docs/power.md"), metavar="FILE")
    add_jobs_option(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace, course: Course) -> int:
    """Run it; returns the exit status."""
    from autograder.authoring.power import Study, carry_out, write_table
    from autograder.doors import tables

    console = Console()
    work = [
        Study(assignment, runs) for runs in (arguments.runs, 0) for assignment in course.assignments
    ]
    results = {}
    with tables.progress(console) as progress:
        bar = progress.add_task("Studies", total=len(work))
        for index, result in in_parallel(carry_out, work, arguments.jobs):
            results[index] = expect_outcome(result)
            progress.advance(bar)
    names = [assignment.name for assignment in course.assignments]
    tallies = {name: results[i][0] for i, name in enumerate(names)}
    chances = {name: results[len(names) + i][1] for i, name in enumerate(names)}
    write_table(tallies, chances, arguments.table)
    console.print(f"written: {arguments.table}")
    failed = any(tried.failures for tally in tallies.values() for tried in tally.values())
    missed = any(chance > 1e-3 for rows in chances.values() for _, chance, _ in rows)
    return NOT_ALL_GRADED if failed or missed else OK
