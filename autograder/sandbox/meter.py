"""How much of its time a kernel has spent: processor time, so that a busy machine costs no points.

Whoever waits for a processor spends nothing while waiting. Whoever sleeps spends wall time, and
everybody spends at least a tenth of it, so that every wait ends.
"""

from __future__ import annotations

import time
from collections.abc import Callable

_WINDOW_SECONDS = 1.0
_ASLEEP_BELOW = 0.02
_LEAST_SHARE = 0.1


class Meter:
    """Counts the seconds that one request spends, from its creation on.

    Args:
        cpu_seconds: tells the processor time that the kernel's processes have used so far.
        clock: tells the wall time.
    """

    def __init__(
        self, cpu_seconds: Callable[[], float], clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._cpu_seconds, self._clock = cpu_seconds, clock
        self._spent = 0.0
        self._window = (clock(), cpu_seconds())

    def spent(self) -> float:
        """Seconds spent so far; the current second is not counted before it is over."""
        now, cpu = self._clock(), self._cpu_seconds()
        wall, used = now - self._window[0], cpu - self._window[1]
        if wall >= _WINDOW_SECONDS:
            self._spent += wall if used < _ASLEEP_BELOW * wall else max(used, _LEAST_SHARE * wall)
            self._window = (now, cpu)
        return self._spent

    def total(self) -> float:
        """Seconds spent when the request is over: the last, unfinished second in wall time."""
        return self.spent() + self._clock() - self._window[0]
