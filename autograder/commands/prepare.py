"""``autograder prepare``."""

from __future__ import annotations

import argparse
from functools import partial
from typing import TYPE_CHECKING

from rich.console import Console

from autograder.commands.options import OK, add_jobs_option
from autograder.course import Course
from autograder.grading.workers import expect_outcome, in_parallel
from autograder.sandbox import walls

if TYPE_CHECKING:
    from autograder.commands.options import Commands


def add_parser(commands: Commands, course: Course) -> None:
    """The command's options."""
    parser = commands.add_parser(
        "prepare",
        help="compute beforehand what every grading would compute again",
        description="Lets the answer keys compile their programs and the known misconceptions "
        "answer the hidden questions, and keeps both in the course's store. Grading without it is "
        "slower and gives the same grades. What is there already is not computed again.",
        epilog="example: autograder prepare",
    )
    add_jobs_option(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace, course: Course) -> int:
    """Run it; returns the exit status."""
    from autograder.authoring.prepare import (
        assignments_without_answers,
        fill_compiled_code,
        keep_answers_of_misconceptions,
    )
    from autograder.authoring.release import expect_released
    from autograder.doors import tables
    from autograder.sandbox.compiled_code import CompiledCodeUnusable

    walls.choose(course.sandbox)
    for assignment in course.assignments:
        expect_released(assignment)
    console = Console()
    with tables.progress(console) as progress:
        bar = progress.add_task("Compiled code", total=1)
        try:
            fill_compiled_code(course, arguments.jobs)
        except CompiledCodeUnusable as problem:
            console.print(f"Grading goes on without compiled code: {problem}", markup=False)
        progress.advance(bar)
        missing = assignments_without_answers(course)
        bar = progress.add_task("Misconceptions", total=len(missing))
        task = partial(keep_answers_of_misconceptions, course=course)
        for _, outcome in in_parallel(task, missing, arguments.jobs):
            expect_outcome(outcome)
            progress.advance(bar)
    return OK
