"""Starting a kernel: forked from a warm template where that can be done, cold elsewhere.

Both stand behind the same walls and have the same limits; a warm one has its imports behind it.
"""

from __future__ import annotations

import atexit
import multiprocessing.util
import os
import subprocess
import sys
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil
import zmq
from jupyter_client.kernelspec import KernelSpec, KernelSpecManager
from jupyter_client.manager import KernelManager

from autograder.course import Limits
from autograder.sandbox import compiled_code, walls
from autograder.sandbox.cores import ClaimedCores
from autograder.sandbox.warm import KernelLimits, Template, TemplateUnusable, WarmProvisioner

# A template that could not be used so often is not tried again by this process.
_MOST_FAILURES = 3


@dataclass(frozen=True)
class KernelSetup:
    """What a kernel is started with.

    Attributes:
        limits: what it may use.
        sandbox: ``auto``, ``bubblewrap`` or ``none``.
        programs: the folder with compiled code, if there is one; see ``compiled_code``.
        filling: whether the kernel puts what it compiles there; only for the course's own keys.
        warm: whether it may be forked from a template.
    """

    limits: Limits
    sandbox: str = "auto"
    programs: Path | None = None
    filling: bool = False
    warm: bool = True


class KernelProcess:
    """A kernel that is running, and the walls around it.

    Attributes:
        manager: jupyter_client's manager of it.
    """

    def __init__(self, setup: KernelSetup, directory: Path, context: zmq.Context) -> None:
        self._claimed = ClaimedCores(setup.limits.cores)
        self._template: Template | None = None
        mode = walls.choose(setup.sandbox)
        try:
            if not (setup.warm and mode == "bubblewrap" and self._start_warm(setup, context)):
                self._start_cold(setup, mode, directory, context)
        except BaseException:
            self._claimed.release()
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
        manager.provisioner = WarmProvisioner(
            template=template, limits=limits, kernel_spec=manager.kernel_spec, parent=manager
        )
        try:
            manager.start_kernel(env=_environment(setup, walls.SCRATCH))
        except TemplateUnusable:
            _templates.forget(template)
            return False
        self.manager, self._template = manager, template
        return True

    def _start_cold(
        self, setup: KernelSetup, mode: str, directory: Path, context: zmq.Context
    ) -> None:
        connection_dir, scratch = directory / "connection", directory / "scratch"
        connection_dir.mkdir()
        scratch.mkdir()
        command = [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"]
        command += ["--HistoryManager.enabled=False"]
        if mode == "bubblewrap":
            command = [
                *walls.bubblewrap(setup.limits.scratch_bytes),
                *("--bind", str(connection_dir), str(connection_dir)),
                *_programs_seen_inside(setup),
                *walls.set_environment(_environment(setup, walls.SCRATCH)),
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
        self.manager.start_kernel(
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            cwd=str(scratch),
            env=_environment(setup, scratch_inside),
        )

    def is_alive(self) -> bool:
        """Whether the kernel is running."""
        return bool(self.manager.is_alive())

    def processes(self) -> list[psutil.Process]:
        """The processes of the submission, as the machine sees them; none when it has ended."""
        if self._template is not None:
            return self._template.submission_processes()
        provisioner: Any = self.manager.provisioner
        with suppress(psutil.Error, AttributeError):
            root = psutil.Process(provisioner.process.pid)
            return [root, *root.children(recursive=True)]
        return []

    def kill(self) -> None:
        """End the kernel and all its processes, without waiting; any thread may call it."""
        provisioner: Any = self.manager.provisioner
        with suppress(OSError, AttributeError):
            if self._template is not None:
                provisioner.kill_now()
            else:
                provisioner.process.kill()

    def close(self) -> None:
        """End the kernel, if it is running, and give back what it had. Safe to call twice."""
        with suppress(Exception):
            self.manager.shutdown_kernel(now=True)
        self._claimed.release()


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


class _Templates:
    """The templates of this process, one for each kind of kernel that it needs."""

    def __init__(self) -> None:
        self._owner = os.getpid()
        self._running: dict[tuple[int, Path | None], Template] = {}
        self._failures = 0

    def get(self, setup: KernelSetup) -> Template | None:
        """A template that can be used, started if need be."""
        if self._owner != os.getpid():  # those of the process that this one was forked from
            self._owner, self._running = os.getpid(), {}
        kind = (setup.limits.scratch_bytes, setup.programs)
        template = self._running.get(kind)
        if template is not None and template.problem:
            self.forget(template)
            template = None
        if template is None and self._failures < _MOST_FAILURES:
            options = [
                *walls.bubblewrap(setup.limits.scratch_bytes, namespaces_inside=True),
                *_programs_seen_inside(setup),
            ]
            template = Template(options, _environment(setup, walls.SCRATCH))
            self._running[kind] = template
        return template

    def forget(self, template: Template) -> None:
        """End a template that cannot be used any more."""
        self._failures += 1
        self._running = {k: known for k, known in self._running.items() if known is not template}
        template.close()

    def close(self) -> None:
        """End all templates."""
        if self._owner == os.getpid():
            while self._running:
                self._running.popitem()[1].close()


_templates = _Templates()
atexit.register(_templates.close)
# Workers of a process pool leave without what is registered with atexit.
multiprocessing.util.Finalize(None, _templates.close, exitpriority=10)


def template_for(setup: KernelSetup) -> Template | None:
    """The template that kernels of this kind are forked from; None if there can be none.

    It is started when it is first asked for, and gets ready while the caller does something else.
    """
    return _templates.get(setup)
