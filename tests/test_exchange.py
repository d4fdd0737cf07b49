"""nbgrader's exchange between two Unix users: a student's way from the release to the feedback."""

import os
import re
import shutil
import sys
import tempfile
from dataclasses import replace
from pathlib import Path

import nbformat
import pytest
import small_class
from conftest import demo_submission
from nbgrader.apps.api import NbGraderAPI
from nbgrader.auth import Authenticator
from other_user import USER, run_as_other_user
from small_class import PS1, directory_of, hand_in

from autograder import cli
from autograder.commands.options import OK
from autograder.doors import nbgrader
from autograder.doors.course_directory import NbGraderCourse
from autograder.grading import grade as grade_module
from course_config import COURSE, COURSE_ID, ROOT

pytestmark = pytest.mark.skipif(
    os.getuid() != 0, reason="only root can become another user, to be student and instructor"
)

COMMENT = "Well seen: the data weight is small."


@pytest.fixture
def place():
    """A folder that other users may go into, which pytest's own are not."""
    with tempfile.TemporaryDirectory() as name:
        Path(name).chmod(0o755)
        yield Path(name)


@pytest.fixture
def exchange(place):
    folder = place / "exchange"
    folder.mkdir()
    folder.chmod(0o777)
    return folder


@pytest.fixture
def instructor(place, exchange, monkeypatch):
    """nbgrader as root runs it, in a course directory that is closed to others."""
    course = NbGraderCourse.set_up(place / "course").root
    course.chmod(0o700)
    shutil.copytree(ROOT / "release" / PS1.name, course / "release" / PS1.name)
    directory, config = directory_of(course, {"Exchange": {"root": str(exchange)}})
    api = NbGraderAPI(directory, Authenticator(config=config), config=config)
    monkeypatch.setattr(cli, "load_course", lambda: replace(COURSE, root=course))
    # What is tried here is the way there and back; grading for real is tried in test_doors.
    monkeypatch.setattr(grade_module, "grade", small_class.quick_grade)
    monkeypatch.setattr(nbgrader, "grade", small_class.quick_grade)
    return api


@pytest.fixture
def student(place, exchange):
    """nbgrader as a student runs it: a function that gives the exit status and what it says."""
    home = place / "home"
    (home / ".jupyter").mkdir(parents=True)
    (home / ".jupyter" / "nbgrader_config.py").write_text(
        f"c = get_config()\nc.CourseDirectory.course_id = {COURSE_ID!r}\n"
        f"c.Exchange.root = {str(exchange)!r}\n"
    )
    mount_points = place / "mount_points"
    mount_points.mkdir()
    for path in (home, *home.rglob("*")):
        os.chown(path, USER.pw_uid, USER.pw_gid)

    def run(*command):
        program = shutil.which(command[0], path=Path(sys.executable).parent) or command[0]
        done = run_as_other_user([program, *command[1:]], mount_points, home, HOME=str(home))
        return done.returncode, done.stdout + done.stderr

    run.home = home
    return run


def expect_success(outcome):
    assert outcome["success"], outcome


