"""What grading costs: stock ``nbgrader autograde`` and this kit, in one run on one machine.

    .venv/bin/python benchmarks/grading.py --table docs/performance.md

Graded are the answer keys and, made from them, wrong answers and other right ways. nbgrader grades
the notebooks as they were at :data:`YARDSTICK`, so that lighter notebooks do not shorten the
yardstick; the kit grades them as they are now. Each measured part is a process of its own.
"""

from __future__ import annotations

import argparse
import ctypes
import datetime
import io
import json
import os
import platform
import shlex
import signal
import subprocess
import sys
import tarfile
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import redirect_stderr, redirect_stdout, suppress
from dataclasses import asdict, dataclass, field, replace
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import Any

import nbformat
import psutil
from rich.console import Console

import course_config
from autograder.course import Assignment, Course

YARDSTICK = "1cb6942"
# Assignments that came later have no counterpart there.
NOT_IN_YARDSTICK = ("ps5-real-data",)
ROOT = course_config.ROOT
# Stock seconds over the kit's: processor time of one job, and wall time on all cores.
TO_REACH = {"CPU of the keys, warm, one job": 8.0, "throughput, warm, all cores": 12.0}
# How often all cores grade each notebook, so that their start does not weigh more than the work.
ROUNDS = 4
VARIANTS_OF_A_KIND = 3
TA_ASSIGNMENTS = ("ps1-shrinkage", "ps2-student-model")
# Rough wall seconds of one notebook, and of what is measured on keys only, for the forecast.
SECONDS_A_NOTEBOOK, MORE_SECONDS_A_KEY = 40, 60
PACKAGES = ("nbgrader", "ipykernel", "jax", "jaxlib", "genjax", "numpy")
STOCK_CONFIGURATION = """
c = get_config()
c.CourseDirectory.course_id = "benchmark"
c.ExecutePreprocessor.timeout = 600
c.ExecutePreprocessor.startup_timeout = 300
c.ExecutePreprocessor.kernel_name = "python3"
"""


@dataclass(frozen=True)
class Submission:
    """A notebook to be graded; ``name`` is ``key`` or says which other answer it holds."""

    assignment: str
    name: str
    path: str


@dataclass
class Part:
    """What one measured part took; memory is in bytes, of the processes that a command started.

    Attributes:
        pss: like ``rss``, but shared pages are counted once; 0 where it cannot be read.
        machine: processor seconds of the whole machine meanwhile, with what others did.
        notes: what the part itself noted, of each notebook.
    """

    name: str
    wall: float = 0.0
    cpu: float = 0.0
    rss: int = 0
    pss: int = 0
    machine: float = 0.0
    notes: list[dict[str, Any]] = field(default_factory=list)


# --- measuring a command ----------------------------------------------------------------------


def adopt_orphans() -> None:
    """Become the parent of processes below whose own parent ends first, as bubblewrap's does.

    The processor time of an orphan is told to whoever adopts it.
    """
    set_child_subreaper = 36
    if ctypes.CDLL(None).prctl(set_child_subreaper, 1, 0, 0, 0) != 0:
        sys.exit("This system does not let a process adopt orphans; Linux 3.4 and later do.")


def measure(name: str, command: list[str], **options: Any) -> Part:
    """Run a command; its processor time is known when all that it started has ended."""
    part, over, before = Part(name), threading.Event(), busy_seconds()
    with tempfile.TemporaryFile() as log:
        started = time.monotonic()
        process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT, **options
        )
        watcher = threading.Thread(target=watch_memory, args=(process.pid, part, over))
        watcher.start()
        try:
            with suppress(ChildProcessError):
                while True:
                    pid, status, usage = os.wait4(-1, 0)
                    part.cpu += usage.ru_utime + usage.ru_stime
                    if pid == process.pid:
                        part.wall = time.monotonic() - started
                        process.returncode = os.waitstatus_to_exitcode(status)
                        over.set()
        finally:
            over.set()
            watcher.join()
            end_children()
        if process.returncode:
            log.seek(0)
            sys.exit(f"{name} failed:\n{log.read().decode(errors='replace')[-3000:]}")
    part.machine = busy_seconds() - before
    return part


