"""A live Jupyter kernel inside the sandbox, seen from the trusted side.

Everything that arrives from the kernel may have been written by a student's program: messages are
bounded in size, output in bytes, waiting in time, and a message that makes no sense is dropped.
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from queue import Empty
from typing import Any

import psutil
import zmq
from jupyter_client.blocking.client import BlockingKernelClient

from autograder import in_kernel
from autograder.errors import GraderFault
from autograder.sandbox.launch import KernelProcess, KernelSetup
from autograder.sandbox.meter import Meter

# The largest answer that ``wire`` lets through takes 43 MiB as text.
MAX_MESSAGE_BYTES = 48 * 2**20
MAX_QUEUED_MESSAGES = 4
# What the grader itself may come to hold while it waits for one reply. ZeroMQ keeps all frames of
# a message until its last one has arrived, and has no limit for their number.
MAX_GROWTH_BYTES = 2**30
# Of wall time, and long: a busy machine must not fail here.
STARTUP_SECONDS = 300
BYTES_A_MESSAGE = 200
# ZeroMQ gives up a connection for good when nonsense, or too much at once, comes over it. Whoever
# sends something there afterwards would wait for ever.
SEND_SECONDS = 20
# How long after a reply the notice that the kernel is idle is waited for.
IDLE_NOTICE_SECONDS = 2
INTERRUPT_GRACE_SECONDS = 10
WATCH_INTERVAL_SECONDS = 0.2
# How JSON text writes one half of a letter outside of the basic plane.
SURROGATE = b"\\ud"

# Sent into the kernel in this order; each may import those before it.
AGENT_MODULES = ("wire", "axes", "questions", "agent")


class KernelDied(Exception):
    """The kernel is gone; the message says why, in words for the student.

    Attributes:
        is_explained: whether the grader ended it; if not, student code may have, or an accident.
    """

    def __init__(self, reason: str = "") -> None:
        super().__init__(reason or "it ended its own kernel")
        self.is_explained = bool(reason)


@dataclass
class Execution:
    """What one request to the kernel came to.

    Attributes:
        ending: ``ok``, ``error`` (student code raised) or ``timeout`` (it was interrupted).
        outputs: contents of the output messages, as ``(message type, content)``.
        dropped: whether output beyond the limit was dropped.
        reply: the content of the reply message.
        spent: seconds that it took, as :class:`Meter` counts them.
    """

    ending: str = "ok"
    outputs: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    dropped: bool = False
    reply: dict[str, Any] = field(default_factory=dict)
    spent: float = 0.0


class LiveKernel:
    """One kernel process and the conversation with it. Use it as a context manager.

    Attributes:
        spent: seconds that all requests together took, as :class:`Meter` counts them.
        peak_memory: the most memory that was seen in use, in bytes.
    """

    def __init__(self, setup: KernelSetup) -> None:
        self._limits = setup.limits
        self._setup = setup
        self._death = ""
        self._cpu_seconds = 0.0
        self._grader = psutil.Process()
        self._held_before = self._grader.memory_info().rss
        self.spent = 0.0
        self.peak_memory = 0

    def __enter__(self) -> LiveKernel:
        self._context = zmq.Context()
        try:
            self._start()
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _start(self) -> None:
        # Options set on a context are the defaults of the sockets that it makes.
        self._context.setsockopt(zmq.MAXMSGSIZE, MAX_MESSAGE_BYTES)
        self._context.setsockopt(zmq.RCVHWM, MAX_QUEUED_MESSAGES)
        self._context.setsockopt(zmq.LINGER, 0)
        self._context.setsockopt(zmq.SNDTIMEO, SEND_SECONDS * 1000)
        self._process = KernelProcess(self._setup, self._context)
        self._watch()
        # A client makes a context of its own, without these options, unless it is handed one.
        self._client: BlockingKernelClient = self._process.manager.client(context=self._context)
        self._client.session.unpack = _unpack
        self._client.start_channels(stdin=False, hb=False)
        try:
            self._client.wait_for_ready(timeout=STARTUP_SECONDS)
            loaded = self.execute(_first_cell(self._setup), STARTUP_SECONDS, silent=True)
        except (RuntimeError, KernelDied) as error:
            raise GraderFault(f"the kernel did not start: {error}") from None
        if loaded.ending != "ok":
            raise GraderFault("the grader's agent could not be loaded into the kernel")

    def close(self) -> None:
        """End the kernel and remove what it left behind. Safe to call twice."""
        self._stop_watching()
        with suppress(Exception):
            self._client.stop_channels()
        with suppress(Exception):
            self._process.close()
        with suppress(Exception):
            self._context.destroy(linger=0)

    def execute(
        self,
        code: str,
        seconds: float,
        *,
        silent: bool = False,
        expressions: dict[str, str] | None = None,
    ) -> Execution:
        """Run ``code`` and wait until it has spent ``seconds``, and a short grace longer.

        Raises:
            KernelDied: the process ended, or had to be ended because it could not be interrupted.
        """
        execution = Execution()
        self._held_before = self._grader.memory_info().rss
        with self._dead_when_deaf():
            message_id = self._client.execute(
                code,
                silent=silent,
                store_history=not silent,
                allow_stdin=False,
                stop_on_error=False,
                user_expressions=expressions or {},
            )
        collected = _OutputCollector(execution, self._limits.output_bytes)
        meter = Meter(lambda: self._cpu_seconds)
        try:
            self._wait_for_the_end(execution, collected, message_id, meter, seconds)
        finally:
            execution.spent = meter.total()
            self.spent += execution.spent
        if execution.ending == "ok" and execution.reply.get("status") != "ok":
            execution.ending = "error"
        return execution

    def _wait_for_the_end(
        self,
        execution: Execution,
        collected: _OutputCollector,
        message_id: str,
        meter: Meter,
        seconds: float,
    ) -> None:
        while not self._exchange(message_id, collected):
            if meter.spent() < seconds:
                continue
            if execution.ending == "timeout":
                self._kill("it could not be interrupted when its time was up")
                raise KernelDied(self._death)
            execution.ending = "timeout"
            self._interrupt()
            seconds += INTERRUPT_GRACE_SECONDS
        if collected.missed_the_end:
            self._listen_to_output_anew()
        if self._death:
            # The request was over just when the kernel was ended for it; no later one is to blame.
            raise KernelDied(self._death)

    def ask(self, request: dict[str, Any], seconds: float) -> dict[str, Any]:
        """Put a question to the agent; the answer is JSON that nobody has checked yet.

        An answer that is not of the right form, or late, comes back as
        ``{"error": {"kind": "garbled" | "timeout"}}``.

        Raises:
            KernelDied: see :meth:`execute`.
        """
        agent = "__import__('sys').modules['autograder.in_kernel.agent']"
        expression = f"{agent}.answer({json.dumps(request)!r})"
        execution = self.execute("", seconds, silent=True, expressions={"answer": expression})
        if execution.ending == "timeout":
            return {"error": {"kind": "timeout"}}
        answer: Any = execution.reply
        for name in ("user_expressions", "answer", "data", "application/json"):
            answer = answer.get(name) if isinstance(answer, dict) else None
        if not isinstance(answer, dict):
            return {"error": {"kind": "garbled"}}
        return answer

    def _exchange(self, message_id: str, collected: _OutputCollector) -> bool:
        """Take in what has arrived; True when the request is over."""
        client = self._client
        ready = zmq.Poller()
        ready.register(client.shell_channel.socket, zmq.POLLIN)
        ready.register(client.iopub_channel.socket, zmq.POLLIN)
        ready.register(client.control_channel.socket, zmq.POLLIN)
        arrived = dict(ready.poll(timeout=200))
        if not arrived:
            self._check_alive()
        if client.control_channel.socket in arrived:
            _receive(client.control_channel)  # nothing that is said there matters
        if client.iopub_channel.socket in arrived:
            collected.add(_receive(client.iopub_channel), message_id)
        if client.shell_channel.socket in arrived:
            collected.add_reply(_receive(client.shell_channel), message_id)
        return collected.is_complete()

    def _listen_to_output_anew(self) -> None:
        # After a message that is too large, ZeroMQ gives up the connection and makes no other.
        self._client.iopub_channel.close()
        self._client._iopub_channel = None
        for _ in range(6):
            # The new connection hears nothing before it is known at the other end.
            with self._dead_when_deaf():
                self._client.kernel_info()
            if self._client.iopub_channel.socket.poll(timeout=500):
                return

    def _interrupt(self) -> None:
        with self._dead_when_deaf():
            # Through the control channel: a signal would not pass the sandbox's process namespace.
            self._client.control_channel.send(self._client.session.msg("interrupt_request"))

    @contextmanager
    def _dead_when_deaf(self) -> Iterator[None]:
        """End a kernel that nothing can be sent to.

        Raises:
            KernelDied: nothing can.
        """
        try:
            yield
        except zmq.ZMQError:
            self._check_alive()
            self._kill("it broke off the conversation with the grader")
            raise KernelDied(self._death) from None

    def _check_alive(self) -> None:
        if not self._process.is_alive():
            raise KernelDied(self._death)

    def _kill(self, reason: str) -> None:
        self._death = self._death or reason
        self._process.kill()

    def _watch(self) -> None:
        self._watching = threading.Event()
        self._watcher = threading.Thread(target=self._watch_processes, daemon=True)
        self._watcher.start()

    def _stop_watching(self) -> None:
        if hasattr(self, "_watcher"):
            self._watching.set()
            self._watcher.join()

    def _watch_processes(self) -> None:
        # Resource limits are per process (and the number of processes is not enforced for root):
        # the sum over the sandbox is watched from outside.
        while not self._watching.wait(WATCH_INTERVAL_SECONDS):
            memory, threads, cpu_seconds = 0, 0, 0.0
            for member in self._process.processes():
                with suppress(psutil.Error):
                    memory += member.memory_info().rss
                    threads += member.num_threads()
                    # With the time of children that have ended.
                    cpu_seconds += sum(member.cpu_times()[:4])
            self._cpu_seconds = max(self._cpu_seconds, cpu_seconds)
            self.peak_memory = max(self.peak_memory, memory)
            if memory > self._limits.memory_bytes:
                self._kill("it used more memory than a submission may")
                return
            if threads > self._limits.processes:
                self._kill("it started more processes than a submission may")
                return
            if self._grader.memory_info().rss - self._held_before > MAX_GROWTH_BYTES:
                self._kill("it sent more than the grader takes in")
                return
            if self._process.wrote_outside():
                self._kill("it kept files where only its connection belongs")
                return


class _OutputCollector:
    """Takes a request's messages in, and drops output beyond the limit."""

    def __init__(self, execution: Execution, limit: int) -> None:
        self._execution = execution
        self._room = limit
        self._idle = False
        self._replied_at = 0.0

    def add(self, message: dict[str, Any] | None, message_id: str) -> None:
        if message is None or _parent_id(message) != message_id:
            return
        kind, content = message.get("msg_type"), message.get("content")
        if not isinstance(kind, str) or not isinstance(content, dict):
            return
        if kind == "status":
            self._idle = self._idle or content.get("execution_state") == "idle"
        elif kind in ("stream", "display_data", "execute_result", "error"):
            self._keep(kind, content)

    def _keep(self, kind: str, content: dict[str, Any]) -> None:
        text = content.get("text")
        if kind == "stream" and isinstance(text, str):
            room = max(0, self._room - BYTES_A_MESSAGE)
            self._execution.dropped = self._execution.dropped or len(text) > room
            content = {"name": str(content.get("name"))[:10], "text": text[:room]}
        self._room -= _size(content)
        if self._room >= 0:
            self._execution.outputs.append((kind, content))
        else:
            self._execution.dropped = True

    def add_reply(self, message: dict[str, Any] | None, message_id: str) -> None:
        if message is None or _parent_id(message) != message_id:
            return
        content = message.get("content")
        self._execution.reply = content if isinstance(content, dict) else {}
        self._replied_at = time.monotonic()

    @property
    def missed_the_end(self) -> bool:
        """Whether output, or at least the notice that there is no more, did not arrive."""
        return bool(self._replied_at) and not self._idle

    def is_complete(self) -> bool:
        """Whether the request is over."""
        # Under a flood the notice that the kernel is idle may be dropped; the reply never is.
        if not self._replied_at:
            return False
        if not self._idle and time.monotonic() > self._replied_at + IDLE_NOTICE_SECONDS:
            self._execution.dropped = True
            return True
        return self._idle


