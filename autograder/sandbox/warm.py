"""Warm kernels, seen from the trusted side: one template process that forks a kernel when asked.

A kernel that starts cold spends seconds on importing JAX and its friends. The template imports
them once, inside bubblewrap, and each submission's kernel is a fork of it in further walls of its
own; ``template.py``, which runs in there, says how. Where that cannot be done, :class:`Template`
says why, and the caller starts a cold kernel behind bubblewrap's walls alone.
"""

from __future__ import annotations

import contextlib
import json
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import psutil
from jupyter_client.connect import KernelConnectionInfo
from jupyter_client.provisioning import KernelProvisionerBase
from traitlets import Instance

from autograder.sandbox.cgroups import ControlGroup
from autograder.sandbox.walls import OutsideDirectory

TEMPLATE_SOURCE = Path(__file__).with_name("template.py")
# These places inside the sandbox are named in ``template.py`` as well.
ALL_CONNECTIONS = "/kernels"
OWN_CONNECTION = "/connection"

MAX_REPORT_BYTES = 64 * 1024
# Of wall time, and long: a busy machine must not fail here.
IMPORT_SECONDS = 300
START_SECONDS = 150
END_SECONDS = 60
CHANNELS = ("shell_port", "iopub_port", "stdin_port", "control_port", "hb_port")

# A fork is only safe without threads, and numpy's linear algebra would start some at its import.
# Matplotlib reads the name of its backend when it is imported, which here is before IPython says.
WHILE_IMPORTING = {
    "OPENBLAS_NUM_THREADS": "1",
    "OMP_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "MPLBACKEND": "module://matplotlib_inline.backend_inline",
}


class TemplateUnusable(Exception):
    """No warm kernel can be had from this template, now or later; the message says why."""


@dataclass(frozen=True)
class KernelLimits:
    """What a warm kernel may use; ``template.py`` says what each of them means."""

    scratch_bytes: int
    address_space_bytes: int
    processes: int
    open_files: int
    cores: Sequence[int] = field(default_factory=list)


