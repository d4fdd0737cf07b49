"""The command line: ``autograder COMMAND``."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from rich.console import Console

from autograder.configuration import load_course
from autograder.course import SANDBOX_MODES, Course
from autograder.errors import UserError
from autograder.grading.workers import (
    WorkerLost,
    available_cores,
    expect_outcome,
    in_parallel,
)
from autograder.sandbox import walls

OK, NOT_ALL_GRADED, WRONG_USAGE = 0, 1, 2


def main(argv: list[str] | None = None) -> int:
    """Run one command; returns the exit status."""
    try:
        course = load_course()
        arguments = _parser(course).parse_args(argv)
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


def _what_is_kept(interrupt: KeyboardInterrupt) -> str:
    return f"; {interrupt}" if str(interrupt) else "; run it again to begin anew"


def _parser(course: Course) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="autograder",
        description="Grades the notebooks of the hierarchical Bayes course.",
        epilog="example: autograder grade submitted/alyssa/ps1-shrinkage/shrinkage.ipynb",
    )
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")

    grade = commands.add_parser(
        "grade",
        help="grade notebooks or folders, without a gradebook",
        description="Grades notebooks, and those in folders, without a gradebook. "
        "Exit status: 0 when every submission was graded, whatever its score; 1 when one was not; "
        "2 for wrong usage.",
        epilog="example: autograder grade submitted/ --json results.json",
    )
    grade.add_argument("paths", nargs="+", type=Path, metavar="PATH", help="notebook or folder")
    grade.add_argument("--assignment", metavar="NAME", help="where neither path nor cells tell it")
    grade.add_argument("--json", type=Path, metavar="FILE", help="also write the results as JSON")
    _add_jobs_option(grade)
    _add_sandbox_option(grade, course)
    grade.set_defaults(run=_grade)

    grade_class = commands.add_parser(
        "grade-class",
        help="grade all submissions of an assignment into nbgrader's gradebook",
        description="Grades what is in submitted/*/NAME, in parallel, and lets nbgrader enter the "
        "grades. What was graded before and has not changed is not graded again, so an "
        "interrupted run goes on. Exit status: 0 when everybody was graded; 1 when somebody was "
        "not; 2 for wrong usage.",
        epilog="example: autograder grade-class ps1-shrinkage --dry-run",
    )
    grade_class.add_argument("assignment", metavar="NAME", help="the assignment's name")
    grade_class.add_argument("--force", action="store_true", help="grade everybody again")
    grade_class.add_argument(
        "--dry-run",
        action="store_true",
        help="grade, and tell whose score would move, but leave the gradebook as it is",
    )
    grade_class.add_argument(
        "--scheduler",
        metavar="ADDRESS",
        help="grade on the workers of this Dask scheduler, such as tcp://10.0.0.7:8786",
    )
    _add_jobs_option(grade_class)
    grade_class.set_defaults(run=_grade_class)

    gradebook = commands.add_parser(
        "gradebook",
        help="enter assignments, due dates and students in nbgrader's gradebook",
        description="Enters all assignments with the due dates of course_config.py, and the "
        "students of a roster. Run it before anything is handed in, and again whenever a due date "
        "or the roster changes: what is there is brought up to date, and no grade is touched.",
        epilog="example: autograder gradebook --roster students.csv   "
        "(columns: id, first_name, last_name, email, lms_user_id)",
    )
    gradebook.add_argument("--roster", type=Path, metavar="FILE", help="students, as CSV")
    gradebook.set_defaults(run=_gradebook)

    demo = commands.add_parser(
        "demo",
        help="grade the demo class of six students with nbgrader",
        epilog="example: autograder demo",
    )
    _add_jobs_option(demo)
    demo.set_defaults(run=_demo)

    prepare = commands.add_parser(
        "prepare",
        help="compute beforehand what every grading would compute again",
        description="Lets the answer keys compile their programs and the known misconceptions "
        "answer the hidden questions, and keeps both in the course's store. Grading without it is "
        "slower and gives the same grades. What is there already is not computed again.",
        epilog="example: autograder prepare",
    )
    _add_jobs_option(prepare)
    prepare.set_defaults(run=_prepare)

    release = commands.add_parser(
        "release",
        help="make release/ and the answer keys anew from source/",
        description="Makes release/ and the answer keys in solutions/ anew from source/, after "
        "checking that every key scores full marks.",
        epilog="example: autograder release",
    )
    _add_jobs_option(release)
    release.set_defaults(run=_release)

    pages = commands.add_parser(
        "pages",
        help="make docs/pages/ anew: the notebooks with their figures, to be read on the web",
        description="Runs the answer keys and writes the released notebooks, with the keys' "
        "outputs and without their answers, as Markdown to docs/pages/.",
        epilog="example: autograder pages",
    )
    _add_jobs_option(pages)
    pages.set_defaults(run=_pages)

    verify = commands.add_parser(
        "verify",
        help="check that keys pass, empty notebooks fail and misconceptions are named",
        description="For every assignment: the key scores full marks, the release zero, every "
        "misconception loses points on its own cell and is named, every other right way keeps "
        "full marks. Exit status 1 on any failure.",
        epilog="example: autograder verify ps1-shrinkage",
    )
    verify.add_argument("assignments", nargs="*", metavar="NAME", help="default: all")
    verify.add_argument("--quick", action="store_true", help="a sample, on own test cells only")
    verify.add_argument(
        "--table", type=Path, metavar="FILE", help="also write the outcome as a Markdown table"
    )
    _add_jobs_option(verify)
    verify.set_defaults(run=_verify)

    power = commands.add_parser(
        "power",
        help="how often tests of random answers fail a right one or pass a wrong one",
        description="Runs the hidden suites against the reference with many seeds, computes each "
        "misconception's chance to pass, and writes both as tables.",
        epilog="example: autograder power --runs 200",
    )
    power.add_argument("--runs", type=int, default=200, help="runs of the reference")
    power.add_argument("--table", type=Path, default=Path("docs/power.md"), metavar="FILE")
    _add_jobs_option(power)
    power.set_defaults(run=_power)

    doctor = commands.add_parser(
        "doctor",
        help="what is installed, what is missing, how to get it",
        epilog="example: autograder doctor",
    )
    doctor.set_defaults(run=_doctor)
    return parser


def _add_jobs_option(parser: argparse.ArgumentParser) -> None:
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


def _add_sandbox_option(parser: argparse.ArgumentParser, course: Course) -> None:
    parser.add_argument(
        "--sandbox",
        choices=SANDBOX_MODES,
        default=course.sandbox,
        help="none runs student code unprotected: only for submissions that you trust",
    )


def _grade(arguments: argparse.Namespace, course: Course) -> int:
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


def _grade_class(arguments: argparse.Namespace, course: Course) -> int:
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


def _gradebook(arguments: argparse.Namespace, course: Course) -> int:
    from autograder.doors.course_directory import NbGraderCourse
    from autograder.doors.gradebook import fill_gradebook, read_roster

    roster = read_roster(arguments.roster) if arguments.roster else []
    fill_gradebook(NbGraderCourse(course.root), course, roster)
    for assignment in course.assignments:
        print(f"{assignment.name}, due {assignment.due}")
    if arguments.roster:
        print(f"{len(roster)} students of {arguments.roster}")
    return OK


def _demo(arguments: argparse.Namespace, course: Course) -> int:
    from autograder.authoring.demo import run_demo

    everybody = run_demo(course, course.root / "demo", Console(), arguments.jobs)
    return OK if everybody else NOT_ALL_GRADED


def _prepare(arguments: argparse.Namespace, course: Course) -> int:
    from autograder.authoring.prepare import (
        assignments_without_answers,
        fill_compiled_code,
        keep_answers_of_misconceptions,
    )
    from autograder.doors import tables
    from autograder.sandbox.compiled_code import CompiledCodeUnusable

    walls.choose(course.sandbox)
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


def _release(arguments: argparse.Namespace, course: Course) -> int:
    from autograder.authoring.release import make_release

    for path in make_release(course, arguments.jobs):
        print(path.relative_to(course.root))
    return OK


def _pages(arguments: argparse.Namespace, course: Course) -> int:
    from autograder.authoring.pages import folder_of_pages, make_page
    from autograder.doors import tables

    task = partial(make_page, folder=folder_of_pages(course))
    with tables.progress(Console()) as progress:
        bar = progress.add_task("Pages", total=len(course.assignments))
        for _, page in in_parallel(task, course.assignments, arguments.jobs):
            progress.console.print(str(expect_outcome(page).relative_to(course.root)))
            progress.advance(bar)
    return OK


def _verify(arguments: argparse.Namespace, course: Course) -> int:
    from autograder.authoring.verify import Finding, carry_out, tasks_of, write_table
    from autograder.doors import tables

    walls.choose(course.sandbox)
    chosen = [course.assignment(name) for name in arguments.assignments] or list(course.assignments)
    work = [task for assignment in chosen for task in tasks_of(assignment, arguments.quick)]
    console = Console()
    found: dict[int, list[Finding]] = {}
    with tables.progress(console) as progress:
        bar = progress.add_task("Checks", total=sum(task.number_of_findings for task in work))
        for index, findings in in_parallel(partial(carry_out, course=course), work, arguments.jobs):
            found[index] = expect_outcome(findings)
            progress.advance(bar, work[index].number_of_findings)
            for finding in found[index]:
                if finding.problem:
                    told = f"{finding.assignment} {finding.function}: {finding.kind}"
                    console.print(f"{told} '{finding.name}' {finding.problem}", markup=False)
    ordered = [finding for index in sorted(found) for finding in found[index]]
    console.print(tables.findings_table(ordered))
    if arguments.table:
        write_table(ordered, arguments.table)
    return OK if not any(finding.problem for finding in ordered) else NOT_ALL_GRADED


def _power(arguments: argparse.Namespace, course: Course) -> int:
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


def _doctor(arguments: argparse.Namespace, course: Course) -> int:
    from autograder.doors.doctor import findings

    console = Console()
    complete = True
    for finding in findings(course):
        mark = "[green]ok[/]     "
        if finding.advice:
            complete = complete and finding.only_slower
            mark = "[yellow]slower[/] " if finding.only_slower else "[red]missing[/]"
        console.print(f"{mark}  {finding.name}: {finding.state}", end="")
        console.print(f"; {finding.advice}" if finding.advice else "", markup=False)
    return OK if complete else NOT_ALL_GRADED


if __name__ == "__main__":
    sys.exit(main())
