"""The grader may be ended anywhere: the next run of the same command finishes the rest.

Nothing is lost or half written, nothing that is complete is graded again, and a teacher's work is
kept. A few kills tell; ``make verify`` does a hundred.
"""

import itertools
import json
import os
import random
import shutil
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest
import small_class
from conftest import THOROUGH, demo_submission, scores
from small_class import PS1, hand_in

from autograder.errors import GraderFault
from autograder.grading.grade import grade
from autograder.sandbox.kernel import LiveKernel
from course_config import COURSE

# One class is made for all tests.
pytestmark = pytest.mark.xdist_group("crashes")

SEED = 1

NAMESPACE = ("unshare", "--user", "--map-root-user", "--mount")
PROGRAM = Path(__file__).parent / "interrupted.py"


@pytest.fixture(scope="module")
def a_class(tmp_path_factory):
    """A class of which one is late, one has renamed the notebook and one has handed in none."""
    root = tmp_path_factory.mktemp("crashes")
    course = small_class.set_up(root / "course")
    (course / "nbgrader_config.py").write_text(
        "from autograder.configuration import configure_nbgrader\n"
        "configure_nbgrader(get_config())\n"
        "get_config().LateSubmissionPlugin.penalty_method = 'zero'\n"
    )
    key = small_class.released_notebook(PS1)
    hand_in(course, "alyssa", demo_submission("alyssa"), date="2027-01-02 12:00:00 UTC")
    hand_in(course, "ben", demo_submission("ben"), name="shrinkage (1).ipynb")
    hand_in(course, "carmen", "this is no notebook")
    hand_in(course, "diego", demo_submission("diego"), date="2027-11-01 12:00:00 UTC")
    hand_in(course, "emi", key)
    return root


def interrupted(*arguments, behind=()):
    """What the program found out."""
    environment = os.environ | {"OPENBLAS_NUM_THREADS": "1"}
    outcome = subprocess.run(
        [*behind, sys.executable, PROGRAM, *arguments],
        capture_output=True,
        text=True,
        check=False,
        env=environment,
    )
    assert outcome.returncode == 0, outcome.stderr
    return json.loads(outcome.stdout.splitlines()[-1])


@pytest.fixture(scope="module", params=[4, pytest.param(100, marks=THOROUGH)])
def found(a_class, request, tmp_path_factory):
    """What came of all kinds of trouble that any machine allows, and of so many kills."""
    kills = request.param
    root = tmp_path_factory.mktemp("trouble")
    shutil.copytree(a_class / "course", root / "course")
    return interrupted(root, f"class:{SEED}:{kills}", f"json:{3 * kills}", f"demo:{SEED}", "lock")


def test_kills_lose_nothing(found):
    assert len(found["class"]) in (4, 100)
    assert [kill for kill in found["class"] if kill["wrong"]] == []


def test_kills_leave_the_json_file_whole(found):
    assert {kill["kept"] for kill in found["json"]["found"]} == {0, 1, 2, 3, 4}
    assert all(kill["right"] for kill in found["json"]["found"])
    assert found["json"]["complete"]


def test_a_kill_of_the_demo_leaves_no_trace(found):
    assert found["demo"]["killed"]
    assert found["demo"]["status"] == 0, found["demo"]["said"]
    assert found["demo"]["same"]


def test_a_locked_gradebook_is_told_in_one_sentence_and_loses_nothing(found):
    from_the_beginning, halfway = found["lock"]
    for run in (from_the_beginning, halfway):
        assert run["status"] == 1
        assert "The gradebook cannot be used (database is locked). What was graded" in run["said"]
        assert "nbgrader db upgrade" not in run["said"]
        assert run["right"]
    assert from_the_beginning["kept"] == 0
    assert halfway["kept"] == 2


def test_a_kill_in_the_middle_of_real_grading(tmp_path):
    """Nothing of the grader lives on, and the next run gives the grade."""
    course = small_class.set_up(tmp_path / "course")
    hand_in(course, "alyssa", demo_submission("alyssa"))
    command = [Path(sys.executable).parent / "nbgrader", "autograde", PS1.name]
    grader = subprocess.Popen(command, cwd=course, stderr=subprocess.PIPE, text=True)
    assert any("Autograding" in line for line in grader.stderr)
    while not (started := psutil.Process(grader.pid).children(recursive=True)):
        assert grader.poll() is None
        time.sleep(0.05)
    grader.kill()
    grader.wait()
    for process in started:
        process.wait(timeout=300)
    assert (course / "not_graded" / "alyssa").exists()
    assert (
        "run nbgrader autograde again" in small_class.exported(course)["alyssa"]["why_not_graded"]
    )
    assert subprocess.run(command, cwd=course, capture_output=True, check=False).returncode == 0
    assert small_class.exported(course)["alyssa"]["score"] == "17.0"


def can_mount():
    """Whether this machine lets a program have a disk of its own."""
    try:
        program = [*NAMESPACE, "mount", "-t", "tmpfs", "tmpfs", "/mnt"]
        return subprocess.run(program, capture_output=True, check=False).returncode == 0
    except FileNotFoundError:
        return False


@pytest.mark.skipif(not can_mount(), reason="no disk can be mounted here")
def test_a_full_disk_loses_nothing(a_class):
    runs = interrupted(a_class, "disk", behind=NAMESPACE)["disk"]
    assert [run for run in runs if run["wrong"] or run["status"] != 1] == []
    assert "No space left on device). What was graded is kept: when" in runs[0]["said"]
    assert "Traceback" not in runs[0]["said"]


def kill_kernels(monkeypatch, at):
    """End the kernel from outside at some of the requests to it; returns the requests' counter."""
    requests = itertools.count(1)
    execute = LiveKernel.execute

    def killed(kernel, *arguments, **options):
        if next(requests) in at:
            kernel._process.kill()
            # Else the end may come a request later, and the next one under the same function.
            while kernel._process.is_alive():
                time.sleep(0.01)
        return execute(kernel, *arguments, **options)

    monkeypatch.setattr(LiveKernel, "execute", killed)
    return requests


def test_kernels_taken_away_cost_no_point(key, monkeypatch):
    """While the notebook's cells run, while a test cell is reached, and at hidden questions."""
    with monkeypatch.context() as patch:
        requests = kill_kernels(patch, at=())
        expected = scores(grade(key, PS1, COURSE))
        total = next(requests) - 1
    # Always the same: a kernel that ends while it starts is another matter, and told below.
    kill_kernels(monkeypatch, {3, *random.Random(1).sample(range(4, total + 1), 3)})
    assert scores(grade(key, PS1, COURSE)) == expected


def test_a_kernel_taken_away_when_it_starts_is_the_graders_fault(key, monkeypatch):
    kill_kernels(monkeypatch, at={1})
    with pytest.raises(GraderFault, match="did not start"):
        grade(key, PS1, COURSE)