def busy_seconds() -> float:
    """Processor seconds that everybody on this machine has used so far."""
    times = psutil.cpu_times()
    return float(times.user + times.nice + times.system + times.irq + times.softirq)


def watch_memory(pid: int, part: Part, over: threading.Event) -> None:
    """Note the peak memory of what a process has started."""
    readable = True
    while not over.wait(0.2):
        rss = pss = 0
        with suppress(psutil.NoSuchProcess):
            for member in psutil.Process(pid).children(recursive=True):
                with suppress(psutil.NoSuchProcess):
                    rss += member.memory_info().rss
                    try:
                        pss += member.memory_full_info().pss
                    except psutil.AccessDenied:
                        readable = False
        part.rss, part.pss = max(part.rss, rss), max(part.pss, pss) if readable else 0


def end_children() -> None:
    """End whatever is left of the processes below this one."""
    while children := psutil.Process().children(recursive=True):
        for child in children:
            with suppress(psutil.Error):
                child.kill()
        with suppress(ChildProcessError):
            while os.waitpid(-1, os.WNOHANG)[0]:
                pass
        time.sleep(0.05)


# --- what is graded ---------------------------------------------------------------------------


def write_submissions(
    assignment: Assignment, key: Path, keys_only: bool, folder_of: Callable[[str], Path]
) -> Iterator[Submission]:
    """The key and, unless ``keys_only``, other answers filled into it, each in its folder."""
    from autograder.authoring.answers import fill_in
    from autograder.notebooks.cells import grade_id

    notebook = nbformat.read(key, as_version=4)
    answers: dict[str, dict[str, str]] = {} if keys_only else other_answers(assignment)
    for name, sources in {"key": {}, **answers}.items():
        if missing := sources.keys() - {grade_id(cell) for cell in notebook.cells}:
            sys.exit(f"{assignment.name}: this answer key has no cell {', '.join(missing)}.")
        path = folder_of(name) / f"{assignment.notebook}.ipynb"
        path.parent.mkdir(parents=True)
        nbformat.write(fill_in(notebook, sources), path)
        yield Submission(assignment.name, name, str(path))


def other_answers(assignment: Assignment) -> dict[str, dict[str, str]]:
    """The first misconception and the first other right way of each of the first exercises."""
    from autograder.authoring.verify import variants_of

    chosen: dict[str, dict[str, str]] = {}
    for variant in variants_of(assignment):
        name = f"{variant.kind}-{variant.function}"
        alike = [known for known in chosen if known.startswith(variant.kind)]
        if name not in chosen and len(alike) < VARIANTS_OF_A_KIND:
            chosen[name] = {variant.function: variant.source}
    return chosen


def set_up_stock_course(root: Path, assignments: list[Assignment], keys_only: bool) -> None:
    """A plain nbgrader course with the notebooks of :data:`YARDSTICK`, and the submissions."""
    git = ["git", "-C", str(ROOT), "archive", YARDSTICK, "source", "solutions"]
    archive = subprocess.run(git, capture_output=True, check=False)
    if archive.returncode:
        print(
            f"nbgrader is measured on the notebooks of commit {YARDSTICK}, which is not in this "
            "clone's history: get it with `git fetch --unshallow`.",
            file=sys.stderr,
        )
        sys.exit(2)
    with tarfile.open(fileobj=io.BytesIO(archive.stdout)) as tar:
        tar.extractall(root, filter="data")
    (root / "nbgrader_config.py").write_text(STOCK_CONFIGURATION, "utf-8")
    for assignment in assignments:
        key = root / assignment.key.relative_to(ROOT)
        folder_of = partial(
            lambda folder, name: root / "submitted" / name / folder, assignment.name
        )
        list(write_submissions(assignment, key, keys_only, folder_of))


