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


def test_a_form_grader_that_jupyterlab_would_not_show_is_named_with_the_command(monkeypatch):
    assert doctor._form_grader() == doctor.Finding("JupyterLab's nbgrader extension", "is enabled")
    with monkeypatch.context() as patch:
        patch.setattr(doctor, "get_federated_extensions", lambda places: {})
        assert "set_up.sh" in doctor._form_grader().advice
    with monkeypatch.context() as patch:
        page = {"disabledExtensions": ["@jupyter/nbgrader:formgrader"]}
        patch.setattr(doctor, "get_page_config", lambda places, **options: page)
        command = "jupyter labextension enable @jupyter/nbgrader"
        assert doctor._form_grader().advice == command
    with monkeypatch.context() as patch:
        patch.setattr(doctor, "jupyter_config_path", lambda: [])
        advice = doctor._form_grader().advice
        assert advice.startswith("jupyter server extension enable --sys-prefix nbgrader.")


def test_a_machine_with_less_memory_than_a_submission_may_take(course):
    assert found(course, "memory").advice == ""
    limits = dataclasses.replace(course.limits, memory_bytes=2**50)
    assert "memory_bytes" in found(dataclasses.replace(course, limits=limits), "memory").advice


@pytest.mark.parametrize(
    ("setting", "forbids", "command"),
    doctor.NAMESPACE_SETTINGS,
    ids=lambda entry: entry.split("/")[-1][:30],
)
def test_what_forbids_namespaces_is_named_with_the_command(monkeypatch, setting, forbids, command):
    monkeypatch.setattr(doctor, "_setting", lambda name: forbids if name == setting else "")
    found = doctor._user_namespaces()
    assert (found.state, found.advice) == (
        f"forbidden by {setting.replace('/', '.')}",
        command,
    )
    monkeypatch.setattr(doctor, "_setting", lambda name: "")
    assert doctor._user_namespaces().advice == ""


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


def test_root_that_cannot_protect_devices_is_told_to_grade_as_somebody_else(monkeypatch):
    monkeypatch.setattr(walls, "protecting_devices", lambda: ())
    finding = doctor._devices()
    assert "can change who may use /dev/null" in finding.state
    assert finding.advice.startswith("grade as a normal user")
    assert not finding.only_slower
