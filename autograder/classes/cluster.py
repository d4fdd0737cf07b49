"""Grading on a cluster of machines, by ``dask.distributed``.

Notebooks travel as bytes, and results come back as bounded JSON. Each worker runs submissions in
sandboxes of its own, as this machine would, and only if everything that judges is the same there.
"""

from __future__ import annotations

import atexit
import multiprocessing
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from functools import cache
from pathlib import Path
from typing import Any

from autograder.classes.grading import Outcome
from autograder.classes.kept_grades import (
    BrokenResult,
    KeptGrades,
    decode_result,
    encode_result,
    fingerprint,
)
from autograder.course import Assignment
from autograder.errors import CannotGrade, UserError
from autograder.grading.grade import grade_file
from autograder.grading.workers import end_with_parent
from autograder.notebooks.reading import read_submitted_file

CONNECT_SECONDS = 20
# How many notebooks a thread of a worker has at hand: some, so that it never waits for the next.
_AHEAD = 3
_MAY_HAVE_NO_CHILDREN = (
    "was started so that it can have no processes of its own: start workers with the environment "
    "variable DASK_DISTRIBUTED__WORKER__DAEMON=False"
)


def grade_on_cluster(
    notebooks: Sequence[Path], assignment: Assignment, judge: str, kept: KeptGrades, address: str
) -> Iterator[tuple[int, Outcome]]:
    """Grade notebooks on the workers of a Dask scheduler, and keep their grades here.

    What a lost worker was grading is graded by another one.

    Args:
        notebooks: where they are on this machine.
        assignment: what they belong to.
        judge: what every worker's :func:`fingerprint` must be.
        kept: where the grades go.
        address: of the scheduler, such as ``tcp://10.0.0.7:8786``.

    Raises:
        UserError: there is no scheduler or no worker, or a worker is set up otherwise.
        OSError: a grade cannot be kept.
    """
    distributed = _distributed()
    client = _connect(distributed, address)
    try:
        for worker, problem in client.run(_what_is_wrong, assignment.name, judge).items():
            if problem:
                raise UserError(f"The worker {worker} {problem}.")
        yield from _graded_by(client, distributed, notebooks, assignment.name, judge, kept)
    finally:
        client.close()


def _graded_by(
    client: Any,
    distributed: Any,
    notebooks: Sequence[Path],
    assignment: str,
    judge: str,
    kept: KeptGrades,
) -> Iterator[tuple[int, Outcome]]:
    waiting = iter(enumerate(notebooks))
    running: dict[Any, tuple[int, str]] = {}
    done = distributed.as_completed()
    while True:
        # Not all at once: the scheduler would hold every notebook of the class.
        at_hand = _AHEAD * sum(client.nthreads().values())
        while len(running) < at_hand and (following := next(waiting, None)):
            index, path = following
            try:
                content = read_submitted_file(path)
            except CannotGrade as problem:
                yield index, Outcome("", problem.sentence)
                continue
            future = client.submit(_grade, content, str(path), assignment, judge, pure=False)
            running[future] = index, kept.key(content)
            done.add(future)
        if not running:
            return
        future = next(done)
        index, key = running.pop(future)
        yield index, _keep(future, key, kept)


def _distributed() -> Any:
    try:
        import distributed
    except ImportError:
        raise UserError(
            'A cluster needs dask.distributed: run .venv/bin/pip install -e ".[cluster]".'
        ) from None
    return distributed


def _connect(distributed: Any, address: str) -> Any:
    try:
        client = distributed.Client(address, timeout=CONNECT_SECONDS)
    except (OSError, ValueError, TimeoutError) as problem:
        raise UserError(f"There is no Dask scheduler at {address} ({problem}).") from None
    try:
        client.wait_for_workers(1, timeout=CONNECT_SECONDS)
    except TimeoutError:
        client.close()
        raise UserError(f"The scheduler at {address} has no workers: start some.") from None
    return client


def _keep(future: Any, key: str, kept: KeptGrades) -> Outcome:
    try:
        content = future.result()
        result = decode_result(content)
    except UserError:  # a worker that came later, and is set up otherwise
        raise
    except (BrokenResult, TypeError) as problem:
        return Outcome("", f"A worker's answer cannot be read ({problem}).")
    except Exception as problem:  # its workers were lost again and again
        return Outcome("", f"The workers that graded it were lost ({problem}).")
    if result.status == "failed":
        return Outcome("", result.reason)
    kept.keep(key, content)
    return Outcome(key)


# What follows runs on a worker.


def _what_is_wrong(assignment: str, judge: str) -> str:
    """Why this worker cannot grade for whoever has that fingerprint; nothing if it can."""
    from autograder.configuration import load_course

    if multiprocessing.current_process().daemon:
        return _MAY_HAVE_NO_CHILDREN
    try:
        course = load_course()
        if fingerprint(course, course.assignment(assignment)) == judge:
            return ""
    except UserError as problem:
        return f"is not set up: {problem}"
    return (
        "has another version of this course, its limits, Python or the packages: set it up from "
        "the same commit"
    )


def _grade(content: bytes, path: str, assignment: str, judge: str) -> bytes:
    if problem := _what_is_wrong(assignment, judge):
        raise UserError(f"A worker {problem}.")
    try:
        return _processes().submit(_grade_in_process, content, path, assignment).result()
    except BrokenProcessPool:
        _processes.cache_clear()
        raise


@cache
def _processes() -> ProcessPoolExecutor:
    """Processes that grade: they set timers and start kernels, for which threads are no place."""
    context = multiprocessing.get_context("forkserver")
    pool = ProcessPoolExecutor(mp_context=context, initializer=end_with_parent)
    atexit.register(pool.shutdown, wait=False, cancel_futures=True)
    return pool


def _grade_in_process(content: bytes, path: str, assignment: str) -> bytes:
    from autograder.configuration import load_course

    course = load_course()
    belongs_to = course.assignment(assignment)
    return encode_result(grade_file(Path(path), course, assignment=belongs_to, content=content))