# --- the parts of the kit, each in a process of its own ---------------------------------------


def do_part(name: str, job_file: str) -> None:
    """Do what the job says, and leave what was noted of it."""
    job = json.loads(Path(job_file).read_text("utf-8"))
    course = replace(
        course_config.COURSE,
        store=Path(job["store"]) if job["store"] else None,
    )
    work = [Submission(**submission) for submission in job["submissions"]]
    do = {"command": run_command, "grade": grade_all, "floor": grade_twice_here}[name]
    Path(job["result"]).write_text(json.dumps(do(work, job, course)), "utf-8")


def run_command(
    work: list[Submission], job: dict[str, Any], course: Course
) -> list[dict[str, Any]]:
    """The command line ``autograder``, for this run's course, in this process."""
    from autograder.cli import main

    notes: dict[str, Any] = {"kernel_cpu": 0.0, "peak_memory": 0}
    note_kernels(notes, counting=False)
    course_config.COURSE = course
    if status := main([*job["arguments"], *(submission.path for submission in work)]):
        sys.exit(status)
    return [notes]


def grade_all(work: list[Submission], job: dict[str, Any], course: Course) -> list[dict[str, Any]]:
    """Grade submissions as ``autograder grade`` does, and note what each took."""
    from autograder.grading.workers import expect_outcome, in_parallel

    task = partial(grade_one, course=course, warm=job["warm"], counting=job["counting"])
    notes = {i: expect_outcome(outcome) for i, outcome in in_parallel(task, work, job["jobs"])}
    return [notes[index] for index in sorted(notes)]


def grade_one(submission: Submission, course: Course, warm: bool, counting: bool) -> dict[str, Any]:
    """Grade one submission; the first one of a process pays for what was imported before."""
    global counted_cpu
    started = time.monotonic()
    from autograder.grading.grade import kernel_setup

    notes = asdict(submission) | {"kernel_cpu": 0.0, "peak_memory": 0}
    note_kernels(notes, counting)
    setup = None if warm else replace(kernel_setup(course), warm=False)
    grade_submission(submission, course, setup)
    before, counted_cpu = counted_cpu, cpu_so_far()
    cpu = counted_cpu - before + notes["kernel_cpu"]
    return notes | {"wall": time.monotonic() - started, "cpu": cpu}


counted_cpu = 0.0


def grade_submission(submission: Submission, course: Course, setup: Any = None) -> None:
    """Grade; an answer key has to score full marks."""
    from autograder.grading.grade import grade
    from autograder.notebooks.reading import read_notebook

    notebook, assignment = read_notebook(Path(submission.path)), submission.assignment
    cells = grade(notebook, course.assignment(assignment), course, setup=setup).cells
    if submission.name == "key" and any(cell.score != cell.max_score for cell in cells):
        sys.exit(f"The answer key of {assignment} does not score full marks.")


def cpu_so_far() -> float:
    """Processor seconds of this process and those below, and of their children that have ended."""
    members = [psutil.Process(), *psutil.Process().children(recursive=True)]
    return sum(sum(member.cpu_times()[:4]) for member in members)


LISTEN = """
def _listen():
    import jax
    heard = jax.heard_by_benchmark = []
    jax.monitoring.register_event_listener(lambda name, **_: heard.append(name))
    jax.monitoring.register_event_duration_secs_listener(lambda name, *_, **__: heard.append(name))
_listen()
del _listen
"""
EVENTS = {
    "programs": "/jax/core/compile/backend_compile_duration",
    "found": "/jax/compilation_cache/cache_hits",
}


