"""Starting a kernel: forked from a warm template where that can be done, cold elsewhere.

Both stand behind the same walls and have the same limits; a warm one has its imports behind it.
"""

from __future__ import annotations

import atexit
import multiprocessing.util
import os
import stat
import subprocess
import sys
import tempfile
from contextlib import nullcontext, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import IO, Any

import psutil
import zmq
from jupyter_client.kernelspec import KernelSpec, KernelSpecManager
from jupyter_client.manager import KernelManager

from autograder.course import Limits
from autograder.sandbox import compiled_code, walls
from autograder.sandbox.cgroups import ControlGroup
from autograder.sandbox.cores import ClaimedCores
from autograder.sandbox.template import CannotIsolate, seccomp_filter
from autograder.sandbox.warm import KernelLimits, Template, TemplateUnusable, WarmProvisioner

# After so many templates in a row that could not be used, this process tries no other.
_MOST_FAILURES = 3
# What a kernel has next to its sockets is its connection file, and nothing that grows.
_MOST_CONNECTION_FILES, _MOST_CONNECTION_BYTES = 12, 64 * 1024


@dataclass(frozen=True)
class KernelSetup:
    """What a kernel is started with.

    Attributes:
        limits: what it may use.
        sandbox: ``auto``, ``bubblewrap`` or ``none``.
        programs: the folder with compiled code, if there is one; see ``compiled_code``.
        filling: whether the kernel puts what it compiles there; only for the course's own keys.
        warm: whether it may be forked from a template.
        modules: files of the course that notebooks import; it finds copies in its own directory.
    """

    limits: Limits
    sandbox: str = "auto"
    programs: Path | None = None
    filling: bool = False
    warm: bool = True
    modules: tuple[Path, ...] = ()


