"""``autograder pages``."""

from __future__ import annotations

import argparse
from functools import partial
from typing import TYPE_CHECKING

from rich.console import Console

from autograder.commands.options import OK, add_jobs_option
from autograder.course import Course
from autograder.grading.workers import expect_outcome, in_parallel

if TYPE_CHECKING:
    from autograder.commands.options import Commands


def add_parser(commands: Commands, course: Course) -> None:
    """The command's options."""
    parser = commands.add_parser(
        "pages",
        help="make docs/pages/ anew: the notebooks with their figures, to be read on the web",
        description="Runs the answer keys and writes the released notebooks, with the keys' "
        "outputs and without their answers, as Markdown to docs/pages/.",
        epilog="example: autograder pages",
    )
    add_jobs_option(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace, course: Course) -> int:
    """Run it; returns the exit status."""
    from autograder.authoring.pages import folder_of_pages, make_page
    from autograder.doors import tables

    task = partial(make_page, folder=folder_of_pages(course))
    with tables.progress(Console()) as progress:
        bar = progress.add_task("Pages", total=len(course.assignments))
        for _, page in in_parallel(task, course.assignments, arguments.jobs):
            progress.console.print(str(expect_outcome(page).relative_to(course.root)))
            progress.advance(bar)
    return OK