def note_kernels(notes: dict[str, Any], counting: bool) -> None:
    """Let kernels note, before they are ended, what they took and how many programs XLA made.

    Linux tells nobody the processor time of what ends together with its process namespace.
    """
    from autograder.notebooks import run
    from autograder.sandbox.kernel import LiveKernel

    class NotingKernel(LiveKernel):
        def __enter__(self) -> LiveKernel:
            super().__enter__()
            if counting:
                self.execute(LISTEN, 60, silent=True)
            return self

        def close(self) -> None:
            if counting:
                count = "__import__('jax').heard_by_benchmark.count({!r})"
                asked = {name: count.format(event) for name, event in EVENTS.items()}
                answers = self.execute("", 60, silent=True, expressions=asked).reply
                for name, answer in answers["user_expressions"].items():
                    notes[name] = int(answer["data"]["text/plain"])
            for member in self._process.processes():
                with suppress(psutil.Error):
                    notes["kernel_cpu"] += sum(member.cpu_times()[:4])
            notes["peak_memory"] = max(notes["peak_memory"], self.peak_memory)
            super().close()

    run.LiveKernel = NotingKernel  # type: ignore[misc]


def grade_twice_here(
    work: list[Submission], job: dict[str, Any], course: Course
) -> list[dict[str, Any]]:
    """Grade a key twice in this process, without walls and messages; the second time is noted."""
    from autograder.grading.grade import kernel_setup
    from autograder.notebooks import run
    from autograder.sandbox import compiled_code

    programs = kernel_setup(course).programs
    os.environ.update(compiled_code.environment(programs, str(programs)), MPLBACKEND="agg")
    assert "jax" not in sys.modules, "JAX would not see this environment"
    run.LiveKernel = NoKernel  # type: ignore[assignment, misc]
    grade_submission(work[0], course)
    before = time.process_time() - NoKernel.cpu_of_cells, NoKernel.cpu_of_cells
    grade_submission(work[0], course)
    cells = NoKernel.cpu_of_cells - before[1]
    return [{"cpu": time.process_time() - sum(before), "cpu_of_cells": cells}]


class NoKernel:
    """Stands in for ``LiveKernel`` where the code is the course's own and may run here."""

    cpu_of_cells = 0.0
    spent = 0.0

    def __init__(self, _: object) -> None:
        from IPython.core.interactiveshell import InteractiveShell

        self._shell = InteractiveShell.instance()

    def __enter__(self) -> NoKernel:
        return self

    def close(self) -> None:
        """Nothing has to be ended."""

    def execute(self, code: str, _: float) -> Any:
        """Run a cell; what it shows is dropped."""
        from autograder.sandbox.kernel import Execution

        started = time.process_time()
        with redirect_stdout(io.StringIO()), redirect_stderr(io.StringIO()):
            self._shell.run_cell(code).raise_error()
        NoKernel.cpu_of_cells += time.process_time() - started
        return Execution()

    def ask(self, request: dict[str, Any], _: float) -> dict[str, Any]:
        """Put a question to the agent."""
        from autograder.in_kernel import agent

        return agent.answer(json.dumps(request)).content


# --- the whole run ----------------------------------------------------------------------------