class Template:
    """A template process inside bubblewrap, and the one kernel at a time that it has forked.

    Start it from a thread that lives as long as it: bubblewrap ends with the thread that started
    it. The other methods may be called from any thread.

    Args:
        walls: ``bwrap`` and its options, up to but not including the command to run. They must
            make the directories of ``PRIVATE_DIRECTORIES`` in ``template.py``, leave ``/`` and
            ``/proc`` writable, which are made read-only later, and allow user namespaces (no
            ``--disable-userns``): each kernel closes that door behind itself.
        environment: what the packages are imported with, in addition to :data:`WHILE_IMPORTING`.
        group: the control group to run in, which is removed at the end.
    """

    def __init__(
        self,
        walls: Sequence[str],
        environment: Mapping[str, str],
        group: ControlGroup | None = None,
    ) -> None:
        self._group = group
        self._lock = threading.RLock()
        self._problem = ""
        self._ready = False
        self._number_of_kernels = 0
        self._running, self._opened = "", ""
        self._statuses: dict[str, int] = {}
        self._outside = OutsideDirectory()
        self._connections = self._outside.path / "kernels"
        self._connections.mkdir()
        self._complaints = open(self._outside.path / "complaints", "w+b")  # noqa: SIM115
        self._control, inside = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        try:
            self._bubblewrap = subprocess.Popen(
                self._command(walls, environment, inside.fileno()),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=self._complaints,
                pass_fds=[inside.fileno()],
            )
        except BaseException:
            self._control.close()
            self._remove_files()
            raise
        finally:
            inside.close()

    def _command(
        self, walls: Sequence[str], environment: Mapping[str, str], control: int
    ) -> list[str]:
        options = [*(self._group.prefix if self._group else ()), *walls, "--as-pid-1"]
        for name, value in {**environment, **WHILE_IMPORTING}.items():
            options += ["--setenv", name, value]
        options += ["--bind", str(self._connections), ALL_CONNECTIONS]
        options += ["--dir", OWN_CONNECTION, "--remount-ro", "/"]
        source = TEMPLATE_SOURCE.read_text("utf-8")
        return [*options, "--", sys.executable, "-c", source, str(control)]

    def __enter__(self) -> Template:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def problem(self) -> str:
        """Why no kernel can be had any more; empty as long as one can."""
        with self._lock:
            self._take_in_reports(0)
            return self._problem

    @property
    def is_busy(self) -> bool:
        """Whether a kernel of it is running, so that another one has to wait."""
        with self._lock:
            self._take_in_reports(0)
            return bool(self._running)

    @property
    def process_id(self) -> int:
        """The process that holds the sandbox; all in it end when it is killed."""
        return self._bubblewrap.pid

    def wait_until_ready(self, seconds: float = IMPORT_SECONDS) -> None:
        """Wait until the packages are imported. :meth:`start_kernel` does so too.

        Raises:
            TemplateUnusable: see there.
        """
        self._wait_until(lambda: self._ready, seconds, "import the course's packages")

    def new_kernel(self) -> tuple[str, Path]:
        """An id for a kernel, and the directory for its connection file and sockets.

        Inside, the kernel sees this directory as :data:`OWN_CONNECTION`.
        """
        with self._lock:
            self._number_of_kernels += 1
            kernel_id = str(self._number_of_kernels)
            directory = self._connections / kernel_id
            directory.mkdir()
            return kernel_id, directory

    def start_kernel(
        self,
        kernel_id: str,
        environment: Mapping[str, str],
        sockets: Sequence[str],
        limits: KernelLimits,
    ) -> None:
        """Fork the kernel of that id and wait until it has opened its sockets.

        Raises:
            TemplateUnusable: it cannot isolate a kernel, has died or does not answer.
        """
        self.wait_until_ready()
        with self._lock:
            if self._running:
                raise RuntimeError("the template's previous kernel is still running")
            request = asdict(limits) | {
                "id": kernel_id,
                "environment": dict(environment),
                "sockets": list(sockets),
                "cores": list(limits.cores),
            }
            self._running = kernel_id
            self._send({"start": request})
            self._wait_until(lambda: self._opened == kernel_id, START_SECONDS, "start a kernel")

    def kernel_status(self, kernel_id: str) -> int | None:
        """The exit status of a kernel that is gone with all its processes, None while it is not.

        Like that of ``subprocess.Popen``, but 128 and more where a signal ended it.
        """
        with self._lock:
            self._take_in_reports(0)
            if kernel_id == self._running and not self._problem:
                return None
            return self._statuses.get(kernel_id, -9)

    def kill_kernel(self, kernel_id: str) -> None:
        """End a kernel and all its processes, without waiting for it."""
        with self._lock:
            self._take_in_reports(0)
            if kernel_id == self._running and not self._problem:
                self._send({"kill": kernel_id})

    def wait_for_end(self, kernel_id: str, seconds: float = END_SECONDS) -> None:
        """Wait for the end of a kernel that was killed; end the whole template if it is late."""
        with contextlib.suppress(TemplateUnusable):
            self._wait_until(
                lambda: kernel_id != self._running, seconds, "end a kernel and its processes"
            )

    def remove_kernel(self, kernel_id: str) -> None:
        """Remove the directory of a kernel that is gone."""
        shutil.rmtree(self._connections / kernel_id, ignore_errors=True)

    def submission_processes(self) -> list[psutil.Process]:
        """The processes of the running submission.

        The template is none of them, nor is its fork that watches over the namespace: both run
        the kit's own code, and their memory is the same pages as the kernel's.
        """
        parents: dict[psutil.Process, int] = {}
        with contextlib.suppress(psutil.Error):
            for process in psutil.Process(self.process_id).children(recursive=True):
                # One that has just ended must not hide the others.
                with contextlib.suppress(psutil.Error):
                    parents[process] = process.ppid()
        own = {process.pid for process, parent in parents.items() if parent == self.process_id}
        own.add(self.process_id)
        return [process for process, parent in parents.items() if parent not in own]

    def close(self) -> None:
        """End the template and its kernel, and remove their files. Safe to call twice."""
        with self._lock:
            self._give_up("it was closed")
            self._remove_files()

    # --- the conversation with the template ---------------------------------------------------

    def _send(self, request: dict[str, Any]) -> None:
        try:
            self._control.settimeout(END_SECONDS)
            self._control.send(json.dumps(request).encode())
        except OSError as error:
            self._give_up(f"it does not listen ({error})")

    def _take_in_reports(self, seconds: float) -> None:
        """Take in all reports that are there, waiting at most ``seconds`` for a first one."""
        # Asked first: what it said before its end is still to be heard.
        bubblewrap_has_ended = self._bubblewrap.poll() is not None
        report = self._receive(seconds)
        while report is not None:
            self._ready = self._ready or "ready" in report
            self._opened = report.get("started", self._opened)
            if "ended" in report:
                self._statuses = {report["ended"]: report["status"]}
                self._running = ""
            if "failed" in report:
                self._give_up(report["failed"])
            report = self._receive(0)
        if bubblewrap_has_ended:
            # If it was killed before it had built the walls, what it started lives on, unwatched.
            self._give_up("its bubblewrap ended")

    def _receive(self, seconds: float) -> dict[str, Any] | None:
        if self._problem:
            return None
        try:
            self._control.settimeout(seconds)
            message = self._control.recv(MAX_REPORT_BYTES)
        except (TimeoutError, BlockingIOError):
            return None
        except OSError:
            message = b""
        if not message:
            self._give_up(f"it ended{self._last_complaint()}")
            return None
        report: dict[str, Any] = json.loads(message)
        return report

    def _wait_until(self, condition: Callable[[], bool], seconds: float, purpose: str) -> None:
        deadline = time.monotonic() + seconds
        while True:
            with self._lock:
                self._take_in_reports(0.02)
                if self._problem:
                    raise TemplateUnusable(f"no warm kernel can be started: {self._problem}")
                if condition():
                    return
                if time.monotonic() > deadline:
                    self._give_up(f"it took more than {seconds:.0f} seconds to {purpose}")

    def _give_up(self, problem: str) -> None:
        """End the template; the first problem is the one that is told."""
        self._problem = self._problem or problem
        with contextlib.suppress(OSError):
            self._control.close()
        self._bubblewrap.kill()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._bubblewrap.wait(END_SECONDS)

    def _last_complaint(self) -> str:
        with contextlib.suppress(OSError, ValueError):
            self._bubblewrap.wait(1)
        self._complaints.seek(0)
        lines = self._complaints.read(MAX_REPORT_BYTES).decode(errors="replace").split("\n")
        said = [line.strip() for line in lines if line.strip()]
        return f": {said[-1][:300]}" if said else ""

    def _remove_files(self) -> None:
        self._complaints.close()
        self._outside.remove()
        if self._group is not None:
            self._group.remove()


