"""``autograder grade``."""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console

from autograder.commands.options import (
    NOT_ALL_GRADED,
    OK,
    add_jobs_option,
    add_sandbox_option,
    complete_with,
)
from autograder.course import Course
from autograder.grading.workers import WorkerLost, in_parallel
from autograder.sandbox import walls

if TYPE_CHECKING:
    from autograder.commands.options import Commands
    from autograder.doors.result_files import ResultFiles
    from autograder.records import Result


def add_parser(commands: Commands, course: Course) -> None:
    """The command's options."""
    parser = commands.add_parser(
        "grade",
        help="grade notebooks, folders or zip files, without a gradebook",
        description="Grades notebooks, those in folders, and those in the zip files that Canvas "
        "and Moodle let teachers download, without a gradebook. Exit status: 0 when every "
        "submission was graded, whatever its score; 1 when one was not; 2 for wrong usage.",
        epilog="example: autograder grade submissions.zip --csv grades.csv --html feedback/",
    )
    parser.add_argument(
        "paths", nargs="+", type=Path, metavar="PATH", help="notebook, folder or zip file"
    )
    assignment = parser.add_argument(
        "--assignment", metavar="NAME", help="where neither path nor cells tell it"
    )
    complete_with(assignment, [assignment.name for assignment in course.assignments])
    parser.add_argument(
        "-v", "--verbose", action="store_true", help="show what each hidden test says"
    )
    parser.add_argument("--csv", type=Path, metavar="FILE", help="also write the scores as CSV")
    parser.add_argument("--json", type=Path, metavar="FILE", help="also write the results as JSON")
    parser.add_argument(
        "--html", type=Path, metavar="FOLDER", help="also write the pages that students get"
    )
    add_jobs_option(parser)
    add_sandbox_option(parser, course)
    parser.set_defaults(run=run)


@dataclass(frozen=True)
class _Submission:
    """Something to grade.

    Attributes:
        path: where it is.
        shown: where it came from, such as a place in a zip file.
        owner: whose it is, where a learning management system's name for it tells.
        problem: why it cannot be graded, or nothing.
    """

    path: Path
    shown: Path
    owner: str | None = None
    problem: str = ""


def run(arguments: argparse.Namespace, course: Course) -> int:
    """Run it; returns the exit status."""
    course = replace(course, sandbox=arguments.sandbox)
    walls.choose(course.sandbox)
    if arguments.jobs == 1 or (len(arguments.paths) == 1 and arguments.paths[0].is_file()):
        _start_template(course)
    from autograder.doors.result_files import ResultFiles

    files = ResultFiles(arguments.json, arguments.csv, arguments.html, course)
    with tempfile.TemporaryDirectory(prefix="submissions-") as unpacked:
        work = list(_submissions(arguments.paths, course, Path(unpacked)))
        results = _grade_all(work, arguments, course, files)
    return OK if all(result.status == "graded" for result in results) else NOT_ALL_GRADED


def _grade_all(
    work: list[_Submission], arguments: argparse.Namespace, course: Course, files: ResultFiles
) -> list[Result]:
    """Grade, write each result as soon as it is there, and show all of them, also when stopped."""
    from autograder.doors import tables
    from autograder.grading.grade import grade_file, not_graded

    assignment = course.assignment(arguments.assignment) if arguments.assignment else None
    grade_one = partial(grade_file, course=course, assignment=assignment)
    console = Console()
    results = {
        index: _as_shown(not_graded(submission.path, submission.problem, course), submission)
        for index, submission in enumerate(work)
        if submission.problem
    }
    to_grade = [index for index, submission in enumerate(work) if not submission.problem]

    def done() -> list[Result]:
        return [results[index] for index in sorted(results)]

    try:
        files.write(done())
        with tables.progress(console) as progress:
            task = progress.add_task("Grading", total=len(to_grade))
            paths = [work[index].path for index in to_grade]
            for place, result in in_parallel(grade_one, paths, arguments.jobs):
                submission = work[to_grade[place]]
                if isinstance(result, WorkerLost):
                    result = not_graded(submission.path, str(result), course)
                result = _as_shown(result, submission)
                results[to_grade[place]] = result
                progress.advance(task)
                files.write(done(), result)
    except KeyboardInterrupt:
        told = f"{len(results)} of {len(work)} were done{files.where()}"
        raise KeyboardInterrupt(told) from None
    finally:
        console.print(tables.results_table(done()))
        console.print("Points are those of hidden tests; written answers wait for a teacher.")
        if arguments.verbose:
            for result in done():
                tables.print_details(console, result)
        else:
            console.print("What each test says: -v.")
    return done()


def _as_shown(result: Result, submission: _Submission) -> Result:
    # Where a student's zip file holds a folder of the assignment's name, its owner is a file name.
    is_folder = result.student and not _owner_by_name(Path(result.student))
    student = result.student if is_folder else submission.owner
    return replace(result, path=str(submission.shown), student=student)


def _start_template(course: Course) -> None:
    """Let the template of this process's kernels get ready while the grader imports the rest."""
    from autograder.grading.kernels import kernel_setup
    from autograder.sandbox.launch import template_for

    if walls.choose(course.sandbox) == "bubblewrap":
        template_for(kernel_setup(course))


def _submissions(paths: list[Path], course: Course, unpacked: Path) -> Iterator[_Submission]:
    """What is to be graded at and below some paths."""
    for number, path in enumerate(paths):
        if path.suffix.lower() == ".zip" and path.is_file():
            yield from _in_archive(path, course, unpacked / str(number))
        elif path.is_dir():
            yield from _in_folder(path, path, course)
        else:
            problem = "" if path.exists() else "There is no such file or folder."
            yield _Submission(path, path, problem=problem)


def _in_archive(archive: Path, course: Course, folder: Path) -> Iterator[_Submission]:
    from autograder.notebooks.lms_zips import extract_notebooks

    folder.mkdir()
    left_out = extract_notebooks(archive, folder)
    found = list(_in_folder(folder, archive, course))
    # Of an archive that cannot be read, that is the reason.
    yield from (s for s in found if not (left_out and s.path == folder))
    for member, sentence in left_out:
        owner = _owner_by_name(Path(member))
        yield _Submission(archive, archive / member, owner, problem=sentence)


def _in_folder(folder: Path, shown: Path, course: Course) -> Iterator[_Submission]:
    from autograder.notebooks.finding import iter_submissions

    found = list(iter_submissions(folder, course))
    for path, problem in found or [(folder, "There is no notebook (.ipynb) in it.")]:
        inner = path.relative_to(folder)
        yield _Submission(path, shown / inner, _owner_by_name(inner), problem)


def _owner_by_name(path: Path) -> str | None:
    """Whose a file is by the name that a learning management system has given it, if it has."""
    from autograder.notebooks.lms_names import first_reading

    reading = first_reading(path.parts)
    return (reading and reading.person) or None
