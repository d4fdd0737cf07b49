"""A mistake in the configuration ends every command in one sentence, before any notebook runs."""

import dataclasses
import json
import os
import runpy
import shutil
import subprocess
import sys
from itertools import islice
from pathlib import Path

import pytest
from conftest import PS1
from traitlets.config import Config

from autograder import cli
from autograder.configuration import SAFE_OPTIONS, configure_nbgrader
from autograder.course import Course, Limits
from autograder.doors.course_directory import NbGraderCourse
from autograder.doors.doctor import findings
from autograder.errors import UserError
from course_config import COURSE, ROOT, configure

BIN = Path(sys.executable).parent
# What is changed in course_config.py, and what is told about it, with its line.
MISTAKES = {
    "a missing comma": ('"shrinkage", due', '"shrinkage" due', "line LINE: "),
    "an unknown name": ("call_seconds=30", "call_secs=30", "call_secs"),
    "a value of another type": ("cell_seconds=60", 'cell_seconds="60s"', "cell_seconds should be"),
    "a day that is none": ("2027-02-05 18:00:00 UTC", "5th of Febuary", "due should be"),
    "an option of nbgrader's with a wrong name": (
        "c.Autograde.autograde_preprocessors",
        "c.Autograde.autograde_preprocesors",
        "autograde_preprocessors",
    ),
    "an error when it is run": ("LIMITS = Limits(", "LIMITS = Limit(", "line LINE: NameError"),
}


@pytest.fixture(scope="module")
def course_folder(tmp_path_factory):
    """A course's folder, whose student would write a file outside if no sandbox held them."""
    root = tmp_path_factory.mktemp("course")
    for name in ("nbgrader_config.py", "nbgrader_config.json"):
        shutil.copy(ROOT / name, root)
    for name in ("autograder", "solutions"):
        (root / name).symlink_to(ROOT / name)
    shutil.copytree(ROOT / "source" / PS1.name, root / "source" / PS1.name)
    path = root / "submitted" / "mallory" / PS1.name / f"{PS1.notebook}.ipynb"
    path.parent.mkdir(parents=True)
    notebook = json.loads(PS1.release.read_text("utf-8"))
    escape = f"open({str(root / 'escaped')!r}, 'w').close()"
    for cell in notebook["cells"]:
        if cell["cell_type"] == "code":
            cell["source"] = escape
    path.write_text(json.dumps(notebook), "utf-8")
    return root


