"""The doctor: what is missing is told apart from what is only slow."""

import dataclasses

import pytest

from autograder import cli
from autograder.doors import doctor
from autograder.errors import SandboxUnavailable
from autograder.grading.kernels import programs_key
from autograder.sandbox import compiled_code, walls
from course_config import COURSE


@pytest.fixture
def course(tmp_path, monkeypatch):
    """A course with a store of compiled code, on a machine without warm kernels."""
    monkeypatch.setattr(doctor, "template_for", lambda setup: None)
    monkeypatch.setattr(compiled_code, "canary", lambda: "")
    course = dataclasses.replace(COURSE, store=tmp_path)
    programs = tmp_path / "programs" / compiled_code.store_key(programs_key(course)) / "programs"
    programs.mkdir(parents=True)
    return course


def found(course, name):
    return next(finding for finding in doctor.findings(course) if finding.name == name)


def test_what_is_well_needs_no_advice(course):
    for name in ("Python", "jax", "sandbox", "compiled code"):
        assert found(course, name).advice == ""


def test_what_only_makes_grading_slower_is_said_to(course):
    for name in ("warm kernels", "misconceptions' answers"):
        finding = found(course, name)
        assert finding.advice
        assert finding.only_slower


def test_compiled_code_is_switched_off_where_the_canary_complains(course, monkeypatch):
    monkeypatch.setattr(compiled_code, "canary", lambda: "other draws")
    finding = found(course, "compiled code")
    assert (finding.state, finding.advice, finding.only_slower) == (
        "switched off",
        "other draws",
        1,
    )
    assert list((course.store / "programs").iterdir()) == []


def test_a_missing_sandbox_is_missing(course, monkeypatch, capsys):
    def missing(mode):
        raise SandboxUnavailable("bubblewrap is not installed")

    monkeypatch.setattr(walls, "choose", missing)
    assert found(course, "sandbox").advice == "bubblewrap is not installed"
    assert cli.main(["doctor"]) == 1
    assert "missing" in capsys.readouterr().out
