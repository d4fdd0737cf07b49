"""What the gradebook knows before anything is graded: assignments, due dates and students."""

import logging
import shutil
from dataclasses import replace
from datetime import datetime

import pytest
import small_class
from conftest import demo_submission
from nbgrader.apps.api import NbGraderAPI
from small_class import PS1, directory_of, gradebook_of, hand_in

from autograder import cli
from autograder.commands.options import OK
from autograder.doors import nbgrader
from autograder.doors.course_directory import NbGraderCourse
from autograder.doors.gradebook import enter_assignment, expect_entered, read_roster
from autograder.errors import UserError
from course_config import COURSE, ROOT

ROSTER = "\ufeffid, last_name,email\nalyssa,Hacker,a@example.org\nben,Bitdiddle\n"


@pytest.fixture
def run_command(tmp_path, empty_gradebook, monkeypatch, capsys):
    """The command in a folder whose gradebook is empty."""
    NbGraderCourse.set_up(tmp_path / "course")
    shutil.copy(empty_gradebook, tmp_path / "course")
    course = replace(COURSE, root=tmp_path / "course", assignments=COURSE.assignments[:2])
    monkeypatch.setattr(cli, "load_course", lambda: course)
    roster = tmp_path / "students.csv"

    def run(text=ROSTER):
        roster.write_text(text, "utf-8")
        status = cli.main(["gradebook", "--roster", str(roster)])
        return status, "".join(capsys.readouterr()), NbGraderCourse(course.root)

    return run


def test_all_of_it_is_there_and_twice_is_no_more(run_command):
    for _ in range(2):
        status, told, directory = run_command()
        assert status == OK
        assert "ps1-shrinkage, due 2027-02-05 18:00:00 UTC" in told
        assert "2 students of" in told
        with directory.gradebook as gradebook:
            due = {assignment.name: assignment.duedate for assignment in gradebook.assignments}
            students = {s.id: (s.last_name, s.email) for s in gradebook.students}
        assert list(due) == ["ps1-shrinkage", "ps2-student-model"]
        assert due["ps1-shrinkage"] == datetime(2027, 2, 5, 18)
        assert students == {"alyssa": ("Hacker", "a@example.org"), "ben": ("Bitdiddle", "")}
        assert exercises_in(directory.root) == 20


def test_who_has_left_the_class_is_named(run_command):
    assert "not in this file" not in run_command()[1]
    assert "but not in this file: ben." in run_command("id\nalyssa\n")[1]


def exercises_in(root):
    """The points of all exercises of the first assignment that the gradebook knows."""
    with gradebook_of(root) as gradebook:
        return gradebook.find_assignment(PS1.name).max_score


@pytest.fixture
def clone(tmp_path):
    """What a fresh clone has of the first assignment: its source and its release."""
    root = NbGraderCourse.set_up(tmp_path / "clone").root
    shutil.copytree(ROOT / "release" / PS1.name, root / "release" / PS1.name)
    return root


def test_generate_assignment_enters_what_is_released_already(clone, empty_gradebook):
    shutil.copy(empty_gradebook, clone)
    released = clone / "release" / PS1.name / f"{PS1.notebook}.ipynb"
    before = released.stat()
    directory, config = directory_of(clone)
    outcome = NbGraderAPI(directory, config=config).generate_assignment(PS1.name, force=False)
    assert outcome["success"], outcome
    assert "ps1-shrinkage is in the gradebook, due 2027-02-05 18:00:00 UTC" in outcome["log"]
    assert released.stat() == before
    assert exercises_in(clone) == 20
    with gradebook_of(clone) as gradebook:
        assert gradebook.find_assignment(PS1.name).duedate == datetime(2027, 2, 5, 18)


def test_autograde_needs_no_gradebook_beforehand(clone, lateness_costs, monkeypatch):
    monkeypatch.setattr(nbgrader, "grade", small_class.quick_grade)
    hand_in(clone, "alyssa", demo_submission("alyssa"), date="2027-02-07 12:00:00 UTC")
    success, log = small_class.autograde(clone)
    assert success, log
    assert exercises_in(clone) == 20
    assert small_class.contents(clone)["alyssa"]["penalty"] == 4


