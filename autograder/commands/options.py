"""What several commands share: exit statuses and options."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from autograder.course import SANDBOX_MODES, Assignment, Course
from autograder.grading.workers import available_cores

if TYPE_CHECKING:
    Commands = argparse._SubParsersAction[argparse.ArgumentParser]

OK, NOT_ALL_GRADED, WRONG_USAGE = 0, 1, 2


def add_assignments(
    parser: argparse.ArgumentParser, course: Course, *, several: bool = False
) -> None:
    """``NAME``, or names, of assignments."""
    names = [assignment.name for assignment in course.assignments]
    if several:
        action = parser.add_argument("assignments", nargs="*", metavar="NAME", help="default: all")
    else:
        action = parser.add_argument("assignment", metavar="NAME", help="the assignment's name")
    complete_with(action, names)


def chosen_assignments(arguments: argparse.Namespace, course: Course) -> tuple[Assignment, ...]:
    """The assignments that were named, or all.

    Raises:
        UserError: there is none of such a name.
    """
    return tuple(map(course.assignment, arguments.assignments)) or course.assignments


def complete_with(action: argparse.Action, words: list[str]) -> None:
    """Let the shell complete an argument, see ``cli``."""
    # This is where argcomplete looks.
    action.completer = lambda **of_the_shell: words  # type: ignore[attr-defined]


def add_jobs_option(parser: argparse.ArgumentParser) -> None:
    """``--jobs N``."""
    cores = available_cores()
    parser.add_argument(
        "--jobs",
        type=_positive,
        default=cores,
        metavar="N",
        help=f"how many notebooks at a time (default: one a core, here {cores})",
    )


def _positive(text: str) -> int:
    if not text.isascii() or not text.isdigit() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number above 0")
    return int(text)


def add_sandbox_option(parser: argparse.ArgumentParser, course: Course) -> None:
    """``--sandbox MODE``."""
    parser.add_argument(
        "--sandbox",
        choices=SANDBOX_MODES,
        default=course.sandbox,
        help="none runs student code unprotected: only for submissions that you trust",
    )
