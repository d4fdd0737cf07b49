"""Grading an attack, and looking at what has become of it, of the machine and of the grader."""

import ctypes
import dataclasses
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psutil
import pytest
from conftest import PS1
from nbformat import NotebookNode

from attacks.corpus import Attack
from attacks.notebooks import all_in_one, handed_in
from attacks.planted import Planted
from autograder.course import Limits
from autograder.errors import CannotGrade
from autograder.grading.grade import grade
from autograder.grading.kernels import kernel_setup
from autograder.notebooks.reading import read_notebook
from autograder.records import CellResult
from autograder.sandbox import kernel as kernel_module
from autograder.sandbox import launch
from autograder.sandbox.kernel import LiveKernel
from course_config import COURSE

# One template serves all that has the same limits of memory, processes and files: keep to these.
LIMITS = dataclasses.replace(
    COURSE.limits,
    cell_seconds=1,
    call_seconds=1,
    submission_seconds=20,
    memory_bytes=2**30,
    scratch_bytes=64 * 2**20,
    processes=64,
    open_files=256,
    output_bytes=2**18,
    restarts=5,
)
# A cold kernel imports JAX in the set-up's cell.
COLD_LIMITS = dataclasses.replace(LIMITS, cell_seconds=6, call_seconds=6)
GRACE_SECONDS = 1
# How long the grader tries to say something to a kernel.
SEND_SECONDS = 2
# What the grader may hold while it waits for one reply.
GROWTH_BYTES = 2**29
# Long, because the machine may have other things to do; nothing waits so long that works.
PATIENCE = 120
HANGS_SECONDS = 900
_BECOME_SUBREAPER = 36


@dataclasses.dataclass(frozen=True)
class Outcome:
    """What came of a submission.

    Attributes:
        refused: why it got no grade, or nothing.
        cells: its test cells' results.
        notebook: the graded notebook, None if it got no grade.
        spent: seconds that its kernels spent, as the grader counts them.
        grader_seconds: processor time that the grader itself took.
        grader_bytes: by how much the grader's own memory grew at most.
        left_processes: command lines of processes that are still there.
        left_files: files that are still there.
        lost_template: whether the template of warm kernels had to be started anew.
    """

    refused: str
    cells: tuple[CellResult, ...]
    notebook: NotebookNode | None
    spent: float
    grader_seconds: float
    grader_bytes: int
    left_processes: list[str]
    left_files: list[str]
    lost_template: bool

    @property
    def score(self) -> float:
        """Points that it earned."""
        return sum(cell.score for cell in self.cells)

    @property
    def shown(self) -> str:
        """All that its author can read: outputs and feedback."""
        outputs = [text_of(cell) for cell in self.notebook.cells] if self.notebook else []
        hints = [test.hint for cell in self.cells for test in cell.tests]
        return "\n".join([self.refused, *outputs, *hints])

    @property
    def in_short(self) -> str:
        """The same for whoever reads of a failed test."""
        lines = [
            line[:200] for line in self.shown.splitlines() if line and not line.startswith("<")
        ]
        return "\n".join(list(dict.fromkeys(lines))[-40:])


def text_of(cell: NotebookNode) -> str:
    """The texts of a cell's outputs."""
    texts = []
    for output in cell.get("outputs", []):
        texts += [output.get("text", ""), output.get("evalue", ""), output.get("ename", "")]
        texts += [*output.get("traceback", []), *output.get("data", {}).values()]
    return "\n".join(texts)


