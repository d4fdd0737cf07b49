"""Work on several cores: nothing is lost when a worker is, and nobody outlives the grader."""

import os
import signal
import subprocess
import sys
import time

import psutil
import pytest

from autograder.errors import UserError
from autograder.grading.workers import WorkerLost, expect_outcome, in_parallel


def square(x):
    return x * x


def square_but_die_at_three(x):
    if x == 3:
        os.kill(os.getpid(), signal.SIGKILL)
    return x * x


def stop_at_two(x):
    if x == 2:
        raise ValueError("two")
    return x


@pytest.mark.parametrize("jobs", [1, 2])
def test_every_item_is_worked_on(jobs):
    assert dict(in_parallel(square, range(6), jobs)) == {i: i * i for i in range(6)}


def test_a_worker_that_dies_costs_its_own_item_only():
    outcomes = dict(in_parallel(square_but_die_at_three, range(6), 2))
    assert isinstance(outcomes.pop(3), WorkerLost)
    assert outcomes == {i: i * i for i in (0, 1, 2, 4, 5)}


def test_a_lost_worker_is_told_in_one_sentence():
    with pytest.raises(UserError, match="memory"):
        expect_outcome(WorkerLost("is there memory enough?"))


def test_an_error_of_the_task_comes_through():
    with pytest.raises(ValueError, match="two"):
        dict(in_parallel(stop_at_two, range(4), 2))


def test_workers_end_with_the_process_that_they_work_for(tmp_path):
    program = tmp_path / "program.py"
    program.write_text(
        "import time\n"
        "from autograder.grading.workers import in_parallel\n"
        "if __name__ == '__main__':\n"
        "    for _ in in_parallel(time.sleep, [0, 0, 300, 300], 2): print('.', flush=True)\n"
    )
    grader = subprocess.Popen([sys.executable, program], stdout=subprocess.PIPE)
    assert grader.stdout.read(4) == b".\n.\n"
    workers = psutil.Process(grader.pid).children(recursive=True)
    assert workers
    grader.kill()
    grader.wait()
    deadline = time.monotonic() + 60
    while any(w.is_running() and w.status() != "zombie" for w in workers):
        assert time.monotonic() < deadline, "a worker lives on"
        time.sleep(0.1)