def test_another_due_date_is_remarked(tmp_path, empty_gradebook, caplog):
    shutil.copy(empty_gradebook, tmp_path)
    directory, _ = directory_of(tmp_path)
    log = logging.getLogger("tests.test_gradebook")
    expect_entered(directory, PS1, log)
    expect_entered(directory, PS1, log)
    assert not caplog.records
    expect_entered(directory, replace(PS1, due="2027-02-06 19:00 Europe/Berlin"), log)
    (record,) = caplog.records
    assert "is due 2027-02-05 18:00:00 UTC in the gradebook, which counts" in record.getMessage()


def test_other_exercises_than_those_handed_in_are_refused(tmp_path, empty_gradebook, monkeypatch):
    shutil.copy(empty_gradebook, tmp_path)
    monkeypatch.setattr(nbgrader, "grade", small_class.quick_grade)
    hand_in(tmp_path, "alyssa", demo_submission("alyssa"))
    assert small_class.autograde(tmp_path)[0]
    directory, _ = directory_of(tmp_path)
    other = replace(PS1, root=tmp_path)
    other.release.parent.mkdir(parents=True)
    shutil.copy(ROOT / "release" / "ps2-student-model" / "student_model.ipynb", other.release)
    with pytest.raises(UserError, match="with other exercises than those of"):
        enter_assignment(directory, other)
    enter_assignment(directory, PS1)
    assert small_class.contents(tmp_path).keys() == {"alyssa"}


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "line 1: the columns should be id and any of first_name"),
        ("id,phone\n", "line 1: .* not 'phone'"),
        ("last_name\nHacker\n", "line 1: the columns should be id"),
        ("id\nalyssa\n\nalyssa\n", "line 4: alyssa is there twice"),
        ("id,email\nalyssa,a@b,c\n", "line 2: more entries than columns"),
        ("id\n../../etc\n", "line 2: '../../etc' cannot be a student's id"),
        ("id,email\n,a@b\n", "line 2: '' cannot be a student's id"),
    ],
)
def test_a_wrong_roster_is_told_with_its_line(tmp_path, text, told):
    path = tmp_path / "students.csv"
    path.write_text(text)
    with pytest.raises(UserError, match=told):
        read_roster(path)


@pytest.mark.parametrize(
    ("text", "student"),
    [
        (
            "Student,ID,SIS User ID,SIS Login ID,Section,Problem set 1 (4711),Final Score\n"
            "    Points Possible,,,,,20,(read only)\n"
            '"Hacker, Alyssa P.",12345,u7,alyssa,"Tuesdays, A",17.5,88\n'
            '"Student, Test",12399,,2f1c8d,"Tuesdays, A",,0\n',
            ("alyssa", "Alyssa P.", "Hacker", "12345"),
        ),
        (
            "First name,Last name,Username,ID number,Email address,Groups\n"
            "Alyssa P.,Hacker,alyssa,u7,alyssa@example.org,A\n",
            ("alyssa", "Alyssa P.", "Hacker", "u7"),
        ),
    ],
    ids=["Canvas", "Moodle"],
)
def test_a_systems_own_file_is_a_roster(tmp_path, text, student):
    path = tmp_path / "students.csv"
    path.write_text(text)
    (found,) = read_roster(path)
    assert tuple(found[n] for n in ("id", "first_name", "last_name", "lms_user_id")) == student
    assert "email" not in found or found["email"] == "alyssa@example.org"


def test_a_roster_that_cannot_be_read(tmp_path):
    with pytest.raises(UserError, match="cannot be read"):
        read_roster(tmp_path / "nothing.csv")
    (tmp_path / "latin.csv").write_bytes("id\nJosé".encode("latin-1"))
    with pytest.raises(UserError, match="not text in UTF-8"):
        read_roster(tmp_path / "latin.csv")