def run(folder, program, *arguments):
    return subprocess.run(
        [BIN / program, *arguments],
        cwd=folder,
        env=os.environ
        | {"PYTHONPATH": str(folder), "PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}"},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture
def with_mistake(tmp_path, monkeypatch):
    """Lets this process find a course_config.py with a mistake in it; gives what is to be told."""

    def make(mistake):
        (tmp_path / "course_config.py").write_text(text_with(mistake), "utf-8")
        monkeypatch.syspath_prepend(tmp_path)
        monkeypatch.delitem(sys.modules, "course_config")
        return told_of(mistake)

    return make


def text_with(mistake):
    right, wrong, _ = MISTAKES[mistake]
    text = (ROOT / "course_config.py").read_text("utf-8")
    assert right in text
    return text.replace(right, wrong)


def told_of(mistake):
    right, _, told = MISTAKES[mistake]
    text = (ROOT / "course_config.py").read_text("utf-8")
    return told.replace("LINE", str(text[: text.index(right)].count("\n") + 1))


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_ends_nbgrader_while_it_reads_its_configuration(with_mistake, mistake, capsys):
    told = with_mistake(mistake)
    with pytest.raises(SystemExit) as end:
        runpy.run_path(str(ROOT / "nbgrader_config.py"), {"get_config": Config})
    assert end.value.code == 2
    (sentence,) = capsys.readouterr().err.strip().splitlines()
    assert sentence.startswith("nbgrader was not started. ")
    assert told in sentence
    assert "course_config.py" in sentence


def test_a_mistake_ends_every_command_of_autograder(with_mistake, capsys):
    told = with_mistake("a value of another type")
    for command in (["doctor"], ["grade", "."], ["grade-class", PS1.name], ["demo"]):
        assert cli.main(command) == 2
        (sentence,) = capsys.readouterr().err.strip().splitlines()
        assert told in sentence


def test_the_doctor_finds_a_wrong_option_of_nbgraders(with_mistake):
    told = with_mistake("an option of nbgrader's with a wrong name")
    (finding,) = [f for f in islice(findings(COURSE), 5) if f.name == "nbgrader's options"]
    assert told in finding.advice


@pytest.mark.xdist_group("configuration")
def test_no_student_code_is_run_after_a_mistake(course_folder):
    (course_folder / "course_config.py").write_text(text_with("a missing comma"), "utf-8")
    outcome = run(course_folder, "nbgrader", "autograde", PS1.name)
    assert outcome.returncode == 2
    assert len(outcome.stderr.strip().splitlines()) == 1
    assert "course_config.py" in outcome.stderr
    assert told_of("a missing comma") in outcome.stderr
    assert not (course_folder / "escaped").exists()
    assert not (course_folder / "autograded").exists()


@pytest.mark.xdist_group("configuration")
def test_without_a_readable_configuration_file_the_sandbox_holds(course_folder):
    """nbgrader goes on where nbgrader_config.py is no Python; then the JSON beside it counts."""
    shutil.copy(ROOT / "course_config.py", course_folder)
    (course_folder / "nbgrader_config.py").write_text("this is no Python\n", "utf-8")
    NbGraderCourse(course_folder).generate_assignment(PS1)
    run(course_folder, "nbgrader", "autograde", PS1.name)
    assert not (course_folder / "escaped").exists()
    autograded = course_folder / "autograded" / "mallory" / PS1.name / f"{PS1.notebook}.ipynb"
    assert "autograder" in json.loads(autograded.read_text("utf-8"))["metadata"]


def test_the_safe_options_are_those_of_the_course():
    config = Config()
    configure(config)
    for section, options in json.loads(SAFE_OPTIONS.read_text("utf-8")).items():
        for name, value in options.items():
            assert config[section][name] == value


def test_the_courses_own_options_are_all_known():
    configure_nbgrader(Config())


@pytest.mark.parametrize(
    ("field", "value"),
    [("name", "../x"), ("name", "a+b"), ("name", ""), ("notebook", 3), ("due", "2027-02-05")],
)
def test_an_assignment_has_a_plain_name_and_a_due_date(field, value):
    with pytest.raises(UserError, match=f"^{field} should be "):
        dataclasses.replace(PS1, **{field: value})


@pytest.mark.parametrize(
    "due", ["2027-02-05 18:00 Europe/Berlin", "2027-02-05 18:00:00 UTC", "2027-02-28 07:30 CET"]
)
def test_due_dates_have_a_time_zone(due):
    assert dataclasses.replace(PS1, due=due).due == due


@pytest.mark.parametrize("due", ["2027-02-30 18:00 UTC", "2027-02-05 18:00 +0100", "10", "  "])
def test_due_dates_that_nbgrader_would_guess_at_are_refused(due):
    with pytest.raises(UserError, match="due should be"):
        dataclasses.replace(PS1, due=due)


def test_options_of_the_exchange_are_known(monkeypatch):
    def with_a_folder(c):
        configure(c)
        c.Exchange.root = "/srv/exchange"

    monkeypatch.setattr("course_config.configure", with_a_folder)
    configure_nbgrader(config := Config())
    assert config.Exchange.root == "/srv/exchange"


@pytest.mark.parametrize(
    "limits", [{"processes": 1.5}, {"call_seconds": 0}, {"memory_bytes": True}, {"restarts": -1}]
)
def test_limits_are_numbers_that_something_can_run_with(limits):
    with pytest.raises(UserError, match=f"^{next(iter(limits))} should be a"):
        Limits(**limits)


def test_names_of_assignments_differ():
    with pytest.raises(UserError, match="Two assignments"):
        Course(ROOT, (PS1, PS1))
    with pytest.raises(UserError, match="sandbox should be"):
        dataclasses.replace(COURSE, sandbox="bubble")
