"""The same task for many items, on several processor cores."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from contextlib import suppress
from types import FrameType
from typing import TypeVar

from autograder.errors import UserError

Item = TypeVar("Item")
Outcome = TypeVar("Outcome")


class WorkerLost(Exception):
    """The process that worked on an item ended twice, e.g. because the machine had no memory."""


def available_cores() -> int:
    """How many processor cores this process may use."""
    return len(os.sched_getaffinity(0))


def in_parallel(
    task: Callable[[Item], Outcome], items: Sequence[Item], jobs: int
) -> Iterator[tuple[int, Outcome | WorkerLost]]:
    """Do ``task`` for each item, ``jobs`` at a time; gives index and outcome as they come.

    One job works in this process. With more, task and items must be picklable. An item whose
    worker ended is tried once more, alone; what comes back for it then may be :class:`WorkerLost`.
    """
    if min(jobs, len(items)) <= 1:
        for index, item in enumerate(items):
            yield index, task(item)
        return
    unfinished = set(range(len(items)))
    with suppress(BrokenProcessPool):
        for index, outcome in _by_pool(task, {i: items[i] for i in sorted(unfinished)}, jobs):
            unfinished.remove(index)
            yield index, outcome
    for index in sorted(unfinished):
        try:
            yield from _by_pool(task, {index: items[index]}, 1)
        except BrokenProcessPool:
            yield index, WorkerLost("The grader's own process ended; is there memory enough?")


def expect_outcome(outcome: Outcome | WorkerLost) -> Outcome:
    """An outcome of :func:`in_parallel`, for work that is all needed.

    Raises:
        UserError: its worker was lost.
    """
    if isinstance(outcome, WorkerLost):
        raise UserError(str(outcome))
    return outcome


def _by_pool(
    task: Callable[[Item], Outcome], items: dict[int, Item], jobs: int
) -> Iterator[tuple[int, Outcome]]:
    # Neither threads nor open files of this process may reach the workers.
    context = multiprocessing.get_context("forkserver")
    size = min(jobs, len(items))
    with ProcessPoolExecutor(size, mp_context=context, initializer=_begin_work) as pool:
        futures = {pool.submit(_carry_out, task, item): index for index, item in items.items()}
        try:
            for future in as_completed(futures):
                yield futures[future], future.result()
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            _interrupt_workers()
            raise


def _begin_work() -> None:
    end_with_parent()
    signal.signal(signal.SIGINT, _stop_work)


# Whether this worker has been told to stop. What it was doing then ends with KeyboardInterrupt,
# which a pool takes for that item's outcome: it would go on with the items that it holds already.
_is_stopped = False


def _stop_work(signal_number: int, frame: FrameType | None) -> None:
    global _is_stopped
    _is_stopped = True
    signal.default_int_handler(signal_number, frame)


def _carry_out(task: Callable[[Item], Outcome], item: Item) -> Outcome:
    if _is_stopped:
        raise KeyboardInterrupt
    return task(item)


def end_with_parent() -> None:
    """Let a worker, and with it its kernels, end when the process that it works for is gone."""
    parent = multiprocessing.parent_process()

    def wait() -> None:
        if parent is not None:
            parent.join()
            os.kill(os.getpid(), signal.SIGKILL)

    threading.Thread(target=wait, daemon=True).start()


def _interrupt_workers() -> None:
    for worker in multiprocessing.active_children():
        with suppress(OSError):
            if worker.pid:
                os.kill(worker.pid, signal.SIGINT)