class Benchmark:
    """All parts of one run, in a temporary folder of its own."""

    def __init__(self, folder: Path, assignments: list[Assignment], keys_only: bool) -> None:
        self.assignments, self.keys_only = assignments, keys_only
        self.jobs = len(os.sched_getaffinity(0))
        self.parts: dict[str, Part] = {}
        self.work: list[Submission] = []
        self._folder, self._console = folder, Console()
        # What an interrupted part leaves behind goes with this folder; nbgrader starts programs by
        # name, and must not find the settings of whoever runs this.
        programs = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])
        own = {"TMPDIR": str(folder), "PATH": programs, "JUPYTER_CONFIG_DIR": str(folder / "none")}
        self._environment = os.environ | own

    def run(self) -> None:
        """Measure everything, with what ``autograder prepare`` has left in the course's store."""
        set_up_stock_course(self._folder / "stock", self.assignments, self.keys_only)
        for assignment in self.assignments:
            folder_of = partial(self._folder.joinpath, "kit", assignment.name)
            self.work += write_submissions(assignment, assignment.key, self.keys_only, folder_of)
        keys = [submission for submission in self.work if submission.name == "key"]
        seconds = SECONDS_A_NOTEBOOK * len(self.work) + MORE_SECONDS_A_KEY * len(keys)
        self._console.print(f"{len(self.work)} notebooks; about {seconds / 60:.0f} minutes.")
        for assignment in self.assignments:
            self._stock(assignment)
        for submission in self.work:
            name = f"cold {submission.assignment} {submission.name}"
            self._kit(name, "grade", [submission], prepared=False, warm=False)
        self._kit("warm, one job", "grade", self.work)
        self._kit("warm, all cores", "grade", ROUNDS * self.work, jobs=self.jobs)
        for key in keys:
            self._kit(f"twice {key.assignment}", "grade", [key, key])
            self._kit(f"programs {key.assignment}", "grade", [key], counting=True)
            self._kit(f"floor {key.assignment}", "floor", [key])
            for prepared in (False, True) if key.assignment in TA_ASSIGNMENTS else ():
                name = f"command {'prepared' if prepared else 'fresh'} {key.assignment}"
                self._kit(name, "command", [key], prepared=prepared, arguments=["grade"])

    def sum_of(self, beginning: str) -> Part:
        """The parts whose names begin so, together; of memory the most."""
        parts = [part for part in self.parts.values() if part.name.startswith(beginning)]
        total = Part(beginning)
        for part in parts:
            total.wall, total.cpu = total.wall + part.wall, total.cpu + part.cpu
            total.machine += part.machine
            total.rss, total.pss = max(total.rss, part.rss), max(total.pss, part.pss)
        return total

    def _stock(self, assignment: Assignment) -> None:
        root, nbgrader = self._folder / "stock", [sys.executable, "-m", "nbgrader"]
        options: dict[str, Any] = {"cwd": root, "env": self._environment}
        measure("generate", [*nbgrader, "generate_assignment", assignment.name], **options)
        for kind, students in (("key", "key"), ("others", "*-*")):
            if kind == "key" or not self.keys_only:
                command = [*nbgrader, "autograde", assignment.name, f"--student={students}"]
                self._measure(f"stock {assignment.name} {kind}", command, **options)
        graded = root / "autograded" / "key" / assignment.name / f"{assignment.notebook}.ipynb"
        outputs = [o for c in nbformat.read(graded, 4).cells for o in c.get("outputs", ())]
        if any(output.output_type == "error" for output in outputs):
            sys.exit(f"With nbgrader, the answer key of {assignment.name} raises an exception.")

    def _kit(
        self, name: str, do: str, work: list[Submission], *, prepared: bool = True, **job: Any
    ) -> None:
        job = {"warm": True, "counting": False, "jobs": 1} | job
        job |= {
            "submissions": [asdict(submission) for submission in work],
            "store": str(course_config.COURSE.store) if prepared else None,
            "result": str(self._folder / "result.json"),
        }
        job_file = self._folder / "job.json"
        job_file.write_text(json.dumps(job), "utf-8")
        command = [sys.executable, str(Path(__file__).resolve()), "part", do, str(job_file)]
        result = Path(job["result"])
        self._measure(name, command, cwd=ROOT, env=self._environment, result=result)

    def _measure(
        self, name: str, command: list[str], result: Path | None = None, **options: Any
    ) -> None:
        with self._console.status(name):
            part = self.parts[name] = measure(name, command, **options)
        if result:
            part.notes = json.loads(result.read_text("utf-8"))
            part.cpu += sum(note.get("kernel_cpu", 0.0) for note in part.notes)
        took = f"wall {part.wall:6.1f} s, CPU {part.cpu:6.1f} s"
        took += f" of the machine's {part.machine:6.1f}"
        self._console.print(f"{name:44s} {took}", highlight=False, soft_wrap=True)


