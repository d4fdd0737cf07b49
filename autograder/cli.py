"""The command line: ``autograder COMMAND``."""

from __future__ import annotations

import argparse
import os
import sys

from autograder.commands import (
    demo,
    doctor,
    grade,
    grade_class,
    gradebook,
    new_exercise,
    pages,
    power,
    prepare,
    release,
    report,
    verify,
)
from autograder.commands.options import NOT_ALL_GRADED, WRONG_USAGE
from autograder.configuration import load_course
from autograder.course import Course
from autograder.errors import UserError

# In the order in which `autograder --help` lists them: grading first, then what authors need.
COMMANDS = (
    grade,
    grade_class,
    gradebook,
    report,
    demo,
    prepare,
    new_exercise,
    release,
    pages,
    verify,
    power,
    doctor,
)


def main(argv: list[str] | None = None) -> int:
    """Run one command; returns the exit status."""
    try:
        course = load_course()
        parser = _parser(course)
        if "_ARGCOMPLETE" in os.environ:
            _complete(parser)
        arguments = parser.parse_args(argv)
        status: int = arguments.run(arguments, course)
        return status
    except UserError as error:
        print(f"autograder: {error}", file=sys.stderr)
        return WRONG_USAGE
    except OSError as error:
        # A full disk, a file that may not be written: what was done before is kept.
        told = f"{error.filename}: {error.strerror}" if error.filename else str(error)
        print(f"autograder: {told}; mend that and run it again.", file=sys.stderr)
        return NOT_ALL_GRADED
    except KeyboardInterrupt as interrupt:
        print(f"autograder: interrupted{_what_is_kept(interrupt)}.", file=sys.stderr)
        return 130


def _complete(parser: argparse.ArgumentParser) -> None:
    """Answer a shell that asks for what may be typed next, and end; docs/tas.md says how."""
    import argcomplete

    argcomplete.autocomplete(parser)


def _what_is_kept(interrupt: KeyboardInterrupt) -> str:
    return f"; {interrupt}" if str(interrupt) else "; run it again to begin anew"


def _parser(course: Course) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="autograder",
        description="Grades the notebooks of the hierarchical Bayes course.",
        epilog="example: autograder grade submitted/alyssa/ps1-shrinkage/shrinkage.ipynb",
    )
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for command in COMMANDS:
        command.add_parser(commands, course)
    return parser


if __name__ == "__main__":
    sys.exit(main())
