"""A gradebook in PostgreSQL, by ``db_url``: a real server, started for these tests."""

import os
import pwd
import shutil
import subprocess
import tempfile
from pathlib import Path

import psycopg
import pytest
import small_class
from conftest import demo_submission
from small_class import PS1, exported, hand_in

from autograder.doors import course_directory
from autograder.doors.course_directory import NbGraderCourse
from autograder.doors.grade_class import ClassRun
from autograder.errors import UserError
from autograder.grading import grade as grade_module
from course_config import COURSE, configure

pytestmark = pytest.mark.xdist_group("postgresql")


def program(name):
    """One of the server's programs, which Debian keeps out of the search path."""
    places = sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    return shutil.which(name, path=os.pathsep.join([*map(str, places), os.environ["PATH"]]))


@pytest.fixture(scope="module")
def server():
    """The folder with the socket of a server that is asked through nothing else."""
    if program("initdb") is None:
        pytest.skip("PostgreSQL is not installed (apt-get install postgresql)")
    # It refuses to be run by root.
    user = pwd.getpwnam("nobody") if os.getuid() == 0 else pwd.getpwuid(os.getuid())
    with tempfile.TemporaryDirectory() as folder:
        os.chown(folder, user.pw_uid, user.pw_gid)
        how = {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": [], "cwd": folder}
        how = how if os.getuid() == 0 else {"cwd": folder}
        data = f"{folder}/data"
        make = [program("initdb"), "-D", data, "-U", "grader", "-A", "trust", "--no-sync"]
        subprocess.run(make, check=True, capture_output=True, **how)
        control = [program("pg_ctl"), "-D", data, "-w"]
        options = f"-k {folder} -c listen_addresses='' -F"
        start = [*control, "-l", f"{folder}/log", "-o", options, "start"]
        subprocess.run(start, check=True, stdout=subprocess.DEVNULL, **how)
        try:
            yield folder
        finally:
            stop = [*control, "-m", "immediate", "stop"]
            subprocess.run(stop, check=True, stdout=subprocess.DEVNULL, **how)


def execute(server, statement, database="postgres"):
    options = {"host": server, "user": "grader", "dbname": database, "autocommit": True}
    with psycopg.connect(**options) as connection:
        connection.execute(statement)


@pytest.fixture
def root(server, tmp_path, monkeypatch):
    """A class whose gradebook is in the server's database ``gradebook``."""
    execute(server, "DROP DATABASE IF EXISTS gradebook")
    execute(server, "CREATE DATABASE gradebook")

    def configure_with_server(c):
        configure(c)
        c.CourseDirectory.db_url = f"postgresql://grader@/gradebook?host={server}"

    monkeypatch.setattr(course_directory, "configure", configure_with_server)
    monkeypatch.setattr(grade_module, "grade", small_class.quick_grade)
    return with_three(small_class.set_up(tmp_path / "course"))


def with_three(root):
    hand_in(root, "alyssa", demo_submission("alyssa"), date="2027-01-02 12:00:00 UTC")
    hand_in(root, "ben", demo_submission("ben"))
    hand_in(root, "carmen", "this is no notebook")
    return root


def run_class(root):
    """How many grades were entered."""
    run = ClassRun(NbGraderCourse(root), PS1, COURSE)
    list(run.grade(run.to_grade(), jobs=1))
    to_enter = run.to_enter()
    for submission in to_enter:
        run.enter(submission)
    return sum(not submission.problem for submission in to_enter)


def test_a_class_is_entered_as_into_a_file(root, tmp_path, monkeypatch):
    assert run_class(root) == 2
    assert run_class(root) == 0
    rows = exported(root)
    assert not list(root.glob("*.db"))
    monkeypatch.setattr(course_directory, "configure", configure)
    in_a_file = with_three(small_class.set_up(tmp_path / "other"))
    run_class(in_a_file)
    others = exported(in_a_file)
    assert rows.keys() == others.keys() == {"alyssa", "ben", "carmen"}
    for student, row in rows.items():
        assert {c: row[c] for c in ("score", "max_score", "timestamp", "why_not_graded")} == {
            c: others[student][c] for c in ("score", "max_score", "timestamp", "why_not_graded")
        }


def test_a_gradebook_that_may_only_be_read_is_told_first(root, server):
    run_class(root)
    execute(server, "ALTER DATABASE gradebook SET default_transaction_read_only = on")
    with pytest.raises(UserError, match=r"The gradebook cannot be used \(cannot execute UPDATE"):
        run_class(root)
    execute(server, "ALTER DATABASE gradebook SET default_transaction_read_only = off")
    assert run_class(root) == 0
