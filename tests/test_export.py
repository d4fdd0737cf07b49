"""Grades in the forms that Canvas and Moodle import: whose they are, and why some are missing."""

import csv
import re
import shutil
from dataclasses import replace

import pytest
import small_class
from conftest import demo_submission
from small_class import PS1, directory_of, gradebook_of, hand_in

from autograder.doors import export, nbgrader
from autograder.doors.export import CanvasExport, MoodleExport
from course_config import ASSIGNMENTS

ROSTER = {
    "alyssa": {"last_name": "Hacker, Jr.", "first_name": 'Alyssa "P."', "lms_user_id": "12345"},
    "ben": {"last_name": "Ñandú", "first_name": "Ben", "email": "ben@example.org"},
    "carmen": {"last_name": "Campos", "first_name": "Carmen", "lms_user_id": "12347"},
    "diego": {},
}


@pytest.fixture
def root(tmp_path, empty_gradebook, lateness_costs, monkeypatch):
    """One is graded and marked, one waits, one handed in no notebook, one nothing, one is new."""
    shutil.copy(empty_gradebook, tmp_path)
    monkeypatch.setattr(nbgrader, "grade", small_class.quick_grade)
    hand_in(tmp_path, "alyssa", demo_submission("alyssa"), date="2027-02-06 12:00:00 UTC")
    hand_in(tmp_path, "ben", demo_submission("ben"))
    hand_in(tmp_path, "carmen", "this is no notebook")
    small_class.autograde(tmp_path)
    hand_in(tmp_path, "emi", demo_submission("emi"))
    with gradebook_of(tmp_path) as gradebook:
        for student, details in ROSTER.items():
            gradebook.update_or_create_student(student, **details)
        gradebook.update_or_create_assignment(ASSIGNMENTS[1].name, duedate=ASSIGNMENTS[1].due)
        notebook = gradebook.find_submission_notebook(PS1.notebook, PS1.name, "alyssa")
        for grade in notebook.grades:
            grade.manual_score, grade.needs_manual_grade = grade.max_score - 0.5, False
        gradebook.db.commit()
    return tmp_path


def exported(plugin, root, **options):
    """The lines that a plug-in writes."""
    path = root / "grades.csv"
    _, config = directory_of(root)
    plugin = plugin(config=config, to=str(path), **options)
    with gradebook_of(root) as gradebook:
        plugin.export(gradebook)
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file))


def imported_by_canvas(lines):
    """What Canvas makes of a file, by the rules of its importer: points, and grades by student."""
    header, points, *students = lines
    assert "Student" in header[0]
    assert "ID" in header[1]
    assert re.search(r"SIS\s+User\s+ID", header[2])
    assert re.search(r"SIS\s+Login\s+ID", header[3])
    assert "Section" in header[4]
    assert "Points Possible" in points[0]
    ignored = r"(Current|Final) (Score|Points|Grade)|Override (Score|Grade|Status)"
    columns = {
        name: index
        for index, name in enumerate(header)
        if index > 4 and not re.search(ignored, name)
    }
    return (
        {name: points[index] for name, index in columns.items()},
        {
            (line[0], line[1], line[3]): {name: line[index] for name, index in columns.items()}
            for line in students
        },
    )


def test_canvas_gets_its_own_names_numbers_and_no_grade_where_there_is_none(root, monkeypatch):
    renamed = replace(PS1, lms_name="Problem set 1 (4711)")
    course = replace(export.COURSE, assignments=(renamed, *ASSIGNMENTS[1:]))
    monkeypatch.setattr(export, "COURSE", course)
    lines = exported(CanvasExport, root)
    points, grades = imported_by_canvas(lines)
    assert points == {"Problem set 1 (4711)": "20"}
    # A day late costs 2 of 20 points.
    assert grades == {
        ('Hacker, Jr., Alyssa "P."', "12345", "alyssa"): {"Problem set 1 (4711)": "15.5"},
        ("Ñandú, Ben", "", "ben"): {"Problem set 1 (4711)": ""},
        ("Campos, Carmen", "12347", "carmen"): {"Problem set 1 (4711)": ""},
        ("diego", "", "diego"): {"Problem set 1 (4711)": ""},
        ("emi", "", "emi"): {"Problem set 1 (4711)": ""},
    }
    reasons = {line[3]: line[-1] for line in lines[2:]}
    assert reasons.pop("alyssa") == ""
    assert reasons["ben"] == "ps1-shrinkage: Waits for a teacher: explain_shrinkage."
    assert reasons["carmen"].startswith("ps1-shrinkage: The file is not valid JSON")
    assert reasons["diego"] == "ps1-shrinkage: Nothing was handed in."
    assert reasons["emi"] == "ps1-shrinkage: Handed in and not autograded yet."


def test_moodle_gets_all_that_it_may_know_somebody_by(root):
    header, *students = exported(MoodleExport, root)
    rows = [dict(zip(header, line, strict=True)) for line in students]
    rows = {row["Username"]: row for row in rows}
    grades = {student: row["ps1-shrinkage"] for student, row in rows.items()}
    assert grades == {"alyssa": "15.5", "ben": "", "carmen": "", "diego": "", "emi": ""}
    assert rows["alyssa"]["Last name"] == "Hacker, Jr."
    assert rows["alyssa"]["ID number"] == "12345"
    assert rows["ben"]["Email address"] == "ben@example.org"
    assert "The file is not valid JSON" in rows["carmen"]["Not graded, why"]


def test_who_handed_in_nothing_has_zero_as_soon_as_it_is_due(root):
    with gradebook_of(root) as gradebook:
        gradebook.update_or_create_assignment(PS1.name, duedate="2020-01-01 12:00 UTC")
    row = next(line for line in exported(MoodleExport, root) if "diego" in line)
    assert row[-2:] == ["0", "ps1-shrinkage: Nothing was handed in."]


def test_some_of_it_on_demand(root):
    header, line = exported(
        MoodleExport, root, assignment=["ps2-student-model"], student=["alyssa"]
    )
    assert header[5:] == ["ps2-student-model", "Not graded, why"]
    assert line[3:] == ["alyssa", "", "", "ps2-student-model: Nothing was handed in."]
