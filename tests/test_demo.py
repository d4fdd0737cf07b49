"""The demonstration, on its first assignment: six students and what they deserve."""

import csv
import dataclasses

from conftest import PS1, STRICT
from rich.console import Console

from autograder.authoring import demo

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
