"""``autograder new-exercise``."""

from __future__ import annotations

import argparse
import math
from typing import TYPE_CHECKING

from autograder.commands.options import OK, add_assignments
from autograder.course import Course

if TYPE_CHECKING:
    from autograder.commands.options import Commands


def add_parser(commands: Commands, course: Course) -> None:
    """The command's options."""
    parser = commands.add_parser(
        "new-exercise",
        help="begin an exercise: all its parts, with what is left to do marked in them",
        description="Puts every part of a new exercise in its place: the notebook's cells, the "
        "visible check, the reference, the hidden tests, a misconception, another right way. What "
        "is left to do is marked TODO(author), and nothing is released before that is done. Where "
        "the course has no such assignment, that is made, too. docs/new-exercise.md goes on.",
        epilog="example: autograder new-exercise ps1-shrinkage posterior_mode --points 2 "
        "--arguments a b k n",
    )
    add_assignments(parser, course)
    parser.add_argument("function", metavar="FUNCTION", help="what students will program")
    parser.add_argument("--points", type=_points, required=True, metavar="N", help="its worth")
    parser.add_argument(
        "--arguments", nargs="+", default=["x"], metavar="NAME", help="of the function (default: x)"
    )
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace, course: Course) -> int:
    """Run it; returns the exit status."""
    from autograder.authoring.new_exercise import new_exercise

    name, function = arguments.assignment, arguments.function
    paths = new_exercise(course, name, function, arguments.arguments, arguments.points)
    for path in paths:
        print(path.relative_to(course.root))
    print(f"Fill in what is marked TODO(author) there, then: autograder release {name}")
    return OK


def _points(text: str) -> float:
    try:
        points = float(text)
    except ValueError:
        points = 0.0
    if not 0 < points < math.inf:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of points above 0")
    return points
