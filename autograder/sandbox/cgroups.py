"""Control groups: the machine's own limit on all that a sandbox takes, where one may be set.

The grader watches what a submission's processes hold. Some memory belongs to no process (files in
memory, buffers of sockets), and only a control group bounds it. Where none can be had, grading goes
on with the watch alone. See ``man cgroups``; both of its versions are in use.
"""

from __future__ import annotations

import itertools
import os
import shutil
import subprocess
import time
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from autograder.course import Limits

MOUNTED = Path("/sys/fs/cgroup")
# What the kernel's own structures and the warm template may take on top of a submission.
_SPARE_BYTES, _SPARE_PROCESSES = 2**30, 64
# Joins the groups whose files come first, up to "--", and becomes the program.
_JOIN = 'while [ "$1" != -- ]; do echo $$ > "$1" || exit 1; shift; done; shift; exec "$@"'
_END_SECONDS = 5
_numbers = itertools.count(1)


@dataclass(frozen=True)
class Place:
    """Where groups can be made.

    Attributes:
        kind: ``cgroup v1``, ``cgroup v2``, ``systemd`` or ``none``.
        folders: below which a group's folder is made; of version 1 one for memory, one for
            processes.
    """

    kind: str
    folders: tuple[Path, ...] = ()


class ControlGroup:
    """The control group of one sandbox, or nothing where none can be had.

    Attributes:
        prefix: what to put before a command that shall run in it.
    """

    def __init__(self, limits: Limits, place: Place | None = None) -> None:
        self._place = place or find_place()
        self._folders: list[Path] = []
        # Files in memory count, which the watch does not see: three directories are writable.
        memory = limits.memory_bytes + 3 * limits.scratch_bytes + _SPARE_BYTES
        processes = limits.processes + _SPARE_PROCESSES
        self.prefix: list[str] = []
        if self._place.kind == "systemd":
            # A kernel is started with an environment of its own, which does not say where the
            # user's systemd is.
            where = os.environ.get("XDG_RUNTIME_DIR", f"/run/user/{os.getuid()}")
            self.prefix = ["/usr/bin/env", f"XDG_RUNTIME_DIR={where}", *_SYSTEMD_SCOPE]
            self.prefix += [f"--property=MemoryMax={memory}", "--property=MemorySwapMax=0"]
            self.prefix += [f"--property=TasksMax={processes}", "--"]
        elif self._place.folders:
            self._make(memory, processes)
            joined = [str(folder / "cgroup.procs") for folder in self._folders]
            self.prefix = ["/bin/sh", "-c", _JOIN, "sh", *joined, "--"]

    def _make(self, memory: int, processes: int) -> None:
        for parent in self._place.folders:
            _remove_left_behind(parent)
            folder = parent / f"autograder-{os.getpid()}-{next(_numbers)}"
            folder.mkdir()
            self._folders.append(folder)
        for_memory, for_processes = self._folders[0], self._folders[-1]
        (for_processes / "pids.max").write_text(str(processes))
        if self._place.kind == "cgroup v1":
            (for_memory / "memory.limit_in_bytes").write_text(str(memory))
        else:
            (for_memory / "memory.max").write_text(str(memory))
            with suppress(OSError):  # there is none where the machine does not count swapped memory
                (for_memory / "memory.swap.max").write_text("0")

    def remove(self) -> None:
        """Remove it, after all in it has ended. Safe to call twice."""
        deadline = time.monotonic() + _END_SECONDS
        while self._folders:
            try:
                self._folders[-1].rmdir()
            except OSError:
                # Its last process may not be gone yet.
                if self._folders[-1].exists() and time.monotonic() < deadline:
                    time.sleep(0.01)
                    continue
            self._folders.pop()


_SYSTEMD_SCOPE = ["systemd-run", "--user", "--scope", "--quiet", "--collect"]


@cache
def find_place() -> Place:
    """Where this user can make control groups on this machine."""
    for place in _places(MOUNTED, Path("/proc/self/cgroup").read_text("utf-8")):
        if _works(place):
            return place
    return Place("none")


def _places(mounted: Path, own_groups: str) -> list[Place]:
    """Where groups could be made, going by the text of ``/proc/self/cgroup``."""
    found = []
    own = {}
    for line in own_groups.splitlines():
        _, controllers, path = line.split(":", 2)
        own.update({name: path.lstrip("/") for name in controllers.split(",")})
    if {"memory", "pids"} <= own.keys():
        folders = tuple(mounted / name / own[name] for name in ("memory", "pids"))
        found.append(Place("cgroup v1", folders))
    enabled = mounted / "cgroup.subtree_control"
    if enabled.exists() and {"memory", "pids"} <= set(enabled.read_text().split()):
        found.append(Place("cgroup v2", (mounted,)))
    if shutil.which(_SYSTEMD_SCOPE[0]):
        found.append(Place("systemd"))
    return found


def _works(place: Place) -> bool:
    """Whether a command can be run in a group there, with a file open as sandboxes have it."""
    try:
        group = ControlGroup(Limits(), place)
    except OSError:
        return False
    reading, writing = os.pipe()
    try:
        command = [*group.prefix, "/bin/sh", "-c", f"test -e /proc/$$/fd/{reading}"]
        trial = subprocess.run(command, capture_output=True, timeout=60, pass_fds=[reading])
        return trial.returncode == 0
    except (OSError, subprocess.TimeoutExpired):
        return False
    finally:
        os.close(reading)
        os.close(writing)
        group.remove()


def _remove_left_behind(parent: Path) -> None:
    """Remove the groups of graders that were killed; one that is in use cannot be removed."""
    for folder in parent.glob("autograder-*-*"):
        owner = folder.name.split("-")[1]
        if not Path("/proc", owner).exists():
            with suppress(OSError):
                folder.rmdir()
