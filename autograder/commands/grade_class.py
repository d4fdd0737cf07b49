"""``autograder grade-class``."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from rich.console import Console

from autograder.commands.options import NOT_ALL_GRADED, OK, add_assignments, add_jobs_option
from autograder.course import Course
from autograder.errors import UserError
from autograder.sandbox import walls

if TYPE_CHECKING:
    from autograder.commands.options import Commands


def add_parser(commands: Commands, course: Course) -> None:
    """The command's options."""
    parser = commands.add_parser(
        "grade-class",
        help="grade all submissions of an assignment into nbgrader's gradebook",
        description="Grades what is in submitted/*/NAME, in parallel, and lets nbgrader enter the "
        "grades. What was graded before and has not changed is not graded again, so an "
        "interrupted run goes on. Exit status: 0 when everybody was graded; 1 when somebody was "
        "not; 2 for wrong usage.",
        epilog="example: autograder grade-class ps1-shrinkage --dry-run",
    )
    add_assignments(parser, course)
    parser.add_argument("--force", action="store_true", help="grade everybody again")
    parser.add_argument(
        "--dry-run",
        action="store_true",
        help="grade, and tell whose score would move, but leave the gradebook as it is",
    )
    parser.add_argument(
        "--scheduler",
        metavar="ADDRESS",
        help="grade on the workers of this Dask scheduler, such as tcp://10.0.0.7:8786",
    )
    add_jobs_option(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace, course: Course) -> int:
    """Run it; returns the exit status."""
    from autograder.doors import class_tables, tables
    from autograder.doors.course_directory import NbGraderCourse
    from autograder.doors.grade_class import ClassRun

    walls.choose(course.sandbox)
    assignment = course.assignment(arguments.assignment)
    console = Console()
    run = ClassRun(NbGraderCourse(course.root), assignment, course)
    if not run.submissions:
        raise UserError(f"Nobody has handed in {assignment.name}: submitted/*/{assignment.name}.")
    to_grade = run.to_grade(force=arguments.force)
    done = entered = 0
    try:
        with tables.progress(console) as progress:
            bar = progress.add_task("Grading", total=len(to_grade))
            failed = 0
            for submission in run.grade(
                to_grade, jobs=arguments.jobs, scheduler=arguments.scheduler
            ):
                done += 1
                failed += bool(submission.problem)
                progress.advance(bar)
                progress.update(bar, description=f"Grading, {failed} cannot be graded")
        moves = run.moves()
        if moves:
            class_tables.print_moves(console, moves)
        elif arguments.dry_run:
            console.print("No score in the gradebook would move.")
        to_enter = [] if arguments.dry_run else run.to_enter()
        with tables.progress(console) as progress:
            bar = progress.add_task("Entering grades", total=len(to_enter))
            for submission in to_enter:
                run.enter(submission)
                entered += 1
                progress.advance(bar)
    except KeyboardInterrupt:
        raise KeyboardInterrupt(
            f"{done} of {len(to_grade)} were tried, whose grades are kept, and {entered} entered "
            "in the gradebook; run it again to go on"
        ) from None
    if not arguments.dry_run:
        run.forget_outdated()
    summary = run.summary()
    class_tables.print_summary(console, assignment.name, summary)
    return OK if not summary.problems else NOT_ALL_GRADED