def test_a_student_gets_the_assignment_and_the_own_feedback(instructor, student, exchange, capsys):
    course = Path(instructor.coursedir.root)
    expect_success(instructor.release_assignment(PS1.name))

    status, told = student("nbgrader", "fetch_assignment", PS1.name)
    assert status == 0, told
    fetched = student.home / PS1.name
    released = {path.name: path.read_bytes() for path in (ROOT / "release" / PS1.name).iterdir()}
    assert {path.name: path.read_bytes() for path in fetched.iterdir()} == released
    assert {"shrinkage.ipynb", "checking.py", "shrinkage_checks.py"} <= released.keys()
    assert {"requirements.txt", "glossary.md"} <= released.keys()

    nbformat.write(demo_submission("alyssa"), fetched / "shrinkage.ipynb")
    status, told = student("nbgrader", "submit", PS1.name)
    assert status == 0, told

    # Somebody else has handed in as well.
    hand_in(course, "emi", demo_submission("ben"), date="2027-01-02 12:00:00 UTC")
    (course / "submitted" / "emi" / PS1.name / "submission_secret.txt").write_text("secret")
    hand_in(course, "ben", demo_submission("ben"))  # not through the exchange
    expect_success(instructor.collect(PS1.name))
    submitted = {path.name for path in (course / "submitted").iterdir()}
    assert submitted == {USER.pw_name, "emi", "ben"}

    assert cli.main(["grade-class", PS1.name, "--jobs", "1"]) == OK, capsys.readouterr()
    for name, score, comment in ((USER.pw_name, 2.5, COMMENT), ("emi", 1.0, "Only for Emi")):
        small_class.mark(course, name, score, comment)
    expect_success(instructor.generate_feedback(PS1.name, force=False))
    released = instructor.release_feedback(PS1.name)
    expect_success(released)
    assert "Feedback for ben was not released" in released["log"]
    assert "Feedback for emi was not" not in released["log"]

    status, told = student("nbgrader", "fetch_feedback", PS1.name)
    assert status == 0, told
    (page,) = fetched.rglob("*.html")
    text = page.read_text("utf-8")
    assert COMMENT in text
    assert re.search(r"2\.5 of 3\b", re.sub(r"<[^>]*>", "", text))
    for others in ("Only for Emi", "Marking scheme", "Model answer"):
        assert others not in text

    for closed in (course, exchange / COURSE_ID / "inbound", exchange / COURSE_ID / "feedback"):
        status, told = student("ls", str(closed))
        assert status != 0
        assert "Permission denied" in told


def test_nobody_hands_in_the_answer_key_or_for_somebody_else(instructor, student, exchange):
    course = Path(instructor.coursedir.root)
    key = course / "key.ipynb"
    key.write_text("the answer key")
    expect_success(instructor.release_assignment(PS1.name))
    inbound = exchange / COURSE_ID / "inbound"
    name, date = f"{USER.pw_name}+{PS1.name}", "2027-01-01 00:00:00.000000 UTC+0"
    script = f"""
        mkdir '{inbound}/{name}+{date}'
        cd '{inbound}/{name}+{date}'
        echo mine > mine.txt
        mkfifo pipe.ipynb
        ln -s {key} shrinkage.ipynb
        ln -s {course} folder
        mkdir '{inbound}/alyssa+{PS1.name}+{date}'
        ln -s {course} '{inbound}/daemon+{PS1.name}+{date}'
    """
    status, told = student("sh", "-c", script)
    assert status == 0, told
    collected = instructor.collect(PS1.name)
    expect_success(collected)
    files = {
        str(path.relative_to(course / "submitted")): path.read_text()
        for path in (course / "submitted").rglob("*")
        if path.is_file()
    }
    assert files == {f"{USER.pw_name}/{PS1.name}/mine.txt": "mine\n"}
    assert "3 files are left out" in collected["log"]
    assert "alyssa" in collected["log"]
    assert "somebody else has put it there" in collected["log"]


def test_who_really_submitted_is_collected_whatever_somebody_else_adds(
    instructor, student, exchange
):
    expect_success(instructor.release_assignment(PS1.name))
    inbound = exchange / COURSE_ID / "inbound"
    mine = inbound / f"root+{PS1.name}+2027-01-01 00:00:00.000000 UTC+0"
    mine.mkdir()
    (mine / "shrinkage.ipynb").write_text("mine")
    later = f"{inbound}/root+{PS1.name}+2027-01-02 00:00:00.000000 UTC+0"
    status, told = student("sh", "-c", f"mkdir '{later}'; echo no > '{later}/shrinkage.ipynb'")
    assert status == 0, told
    expect_success(instructor.collect(PS1.name))
    collected = Path(instructor.coursedir.root, "submitted/root", PS1.name, "shrinkage.ipynb")
    assert collected.read_text() == "mine"