def _first_cell(setup: KernelSetup) -> str:
    """Loads the grader's agent, and puts the course's modules where a notebook imports them from.

    A submission's own folder is not seen inside: of these modules only the course's text counts.
    """
    folder = Path(in_kernel.__file__).parent
    sources = {name: (folder / f"{name}.py").read_text("utf-8") for name in AGENT_MODULES}
    modules = {path.name: path.read_text("utf-8") for path in setup.modules}
    return f"""
import sys, types
def load(sources, modules):
    for name, source in modules.items():
        with open(name, "w", encoding="utf-8") as file:
            file.write(source)
    for package in ("autograder", "autograder.in_kernel"):
        sys.modules[package] = types.ModuleType(package)
    for name, source in sources.items():
        module = types.ModuleType("autograder.in_kernel." + name)
        sys.modules["autograder.in_kernel." + name] = module
        exec(compile(source, "<grader's agent: " + name + ">", "exec"), module.__dict__)
load({sources!r}, {modules!r})
# A moment after `quit()` the kernel would end, under another cell that has done nothing.
get_ipython().ask_exit = lambda: None
del load, sys, types
"""


def _unpack(message: bytes) -> Any:
    """JSON without lone surrogates, which are letters to JSON and cannot be written to a file."""
    content = json.loads(message.decode("utf-8", "replace"))
    return _in_unicode(content) if SURROGATE in message.lower() else content


def _in_unicode(content: Any) -> Any:
    if isinstance(content, str):
        return content.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    if isinstance(content, list):
        return [_in_unicode(item) for item in content]
    if isinstance(content, dict):
        return {_in_unicode(name): _in_unicode(item) for name, item in content.items()}
    return content


def _receive(channel: Any) -> dict[str, Any] | None:
    try:
        message: dict[str, Any] = channel.get_msg(timeout=0)
        return message
    except Empty:
        return None
    except Exception:
        # Not a Jupyter message, wrongly signed, nested too deeply ...: student code wrote it.
        return None


def _parent_id(message: dict[str, Any]) -> Any:
    parent = message.get("parent_header")
    return parent.get("msg_id") if isinstance(parent, dict) else None


def _size(content: dict[str, Any]) -> int:
    """About how many bytes an output message takes; one that says nothing takes some as well."""
    text = content.get("text")
    if isinstance(text, str) and content.keys() <= {"name", "text"}:
        return BYTES_A_MESSAGE + len(text)
    return BYTES_A_MESSAGE + len(repr(content))
