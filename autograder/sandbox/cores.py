"""Which processor cores a kernel runs on.

A kernel gets a fixed number of cores, so that XLA's and BLAS's pools of threads are as large on a
laptop as on a server of 64 cores, and kernels that run side by side leave each other alone.
"""

from __future__ import annotations

import fcntl
import os
import random
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import IO


class ClaimedCores:
    """Some cores that no other kernel of this user has claimed, while there are such.

    Where all are taken, cores are shared: that costs time, and time is counted in CPU seconds.
    """

    def __init__(self, number: int) -> None:
        allowed = list(os.sched_getaffinity(0))
        random.shuffle(allowed)
        self._locks: dict[int, IO[str]] = {}
        for core in allowed:
            if len(self._locks) < number:
                self._try_to_claim(core)
        others = [core for core in allowed if core not in self._locks]
        self.cores = sorted([*self._locks, *others][:number])

    def release(self) -> None:
        """Give the cores back. Safe to call twice."""
        for lock in self._locks.values():
            lock.close()
        self._locks.clear()

    def _try_to_claim(self, core: int) -> None:
        # The system lets go of a lock when its process ends, however that happens.
        folder = Path(tempfile.gettempdir()) / f"autograder-cores-{os.getuid()}"
        with suppress(OSError):
            folder.mkdir(mode=0o700, exist_ok=True)
            if folder.lstat().st_uid != os.getuid():
                return  # another user's, who might have put links to this user's files there
            lock = (folder / str(core)).open("a")
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                lock.close()
            else:
                self._locks[core] = lock