class WarmProvisioner(KernelProvisionerBase):  # type: ignore[misc]
    """Lets a ``KernelManager`` start its kernel from a template.

    Give it to the manager before the kernel is started, as ``manager.provisioner``: a manager that
    has one asks for no other, so that nothing has to be registered with jupyter_client.
    """

    template: Any = Instance(Template)
    limits: Any = Instance(KernelLimits)
    _kernel = ""

    @property
    def has_process(self) -> bool:
        """Whether a kernel was started that has not been waited for."""
        return bool(self._kernel)

    async def pre_launch(self, **options: Any) -> dict[str, Any]:
        """Choose the directory of the kernel, and write its connection file."""
        manager: Any = self.parent
        kernel_id, directory = self.template.new_kernel()
        manager.transport, manager.ip = "ipc", str(directory / "ipc")
        for number, channel in enumerate(CHANNELS, start=1):
            setattr(manager, channel, number)
        self.connection_info = manager.get_connection_info()
        key: Any = self.connection_info["key"]
        seen_inside = {
            **self.connection_info,
            "ip": f"{OWN_CONNECTION}/ipc",
            "key": key.decode(),
        }
        (directory / "kernel.json").write_text(json.dumps(seen_inside), "utf-8")
        return await super().pre_launch(cmd=[kernel_id], **options)  # type: ignore[no-any-return]

    async def launch_kernel(self, cmd: list[str], **options: Any) -> KernelConnectionInfo:
        """Start the kernel; its command is its id, and of the options only ``env`` means anything.

        Raises:
            TemplateUnusable: start a cold kernel instead.
        """
        (kernel_id,) = cmd
        sockets = [f"ipc-{number}" for number, _ in enumerate(CHANNELS, start=1)]
        self.template.start_kernel(kernel_id, options["env"], sockets, self.limits)
        self._kernel = kernel_id
        return self.connection_info

    def end(self) -> None:
        """End the kernel, if it is running, and wait until nothing of it is left."""
        if self._kernel:
            self.template.kill_kernel(self._kernel)
            self.template.wait_for_end(self._kernel)
            self.template.remove_kernel(self._kernel)

    async def poll(self) -> int | None:
        """The exit status of the kernel, None while it runs."""
        return self.template.kernel_status(self._kernel) if self._kernel else 0

    async def wait(self) -> int | None:
        """Wait for the end of the kernel and remove its directory."""
        if not self._kernel:
            return 0
        self.template.wait_for_end(self._kernel)
        status = self.template.kernel_status(self._kernel)
        self.template.remove_kernel(self._kernel)
        self._kernel = ""
        return status

    def kill_now(self) -> None:
        """End the kernel and all its processes; any thread may call it."""
        self.template.kill_kernel(self._kernel)

    async def kill(self, restart: bool = False) -> None:
        """End the kernel and all its processes."""
        self.template.kill_kernel(self._kernel)

    async def terminate(self, restart: bool = False) -> None:
        """End the kernel like :meth:`kill`: student code need not be asked."""
        await self.kill(restart)

    async def send_signal(self, signum: int) -> None:
        """Only killing reaches the kernel; it is interrupted by a message."""
        if signum == signal.SIGKILL:
            await self.kill()

    async def cleanup(self, restart: bool = False) -> None:
        """Nothing is left to clean up: :meth:`wait` has removed the kernel's directory."""
