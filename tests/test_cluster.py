"""A class graded on a Dask cluster: a real scheduler and real workers, on this machine."""

import os
import re
import subprocess
import sys
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
import small_class
from conftest import demo_submission, with_answers
from small_class import PS1, contents, exported, hand_in

from autograder.classes import cluster
from autograder.doors.course_directory import NbGraderCourse
from autograder.doors.grade_class import ClassRun
from autograder.errors import UserError
from course_config import COURSE

pytestmark = pytest.mark.xdist_group("cluster")
DASK = Path(sys.executable).with_name("dask")


@contextmanager
def started(*arguments, until, daemon="False"):
    """A program of Dask's, and what it says when it is ready."""
    environment = os.environ | {"DASK_DISTRIBUTED__WORKER__DAEMON": daemon}
    process = subprocess.Popen(
        [DASK, *arguments], env=environment, stderr=subprocess.PIPE, text=True
    )
    try:
        for line in process.stderr:
            if found := re.search(until, line):
                yield process, found
                return
        raise AssertionError(f"{arguments} ended with {process.wait()}")
    finally:
        process.kill()
        process.wait()
        process.stderr.close()


@contextmanager
def worker_of(address, *options, **settings):
    options = ("--nthreads", "1", "--no-dashboard", "--host", "127.0.0.1", *options)
    with started("worker", address, *options, until="Registered to", **settings) as (process, _):
        yield process


@pytest.fixture(scope="module")
def address():
    arguments = ("scheduler", "--host", "127.0.0.1", "--port", "0", "--no-dashboard", "--no-show")
    with started(*arguments, until=r"Scheduler at:\s+(tcp://\S+)") as (_, found):
        yield found[1]


@pytest.fixture(scope="module")
def worker(address):
    """A worker that stays; without a nanny, which would take seconds more to start."""
    with worker_of(address, "--no-nanny") as process:
        yield process


@pytest.fixture(scope="module")
def a_class(tmp_path_factory):
    """Right and wrong answers, and two that cannot be graded."""
    root = small_class.set_up(tmp_path_factory.mktemp("class") / "course")
    key = demo_submission("alyssa")
    hand_in(root, "alyssa", key)
    hand_in(root, "carmen", demo_submission("carmen"))
    hand_in(root, "diego", with_answers(key, data_weight="def data_weight(a, b, n): return 0.5"))
    hand_in(root, "emi", "this is no notebook")
    (root / "submitted" / "farid" / PS1.name).mkdir(parents=True)
    return root


def run_class(root, **how):
    """Grade and enter a class; yields after each notebook that is graded."""
    run = ClassRun(NbGraderCourse(root), PS1, COURSE)
    yield from run.grade(run.to_grade(), **how)
    for submission in run.to_enter():
        run.enter(submission)


def grades(root):
    return {s: (e["grades"], e["comments"], e["notebook"]) for s, e in contents(root).items()}


def on_cluster(root, address):
    return list(run_class(root, jobs=1, scheduler=address))


def test_a_scheduler_that_is_not_there(a_class, monkeypatch):
    monkeypatch.setattr(cluster, "CONNECT_SECONDS", 1)
    with pytest.raises(UserError, match=r"^There is no Dask scheduler at tcp://127.0.0.1:9 "):
        on_cluster(a_class, "tcp://127.0.0.1:9")
    with pytest.raises(UserError, match="There is no Dask scheduler at nonsense://here"):
        on_cluster(a_class, "nonsense://here")


# It comes before those that let a worker start and stay.
def test_a_scheduler_without_workers(address, a_class, monkeypatch):
    monkeypatch.setattr(cluster, "CONNECT_SECONDS", 1)
    with pytest.raises(UserError, match="has no workers: start some"):
        on_cluster(a_class, address)


def test_a_worker_that_may_start_no_processes_is_told_how_to(address, a_class):
    told = "DASK_DISTRIBUTED__WORKER__DAEMON=False"
    with worker_of(address, daemon="True"), pytest.raises(UserError, match=told):
        on_cluster(a_class, address)


def test_a_lost_worker_costs_nothing_and_grades_are_those_of_this_machine(
    address, worker, a_class, tmp_path
):
    here = small_class.copy_of(a_class, tmp_path / "here")
    there = small_class.copy_of(a_class, tmp_path / "there")
    with worker_of(address, "--no-nanny") as lost:
        for graded in run_class(there, jobs=1, scheduler=address):
            assert graded.student
            lost.kill()
    list(run_class(here, jobs=1))
    assert grades(there) == grades(here)
    assert len(grades(here)) == 3
    reasons = {student: row["why_not_graded"] for student, row in exported(there).items()}
    assert reasons == {s: row["why_not_graded"] for s, row in exported(here).items()}
    assert [student for student, why in reasons.items() if why] == ["emi", "farid"]


@pytest.mark.usefixtures("worker")
def test_a_worker_of_another_version_grades_nothing(address, a_class):
    other = replace(COURSE, limits=replace(COURSE.limits, call_seconds=29))
    run = ClassRun(NbGraderCourse(a_class), PS1, other)
    told = r"worker tcp://\S+ has another version of this course"
    with pytest.raises(UserError, match=told):
        list(run.grade(run.to_grade(), jobs=1, scheduler=address))


def test_a_worker_that_comes_late_and_is_another_version_is_refused():
    with pytest.raises(UserError, match="A worker has another version"):
        cluster._grade(b"", "path", PS1.name, "another judge")