class KernelProcess:
    """A kernel that is running, and the walls around it.

    Attributes:
        manager: jupyter_client's manager of it.
    """

    def __init__(self, setup: KernelSetup, context: zmq.Context) -> None:
        mode = walls.choose(setup.sandbox)
        self._claimed = ClaimedCores(setup.limits.cores)
        self._outside: walls.OutsideDirectory | None = None
        self._group: ControlGroup | None = None
        self._warm: WarmProvisioner | None = None
        try:
            if not (setup.warm and mode == "bubblewrap" and self._start_warm(setup, context)):
                self._start_cold(setup, mode, context)
        except BaseException:
            self.close()
            raise

    def _start_warm(self, setup: KernelSetup, context: zmq.Context) -> bool:
        template = template_for(setup)
        if template is None:
            return False
        limits = KernelLimits(
            scratch_bytes=setup.limits.scratch_bytes,
            address_space_bytes=2 * setup.limits.memory_bytes,
            processes=setup.limits.processes,
            open_files=setup.limits.open_files,
            cores=self._claimed.cores,
        )
        manager = KernelManager(
            kernel_name="student", kernel_spec_manager=_OneKernelSpec([]), context=context
        )
        provisioner = WarmProvisioner(
            template=template, limits=limits, kernel_spec=manager.kernel_spec, parent=manager
        )
        manager.provisioner = provisioner
        try:
            manager.start_kernel(env=_environment(setup, walls.SCRATCH))
        except TemplateUnusable:
            _templates.forget(template)
            return False
        except BaseException:  # such as an interrupt, when half a kernel may be there
            _templates.forget(template)
            raise
        _templates.praise()
        self.manager, self._warm = manager, provisioner
        return True

    def _start_cold(self, setup: KernelSetup, mode: str, context: zmq.Context) -> None:
        self._outside = walls.OutsideDirectory()
        connection_dir, scratch = self._outside.path / "connection", self._outside.path / "scratch"
        connection_dir.mkdir()
        scratch.mkdir()
        if mode == "bubblewrap" and not setup.filling and not walls.can_forbid_namespaces():
            setup = replace(setup, programs=None)  # student code could list them; see compiled_code
        refused_calls = _open_seccomp_filter() if mode == "bubblewrap" else None
        command = [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"]
        command += ["--HistoryManager.enabled=False"]
        if mode == "bubblewrap":
            self._group = ControlGroup(setup.limits)
            command = [
                *self._group.prefix,
                *walls.bubblewrap(setup.limits.scratch_bytes),
                *("--bind", str(connection_dir), str(connection_dir)),
                *_programs_seen_inside(setup),
                *walls.set_environment(_environment(setup, walls.SCRATCH)),
                *(("--seccomp", str(refused_calls.fileno())) if refused_calls else ()),
                *("--remount-ro", "/", "--"),
                *walls.limited(command, setup.limits, self._claimed.cores),
            ]
        self.manager = KernelManager(
            kernel_name="student",
            kernel_spec_manager=_OneKernelSpec(command),
            connection_file=str(connection_dir / "kernel.json"),
            transport="ipc",
            ip=str(connection_dir / "ipc"),
            context=context,
        )
        scratch_inside = walls.SCRATCH if mode == "bubblewrap" else str(scratch)
        with refused_calls or nullcontext():
            self.manager.start_kernel(
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                cwd=str(scratch),
                env=_environment(setup, scratch_inside),
                pass_fds=[refused_calls.fileno()] if refused_calls else [],
            )

    def is_alive(self) -> bool:
        """Whether the kernel is running."""
        return bool(self.manager.is_alive())

    def processes(self) -> list[psutil.Process]:
        """The processes of the submission, as the machine sees them; none when it has ended."""
        if self._warm is not None:
            return list(self._warm.template.submission_processes())
        provisioner: Any = self.manager.provisioner
        with suppress(psutil.Error, AttributeError):
            root = psutil.Process(provisioner.process.pid)
            return [root, *root.children(recursive=True)]
        return []

    def wrote_outside(self) -> bool:
        """Whether it keeps files next to its sockets, on the machine's own disk.

        A warm kernel cannot. The directory of a cold one is writable because the kernel itself
        opens its sockets there.
        """
        if self._outside is None:
            return False
        with suppress(OSError):
            with os.scandir(self._outside.path / "connection") as entries:
                found = [entry.stat(follow_symlinks=False) for entry in entries]
            return (
                len(found) > _MOST_CONNECTION_FILES
                or any(stat.S_ISDIR(entry.st_mode) for entry in found)
                or any(entry.st_size > _MOST_CONNECTION_BYTES for entry in found)
            )
        return False

    def kill(self) -> None:
        """End the kernel and all its processes, without waiting; any thread may call it."""
        provisioner: Any = self.manager.provisioner
        with suppress(OSError, AttributeError):
            if self._warm is not None:
                self._warm.kill_now()
            else:
                provisioner.process.kill()

    def close(self) -> None:
        """End the kernel, if it is running, and give back what it had. Safe to call twice."""
        if self._warm is not None:
            self._warm.end()
        with suppress(Exception):
            self.manager.shutdown_kernel(now=True)
        with suppress(AttributeError):  # there is no manager yet
            self.manager.cleanup_connection_file()  # left where the kernel could not be shut down
        self._claimed.release()
        if self._group is not None:
            self._group.remove()
        if self._outside is not None:
            self._outside.remove()


def _open_seccomp_filter() -> IO[bytes] | None:
    """An open file with the filter of system calls that warm kernels have, for bubblewrap to read.

    None on a machine whose system calls the filter does not know.
    """
    try:
        program = seccomp_filter()
    except CannotIsolate:
        return None
    file = tempfile.TemporaryFile()  # noqa: SIM115
    file.write(program)
    file.flush()
    file.seek(0)
    return file


def _environment(setup: KernelSetup, scratch: str) -> dict[str, str]:
    place = compiled_code.PLACE if scratch == walls.SCRATCH else str(setup.programs)
    compiled = (
        compiled_code.filling_environment(place)
        if setup.filling
        else compiled_code.environment(setup.programs, place)
    )
    return walls.environment(scratch) | compiled


def _programs_seen_inside(setup: KernelSetup) -> list[str]:
    if setup.programs is None:
        return []
    return compiled_code.bubblewrap_options(setup.programs, writable=setup.filling)


class _OneKernelSpec(KernelSpecManager):
    """The one kernel that submissions run with, whatever kernel name they carry."""

    def __init__(self, command: list[str]) -> None:
        super().__init__()
        self._spec = KernelSpec(
            argv=command, display_name="Student", language="python", interrupt_mode="message"
        )

    def get_kernel_spec(self, kernel_name: str) -> KernelSpec:
        return self._spec


# What a template's sandbox depends on: limits, compiled code and whether it is written.
_Kind = tuple[int, int, int, Path | None, bool]


class _Templates:
    """The templates of this process: one for each kind of kernel, more while kernels overlap."""

    def __init__(self) -> None:
        self._owner = 0
        self._running: list[tuple[_Kind, Template]] = []
        self._failures = 0

    def get(self, setup: KernelSetup) -> Template | None:
        """A template that can fork a kernel now, started if need be."""
        if self._owner != os.getpid():
            self._begin()
        limits = setup.limits
        bounds = (limits.memory_bytes, limits.processes, limits.scratch_bytes)
        wanted = (*bounds, setup.programs, setup.filling)
        for kind, template in list(self._running):
            if template.problem:
                self.forget(template)
            elif kind == wanted and not template.is_busy:
                return template
        return self._start(wanted, setup) if self._failures < _MOST_FAILURES else None

    def _begin(self) -> None:
        # Nothing of the process that this one may have been forked from is of use here.
        self._owner, self._running = os.getpid(), []
        atexit.register(self.close)
        # Workers of a process pool leave without what is registered with atexit.
        multiprocessing.util.Finalize(None, self.close, exitpriority=10)

    def _start(self, kind: _Kind, setup: KernelSetup) -> Template:
        options = walls.bubblewrap(setup.limits.scratch_bytes, namespaces_inside=True)
        options += _programs_seen_inside(setup)
        group = ControlGroup(setup.limits)
        template = Template(options, _environment(setup, walls.SCRATCH), group)
        self._running.append((kind, template))
        return template

    def praise(self) -> None:
        """Note that a template could be used."""
        self._failures = 0

    def forget(self, template: Template) -> None:
        """End a template that cannot be used any more."""
        self._failures += 1
        self._running = [entry for entry in self._running if entry[1] is not template]
        template.close()

    def close(self) -> None:
        """End all templates."""
        if self._owner == os.getpid():
            while self._running:
                self._running.pop()[1].close()


_templates = _Templates()


def template_for(setup: KernelSetup) -> Template | None:
    """The template that a kernel of this kind is forked from; None if there can be none.

    It is started when it is first asked for, and gets ready while the caller does something else.
    Only to be called from the main thread: the end of the thread that started it would end it.
    """
    return _templates.get(setup)
