"""``autograder gradebook``: assignments, due dates and students, before anything is handed in."""

from dataclasses import replace
from datetime import datetime

import pytest

from autograder import cli
from autograder.commands.options import OK
from autograder.doors.course_directory import NbGraderCourse
from autograder.doors.gradebook import read_roster
from autograder.errors import UserError
from course_config import COURSE

ROSTER = "\ufeffid, last_name,email\nalyssa,Hacker,a@example.org\nben,Bitdiddle\n"


@pytest.fixture
def run_command(tmp_path, monkeypatch, capsys):
    """The command in a clone, where ``release/`` is there and a gradebook is not."""
    NbGraderCourse.set_up(tmp_path / "course")
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


def test_a_roster_that_cannot_be_read(tmp_path):
    with pytest.raises(UserError, match="cannot be read"):
        read_roster(tmp_path / "nothing.csv")
    (tmp_path / "latin.csv").write_bytes("id\nJosé".encode("latin-1"))
    with pytest.raises(UserError, match="not text in UTF-8"):
        read_roster(tmp_path / "latin.csv")