# --- the page ---------------------------------------------------------------------------------

PAGE = """# What grading costs

Made by `{command}` on {date}:
{machine}.

Notebooks graded: {number}, answer keys and what was made of them by a wrong answer or another right
one to an exercise. nbgrader grades those of commit {yardstick} and runs their visible checks;
the kit grades today's, in its sandbox, and asks its hidden tests as well. CPU is processor seconds
of all processes, their start included; wall is seconds by the clock.

{summary}

The first line compares the keys alone, each graded again in a process that has graded it; the
second all notebooks, the starts of all workers included.

{totals}

MB is the most memory, of what the grader starts: kernels and sandboxes, shared pages counted once.

## Notebook by notebook

CPU and wall seconds of one notebook. The first one of *one job* pays for the start of the grader
and of its template; *second* is the same key again in a process that has graded it. MB is the most
memory of the student's kernel.

{notebooks}

## What remains

Programs that XLA is asked for by a key's cells and questions, and those found in the store. The
floor is CPU of the same code in a plain process that has run it before, and of its cells alone.

{remains}

## For a TA

Wall seconds of the command `autograder grade KEY`, from its start to its table.

{command_line}
"""


def page(benchmark: Benchmark, command: str) -> str:
    """What was measured, as Markdown."""
    parts, names = benchmark.parts, [assignment.name for assignment in benchmark.assignments]
    stock, job, cores = benchmark.sum_of("stock "), parts["warm, one job"], parts["warm, all cores"]
    stock_keys = sum(parts[f"stock {name} key"].cpu for name in names)
    again = sum(parts[f"twice {name}"].notes[1]["cpu"] for name in names)
    reached = (stock_keys / again, ROUNDS * stock.wall / cores.wall)
    totals = {
        "stock `nbgrader autograde`": stock,
        "kit, cold: no store, a process for each": benchmark.sum_of("cold "),
        "kit, warm, one job": job,
        f"kit, warm, {benchmark.jobs} jobs, {ROUNDS} times": cores,
    }
    totals_rows = [(name, p.cpu, p.wall, megabytes(p.pss or p.rss)) for name, p in totals.items()]
    return PAGE.format(
        command=command,
        date=datetime.date.today(),
        machine=machine(benchmark),
        number=len(benchmark.work),
        yardstick=YARDSTICK,
        summary=table(
            "stock over kit | to reach | reached",
            [(*wanted, got) for wanted, got in zip(TO_REACH.items(), reached, strict=True)],
        ),
        totals=table("all notebooks | CPU | wall | MB", totals_rows),
        notebooks=table(
            "notebook | CPU stock | cold | one job | second | stock / one job "
            "| wall stock | cold | one job | MB stock | MB kit",
            [row for name in names for row in notebook_rows(benchmark, name)],
        ),
        remains=table(
            "key | programs | found | CPU second | floor | its cells",
            [remains_row(benchmark, name) for name in names],
        ),
        command_line=table(
            "key | fresh clone | after `autograder prepare`",
            [
                (name, *(parts[f"command {state} {name}"].wall for state in ("fresh", "prepared")))
                for name in names
                if name in TA_ASSIGNMENTS
            ],
        ),
    )


def notebook_rows(benchmark: Benchmark, name: str) -> Iterator[tuple[Any, ...]]:
    """One row for the key, and one for the mean of its other answers."""
    parts, noted = benchmark.parts, benchmark.parts["warm, one job"].notes
    for kind in ("key", "others"):
        mine = [
            note
            for note in noted
            if note["assignment"] == name and (note["name"] == "key") is (kind == "key")
        ]
        if not mine:
            continue
        stock = parts[f"stock {name} {kind}"]
        cold = [parts[f"cold {name} {note['name']}"] for note in mine]
        cpu = [stock.cpu, sum(p.cpu for p in cold), sum(note["cpu"] for note in mine)]
        wall = [stock.wall, sum(p.wall for p in cold), sum(note["wall"] for note in mine)]
        yield (
            f"{name}, key" if kind == "key" else f"{name}, mean of {len(mine)} others",
            *(seconds / len(mine) for seconds in cpu),
            parts[f"twice {name}"].notes[1]["cpu"] if kind == "key" else "",
            cpu[0] / cpu[2],
            *(seconds / len(mine) for seconds in wall),
            megabytes(stock.rss),
            megabytes(max(note["peak_memory"] for note in mine)),
        )


