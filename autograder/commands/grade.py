"""``autograder grade``."""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.console import Console

from autograder.commands.options import NOT_ALL_GRADED, OK, add_jobs_option, add_sandbox_option
from autograder.course import Course
from autograder.errors import UserError
from autograder.grading.workers import WorkerLost, in_parallel
from autograder.sandbox import walls

if TYPE_CHECKING:
    from autograder.commands.options import Commands


def add_parser(commands: Commands, course: Course) -> None:
    """The command's options."""
    parser = commands.add_parser(
        "grade",
        help="grade notebooks or folders, without a gradebook",
        description="Grades notebooks, and those in folders, without a gradebook. "
        "Exit status: 0 when every submission was graded, whatever its score; 1 when one was not; "
        "2 for wrong usage.",
        epilog="example: autograder grade submitted/ --json results.json",
    )
    parser.add_argument("paths", nargs="+", type=Path, metavar="PATH", help="notebook or folder")
    parser.add_argument("--assignment", metavar="NAME", help="where neither path nor cells tell it")
    parser.add_argument("--json", type=Path, metavar="FILE", help="also write the results as JSON")
    add_jobs_option(parser)
    add_sandbox_option(parser, course)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace, course: Course) -> int:
    """Run it; returns the exit status."""
    course = replace(course, sandbox=arguments.sandbox)
    walls.choose(course.sandbox)
    if arguments.jobs == 1 or (len(arguments.paths) == 1 and arguments.paths[0].is_file()):
        _start_template(course)
    from autograder.doors import tables
    from autograder.grading.grade import grade_file, not_graded

    if arguments.json is not None and not arguments.json.resolve().parent.is_dir():
        raise UserError(f"The folder of {arguments.json} does not exist.")
    assignment = course.assignment(arguments.assignment) if arguments.assignment else None
    console = Console()
    work = list(_submissions(arguments.paths, course))
    results = {path: not_graded(path, reason, course) for path, reason in work if reason}
    notebooks = [path for path, reason in work if not reason]
    grade_one = partial(grade_file, course=course, assignment=assignment)
    try:
        with tables.progress(console) as progress:
            task = progress.add_task("Grading", total=len(notebooks))
            for index, result in in_parallel(grade_one, notebooks, arguments.jobs):
                path = notebooks[index]
                if isinstance(result, WorkerLost):
                    result = not_graded(path, str(result), course)
                results[path] = result
                progress.advance(task)
                if arguments.json:
                    _write_json(arguments.json, [results[p] for p, _ in work if p in results])
    except KeyboardInterrupt:
        kept = f"they stand in {arguments.json}" if arguments.json else "nothing kept them (--json)"
        raise KeyboardInterrupt(f"{len(results)} of {len(work)} were done; {kept}") from None
    if arguments.json and not notebooks:
        _write_json(arguments.json, list(results.values()))
    ordered = [results[path] for path, _ in work]
    console.print(tables.results_table(ordered))
    for result in ordered:
        tables.print_details(console, result)
    return OK if all(result.status == "graded" for result in ordered) else NOT_ALL_GRADED


def _start_template(course: Course) -> None:
    """Let the template of this process's kernels get ready while the grader imports the rest."""
    from autograder.grading.kernels import kernel_setup
    from autograder.sandbox.launch import template_for

    if walls.choose(course.sandbox) == "bubblewrap":
        template_for(kernel_setup(course))


def _submissions(paths: list[Path], course: Course) -> Iterator[tuple[Path, str]]:
    """What is to be graded at and below some paths, each with the reason why it cannot, or none."""
    from autograder.notebooks.finding import iter_submissions

    for path in paths:
        if not path.is_dir():
            yield path, "" if path.exists() else "There is no such file or folder."
            continue
        found = list(iter_submissions(path, course))
        yield from found or [(path, "There is no notebook (.ipynb) in this folder.")]


def _write_json(path: Path, results: list[Any]) -> None:
    # Written after each submission, and in one move: an interruption loses nothing.
    content = {"submissions": [result.as_json() for result in results]}
    unfinished = path.with_name(path.name + ".part")
    unfinished.write_text(json.dumps(content, indent=2) + "\n", "utf-8")
    unfinished.replace(path)
