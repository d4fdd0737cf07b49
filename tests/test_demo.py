"""The demonstration, on its first assignment: six students and what they deserve."""

import csv
import dataclasses

import small_class
from conftest import PS1, STRICT
from rich.console import Console

from autograder.authoring import demo
from autograder.errors import UserError
from autograder.grading.workers import WorkerLost
from autograder.notebooks.reading import read_notebook
from autograder.records import Result

# What each of the six is known to deserve in the test cells; written answers are not counted.
DESERVED = {"alyssa": 17, "ben": 17, "carmen": 8, "diego": 9, "emi": 15.5, "farid": 0}


def run(root):
    course = dataclasses.replace(STRICT, assignments=(PS1,))
    console = Console(record=True, width=100)
    assert demo.run_demo(course, root, console, jobs=2)
    with (root / "grades.csv").open() as file:
        rows = list(csv.DictReader(file))
    return {row["student_id"]: float(row["score"]) for row in rows}, console.export_text()


def test_the_demo_class_gets_what_it_deserves(tmp_path):
    scores, shown = run(tmp_path / "demo")
    assert scores == DESERVED
    assert "mode for mean" in shown
    for student in DESERVED:
        page = tmp_path / "demo" / "feedback" / student / PS1.name / f"{PS1.notebook}.html"
        assert "onerror" not in page.read_text().split("notebook-container")[-1]


def test_who_cannot_be_graded_does_not_end_it(tmp_path, monkeypatch):
    """Neither a worker that was lost, nor a fault of the grader, nor a page that cannot be made."""

    def grade(path, course, *, assignment):
        student = path.parent.parent.name
        if student == "ben":
            return WorkerLost("The grader's own process ended; is there memory enough?")
        if student == "carmen":
            return Result(str(path), student, None, None, "failed", "The grader itself failed.")
        graded = small_class.quick_grade(read_notebook(path), assignment, course)
        return Result(
            str(path), student, None, None, "graded", "", 0.0, graded.cells, graded.graded_notebook
        )

    def feedback(self, assignment, student):
        if student == "diego":
            raise UserError("the page is out of order")

    monkeypatch.setattr(demo, "grade_file", grade)
    monkeypatch.setattr(demo.NbGraderCourse, "generate_feedback", feedback)
    course = dataclasses.replace(STRICT, assignments=(PS1,))
    console = Console(record=True, width=200)
    assert not demo.run_demo(course, tmp_path / "demo", console, jobs=1)
    with (tmp_path / "demo" / "grades.csv").open() as file:
        rows = {row["student_id"]: row for row in csv.DictReader(file)}
    assert rows["ben"]["why_not_graded"] == (
        "The grader's own process ended; is there memory enough?"
    )
    assert rows["carmen"]["why_not_graded"] == "The grader itself failed."
    assert {student for student, row in rows.items() if row["score"] == ""} == {"ben", "carmen"}
    shown = console.export_text().splitlines()
    for student, told in [("Ben", "failed"), ("Carmen", "failed"), ("Diego", "no feedback page")]:
        assert any(student in line and told in line for line in shown)
