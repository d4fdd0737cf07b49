"""The demonstration: six students hand in, nbgrader releases, grades, explains and exports.

The six are those of the story, each a kind of submission; see ``answers.DEMO_CLASS``.
"""

from __future__ import annotations

import json
import shutil
from functools import partial
from pathlib import Path

import nbformat
from rich.console import Console
from rich.table import Table

from autograder.authoring.answers import (
    DEMO_CLASS,
    demo_submission,
    has_handed_in,
    with_little_patience,
)
from autograder.course import Assignment, Course
from autograder.doors import tables
from autograder.doors.course_directory import NbGraderCourse
from autograder.doors.nbgrader import GradeInSandbox
from autograder.errors import UserError
from autograder.grading.grade import grade_file
from autograder.grading.workers import WorkerLost, in_parallel
from autograder.records import CellResult, Result
from autograder.sandbox import walls


def run_demo(course: Course, root: Path, console: Console, jobs: int) -> bool:
    """Run the whole demonstration in a fresh directory; True when everybody was graded."""
    course = with_little_patience(course)
    walls.choose(course.sandbox)
    shutil.rmtree(root, ignore_errors=True)
    directory = NbGraderCourse.set_up(root)
    submissions = [
        (assignment, student)
        for assignment in course.assignments
        for student in DEMO_CLASS
        if has_handed_in(assignment, student)
    ]
    with tables.progress(console) as progress:
        for assignment in progress.track(course.assignments, description="Releasing"):
            directory.generate_assignment(assignment)
        for assignment, student in submissions:
            _hand_in(assignment, student, root)
        complaints = {}
        bar = progress.add_task("Grading", total=len(submissions))
        task = partial(_grade, course=course, root=root)
        # The gradebook has one writer, this process.
        for index, outcome in in_parallel(task, submissions, jobs):
            assignment, student = submissions[index]
            complaint = _enter(outcome, directory, assignment, student)
            if complaint:
                complaints[assignment.name, student] = complaint
            progress.advance(bar)
    directory.export(root / "grades.csv")
    console.print(_table(directory, submissions, complaints))
    console.print("Written answers wait for a teacher and are not counted yet.\n")
    for what, path in (
        ("grades", root / "grades.csv"),
        ("feedback pages", root / "feedback"),
        ("graded notebooks", root / "autograded"),
        ("gradebook", root / "gradebook.db"),
    ):
        console.print(f"{what:17s} {path}", highlight=False, soft_wrap=True)
    return not complaints


def _grade(submission: tuple[Assignment, str], course: Course, root: Path) -> Result:
    assignment, student = submission
    return grade_file(_handed_in(assignment, student, root), course, assignment=assignment)


def _enter(
    outcome: Result | WorkerLost, directory: NbGraderCourse, assignment: Assignment, student: str
) -> str:
    """Enter a grade in the gradebook and write its feedback; what went wrong, or nothing."""
    if isinstance(outcome, WorkerLost) or outcome.status == "failed":
        reason = str(outcome) if isinstance(outcome, WorkerLost) else outcome.reason
        directory.give_up(assignment, student, reason)
        return reason
    GradeInSandbox.take_over(assignment, outcome.graded_notebook)
    complaint = directory.autograde(assignment, student)
    if complaint:
        return complaint
    try:
        directory.generate_feedback(assignment, student)
    except UserError as problem:
        return f"graded, but there is no feedback page: {problem}"
    return ""


def _handed_in(assignment: Assignment, student: str, root: Path) -> Path:
    return root / "submitted" / student / assignment.name / f"{assignment.notebook}.ipynb"


def _hand_in(assignment: Assignment, student: str, root: Path) -> None:
    path = _handed_in(assignment, student, root)
    path.parent.mkdir(parents=True, exist_ok=True)
    nbformat.write(demo_submission(assignment, student), path)


def _table(
    directory: NbGraderCourse,
    submissions: list[tuple[Assignment, str]],
    complaints: dict[tuple[str, str], str],
) -> Table:
    table = tables.new_table()
    table.add_column("student")
    table.add_column("who", overflow="fold")
    table.add_column("assignment", no_wrap=True)
    table.add_column("score", justify="right", no_wrap=True)
    table.add_column("in a word", overflow="fold")
    for assignment, student in submissions:
        complaint = complaints.get((assignment.name, student))
        cells = _graded_cells(directory.autograded(assignment, student))
        score, full = sum(c.score for c in cells), sum(c.max_score for c in cells)
        table.add_row(
            student.capitalize(),
            DEMO_CLASS[student],
            assignment.name,
            f"{score:g}/{full:g}" if cells else "failed",
            complaint or tables.in_a_word(cells),
        )
    return table


def _graded_cells(path: Path) -> tuple[CellResult, ...]:
    """The results that the grader left in an autograded notebook; none where there is no such."""
    if not path.exists():
        return ()
    cells = json.loads(path.read_text("utf-8"))["metadata"]["autograder"]["cells"]
    return tuple(map(CellResult.from_json, cells))
