"""``autograder verify``."""

from __future__ import annotations

import argparse
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console

from autograder.commands.options import (
    NOT_ALL_GRADED,
    OK,
    add_assignments,
    add_jobs_option,
    chosen_assignments,
)
from autograder.course import Course
from autograder.grading.workers import expect_outcome, in_parallel
from autograder.sandbox import walls

if TYPE_CHECKING:
    from autograder.commands.options import Commands


def add_parser(commands: Commands, course: Course) -> None:
    """The command's options."""
    parser = commands.add_parser(
        "verify",
        help="check that keys pass, empty notebooks fail and misconceptions are named",
        description="For every assignment: the key scores full marks and passes the visible "
        "checks, the reference passes the hidden tests, the release scores zero, every "
        "misconception loses points on its own cell and is named, every other right way keeps "
        "full marks, and no exercise lacks any of these. What was right is kept, so an interrupted "
        "run goes on. Exit status 1 on any failure.",
        epilog="example: autograder verify ps1-shrinkage",
    )
    add_assignments(parser, course, several=True)
    parser.add_argument(
        "--exercise",
        default="",
        metavar="FUNCTION",
        help="try the mistakes and right ways of this exercise only",
    )
    parser.add_argument("--quick", action="store_true", help="a sample, on own test cells only")
    parser.add_argument(
        "--table", type=Path, metavar="FILE", help="also write the outcome as a Markdown table"
    )
    parser.add_argument("--force", action="store_true", help="check again what was right before")
    add_jobs_option(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace, course: Course) -> int:
    """Run it; returns the exit status."""
    from autograder.authoring.kept_findings import KeptFindings
    from autograder.authoring.release import expect_released
    from autograder.authoring.verify import Finding, carry_out, tasks_of, write_table
    from autograder.doors import tables

    walls.choose(course.sandbox)
    chosen = chosen_assignments(arguments, course)
    for assignment in chosen:
        expect_released(assignment)
    work = [
        task
        for assignment in chosen
        for task in tasks_of(assignment, arguments.quick, arguments.exercise)
    ]
    console = Console()
    kept = KeptFindings(course, chosen)
    found: dict[int, list[Finding]] = {}
    if not arguments.force:
        found = {i: before for i, task in enumerate(work) if (before := kept.load(task))}
    if found:
        number = sum(map(len, found.values()))
        console.print(f"{number} checks were made before, with the same code.", highlight=False)
    to_do = [i for i in range(len(work)) if i not in found]
    with tables.progress(console) as progress:
        bar = progress.add_task("Checks", total=sum(work[i].number_of_findings for i in to_do))
        tasks = [work[i] for i in to_do]
        for place, findings in in_parallel(
            partial(carry_out, course=course), tasks, arguments.jobs
        ):
            index = to_do[place]
            found[index] = expect_outcome(findings)
            kept.keep(work[index], found[index])
            progress.advance(bar, work[index].number_of_findings)
            for finding in found[index]:
                if finding.problem:
                    console.print(f"{finding.title} {finding.problem}", markup=False)
    ordered = [finding for index in sorted(found) for finding in found[index]]
    console.print(tables.findings_table(ordered))
    if arguments.table:
        write_table(ordered, arguments.table)
    return OK if not any(finding.problem for finding in ordered) else NOT_ALL_GRADED