class Room:
    """Where attacks are graded: temporary files and templates of its own, and planted secrets.

    Args:
        folder: an empty one, of a short name, because sockets have room for a hundred characters.
        patch: undone when the room is left.
    """

    def __init__(self, folder: Path, patch: pytest.MonkeyPatch) -> None:
        self.temporary = folder / "tmp"
        self._handed_in = folder / "handed-in" / PS1.name / f"{PS1.notebook}.ipynb"
        self.planted = Planted(folder / "planted")
        self._patch = patch
        self._kernels: list[LiveKernel] = []
        self.graded: list[str] = []

    def __enter__(self) -> "Room":
        self.temporary.mkdir()
        self._handed_in.parent.mkdir(parents=True)
        self._patch.setenv("TMPDIR", str(self.temporary))
        self._patch.setattr("tempfile.tempdir", str(self.temporary))
        self._templates = launch._Templates()
        self._patch.setattr(launch, "_templates", self._templates)
        self._patch.setattr(kernel_module, "INTERRUPT_GRACE_SECONDS", GRACE_SECONDS)
        self._patch.setattr(kernel_module, "SEND_SECONDS", SEND_SECONDS)
        self._patch.setattr(kernel_module, "MAX_GROWTH_BYTES", GROWTH_BYTES)
        self._patch.setattr("autograder.notebooks.run.LiveKernel", self._recorded_kernel())
        # Whoever leaves its parent's family becomes a child of this process and is seen.
        ctypes.CDLL(None).prctl(_BECOME_SUBREAPER, 1, 0, 0, 0)
        self.planted.__enter__()
        # The template is there before anything is compared.
        self.try_out_key(patience=0)
        return self

    def __exit__(self, *_: object) -> None:
        self.planted.__exit__()
        ctypes.CDLL(None).prctl(_BECOME_SUBREAPER, 0, 0, 0, 0)
        self._templates.close()

    def _recorded_kernel(self) -> type[LiveKernel]:
        kernels = self._kernels

        class Recorded(LiveKernel):
            def __init__(self, setup: launch.KernelSetup) -> None:
                super().__init__(setup)
                kernels.append(self)

        return Recorded

    def try_out(self, attack: Attack, *, warm: bool = True) -> Outcome:
        """Hand in an attack."""
        self.graded.append(attack.name)
        limits = dataclasses.replace(LIMITS if warm else COLD_LIMITS, **attack.limits)
        return self.hand_in(handed_in(attack, self.planted.places), limits, warm=warm)

    def try_out_all(self, attacks: list[Attack], *, warm: bool, sandbox: str = "") -> Outcome:
        """Hand in one notebook with a cell for each of some attacks."""
        self.graded += [attack.name for attack in attacks]
        text = all_in_one(attacks, self.planted.places)
        patience = 0 if sandbox == "none" else PATIENCE
        return self.hand_in(text, COLD_LIMITS, warm=warm, sandbox=sandbox, patience=patience)

    def try_out_key(self, patience: float = PATIENCE) -> Outcome:
        """Hand in right answers, and let them take the time that the course gives them."""
        self.graded = []
        course = COURSE.limits
        limits = dataclasses.replace(
            LIMITS,
            cell_seconds=course.cell_seconds,
            call_seconds=course.call_seconds,
            submission_seconds=course.submission_seconds,
        )
        return self.hand_in(PS1.key.read_text("utf-8"), limits, patience=patience)

    def hand_in(
        self,
        text: str,
        limits: Limits,
        *,
        warm: bool = True,
        sandbox: str = "",
        patience: float = PATIENCE,
    ) -> Outcome:
        """Grade a notebook file with that text; wait so long for its processes to be gone."""
        self._handed_in.write_text(text, "utf-8")
        setup = kernel_setup(dataclasses.replace(COURSE, sandbox=sandbox or COURSE.sandbox))
        setup = dataclasses.replace(setup, limits=limits, warm=warm)
        templates = self._processes_of_templates()
        processes, files = self._processes(), self._files()
        self._kernels.clear()
        bytes_before, started = _forget_most_memory(), time.process_time()
        refused, cells, notebook = "", (), None
        try:
            with alarm():
                graded = grade(read_notebook(self._handed_in), PS1, COURSE, setup=setup)
            cells, notebook = graded.cells, graded.graded_notebook
        except CannotGrade as problem:
            refused = str(problem)
        return Outcome(
            refused,
            cells,
            notebook,
            spent=sum(kernel.spent for kernel in self._kernels),
            grader_seconds=time.process_time() - started,
            grader_bytes=_most_memory() - bytes_before,
            left_processes=self._left_processes(processes, patience),
            left_files=sorted(self._files() - files),
            lost_template=bool(templates - self._processes_of_templates()),
        )

    def _processes(self) -> set[psutil.Process]:
        return set(psutil.Process().children(recursive=True)) - self._processes_of_templates()

    def _processes_of_templates(self) -> set[psutil.Process]:
        """The templates and bubblewraps around them: the grader's own."""
        found = set()
        for _, template in self._templates._running:
            bubblewrap = psutil.Process(template.process_id)
            found |= {bubblewrap, *bubblewrap.children()}
        return found

    def _left_processes(self, before: set[psutil.Process], patience: float) -> list[str]:
        _, alive = psutil.wait_procs(self._processes() - before, timeout=patience)
        left = []
        for process in alive:
            with suppress(psutil.Error):
                left.append(" ".join(process.cmdline())[:200])
        return left

    def _files(self) -> set[str]:
        # The locks on processor cores stay, and which there are is chance.
        own = [str(template._outside.path) for _, template in self._templates._running]
        own.append(str(self.temporary / "autograder-cores-"))
        found = {str(path) for path in self.temporary.rglob("*")}
        return {path for path in found if not path.startswith(tuple(own)) or "/kernels/" in path}


@contextmanager
def alarm() -> Iterator[None]:
    """A grader that waits for ever fails a test; it is given so long that no busy machine does."""

    def ring(*_: object) -> None:
        raise TimeoutError("the grader hangs")

    earlier = signal.signal(signal.SIGALRM, ring)
    signal.alarm(HANGS_SECONDS)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, earlier)


def _forget_most_memory() -> int:
    """Let the most memory that this process has used be what it uses now."""
    Path("/proc/self/clear_refs").write_text("5")
    return _most_memory()


def _most_memory() -> int:
    lines = dict(line.split(":", 1) for line in Path("/proc/self/status").read_text().splitlines())
    return int(lines["VmHWM"].split()[0]) * 1024