def remains_row(benchmark: Benchmark, name: str) -> tuple[Any, ...]:
    """How much of what a key costs is neither start nor compilation."""
    counted, (_, second), floor = (
        benchmark.parts[f"{part} {name}"].notes for part in ("programs", "twice", "floor")
    )
    floors = floor[0]["cpu"], floor[0]["cpu_of_cells"]
    return name, counted[0]["programs"], counted[0]["found"], second["cpu"], *floors


def machine(benchmark: Benchmark) -> str:
    """What must be known about the machine to compare its numbers with another's."""
    described = Path("/proc/cpuinfo").read_text("utf-8", errors="replace").splitlines()
    models = [line.partition(":")[2].strip() for line in described if line.startswith("model name")]
    memory = psutil.virtual_memory().total / 2**30
    everything = benchmark.sum_of("")
    others = 1 - everything.cpu / everything.machine
    return (
        f"{benchmark.jobs} cores, {(models or [platform.machine()])[0]}, {memory:.0f} GB, "
        f"{max(0.0, others):.0%} of the CPU meanwhile used by others;\n"
        f"Linux {platform.release()}, Python {platform.python_version()}, "
        + ", ".join(f"{package} {version(package)}" for package in PACKAGES)
    )


def table(heading: str, rows: list[tuple[Any, ...]]) -> str:
    """A Markdown table; numbers with one decimal, aligned right."""
    ruler = " | ".join(["---", *["---:"] * heading.count("|")])
    texts = [[f"{x:.1f}" if isinstance(x, float) else str(x) for x in row] for row in rows]
    return "\n".join(f"| {line} |" for line in [heading, ruler, *map(" | ".join, texts)])


def megabytes(size: int) -> int:
    """Memory as people read it."""
    return round(size / 2**20)


def main() -> None:
    """Measure, and write what came of it."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--table", type=Path, metavar="FILE", help="write the outcome as Markdown")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write each part's raw numbers")
    parser.add_argument("--keys-only", action="store_true", help="only the answer keys")
    names = [a.name for a in course_config.ASSIGNMENTS if a.name not in NOT_IN_YARDSTICK]
    parser.add_argument("--assignments", nargs="+", choices=names, default=names, metavar="NAME")
    arguments = parser.parse_args()
    for path in (arguments.table, arguments.json):
        if path and not path.resolve().parent.is_dir():
            parser.error(f"the folder of {path} does not exist")
    assignments = [a for a in course_config.ASSIGNMENTS if a.name in arguments.assignments]
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    adopt_orphans()
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        benchmark = Benchmark(Path(folder), assignments, arguments.keys_only)
        try:
            benchmark.run()
        except KeyboardInterrupt:
            sys.exit(130)
    command = shlex.join([".venv/bin/python", "benchmarks/grading.py", *sys.argv[1:]])
    text = page(benchmark, command)
    print(text)
    if arguments.table:
        arguments.table.write_text(text, "utf-8")
    if arguments.json:
        parts = [asdict(part) for part in benchmark.parts.values()]
        content = {"command": command, "machine": machine(benchmark), "parts": parts}
        arguments.json.write_text(json.dumps(content, indent=2) + "\n", "utf-8")


if __name__ == "__main__":
    if sys.argv[1:2] == ["part"]:
        do_part(*sys.argv[2:])
    else:
        main()
