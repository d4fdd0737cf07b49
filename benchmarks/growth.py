"""What grading a class costs as it grows: ``autograder grade-class`` for 10 to 300 submissions.

    .venv/bin/python benchmarks/growth.py --table docs/growth.md

Each class is graded in a process of its own, then once more, unchanged. Of ten submissions six are
right, three hold a known misconception, and one ends its kernel and floods its output. All differ,
so that no grade is kept from another one.
"""

from __future__ import annotations

import argparse
import json
import platform
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import nbformat
from rich.console import Console

from autograder.authoring.answers import fill_in
from autograder.authoring.verify import variants_of
from autograder.course import Assignment
from autograder.doors.course_directory import NbGraderCourse
from autograder.doors.grade_class import ClassRun
from autograder.doors.tables import progress
from autograder.grading.workers import available_cores
from autograder.notebooks.reading import read_notebook
from course_config import COURSE

SIZES = (10, 30, 100, 300)
# What a class of the largest size may take, and an unchanged submission in a second run.
LARGEST_MINUTES, SECOND_RUN_SECONDS = 10, 0.3
COLUMNS = (
    ("submissions", "{submissions}"),
    ("grading, wall s each", "{grading:.2f}"),
    ("CPU s each", "{cpu:.2f}"),
    ("entering, s each", "{entering:.2f}"),
    ("slowest entry, s", "{slowest_entry:.2f}"),
    ("second run, s each", "{second_run:.3f}"),
    ("grading process, MiB", "{own_mib:.0f}"),
    ("largest worker, MiB", "{worker_mib:.0f}"),
    ("whole run, min", "{minutes:.1f}"),
)
ATTACK = """
def data_weight(a, b, n):
    import os
    print("x" * 100_000)
    os._exit(0)
print("x" * 10_000_000)
"""


def hand_in_class(root: Path, assignment: Assignment, size: int) -> None:
    """Put a class where nbgrader collects what students hand in."""
    key = read_notebook(assignment.key)
    wrong = [v for v in variants_of(assignment) if v.kind == "misconception"]
    for number in range(size):
        kind = number % 10
        if kind < 6:
            notebook = fill_in(key, {})
        elif kind < 9:
            mistake = wrong[number % len(wrong)]
            notebook = fill_in(key, {mistake.function: mistake.source})
        else:
            notebook = fill_in(key, {"data_weight": ATTACK})
        notebook.cells.append(nbformat.v4.new_code_cell(f"# student {number}"))
        folder = root / "submitted" / f"student{number:03d}" / assignment.name
        folder.mkdir(parents=True)
        nbformat.write(notebook, folder / f"{assignment.notebook}.ipynb")


def grade_class(root: Path, assignment: Assignment, jobs: int) -> dict[str, Any]:
    """Grade and enter a class; what the two halves of it took."""
    console = Console(stderr=True)
    started = time.monotonic()
    run = ClassRun(NbGraderCourse(root), assignment, COURSE)
    to_grade = run.to_grade()
    with progress(console) as bars:
        list(bars.track(run.grade(to_grade, jobs=jobs), total=len(to_grade), description="Grading"))
    graded = time.monotonic()
    entries = []
    for submission in run.to_enter():
        before = time.monotonic()
        run.enter(submission)
        entries.append(time.monotonic() - before)
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    own = resource.getrusage(resource.RUSAGE_SELF)
    return {
        "grading": graded - started,
        "entering": sum(entries),
        "slowest_entry": max(entries, default=0.0),
        "whole": time.monotonic() - started,
        "not_graded": sum(bool(submission.problem) for submission in run.submissions),
        "own_mib": own.ru_maxrss / 1024,
        "worker_mib": children.ru_maxrss / 1024,
    }


def in_process(root: Path, jobs: int) -> dict[str, Any]:
    """:func:`grade_class` in a process of its own, with the processor time of all it started."""
    command = [sys.executable, __file__, "--grade", str(root), "--jobs", str(jobs)]
    before = _machine_seconds()
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
    measured: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return measured | {"machine": _machine_seconds() - before}


def _machine_seconds() -> float:
    """Processor seconds of the whole machine: kernels end as orphans, whose time nobody is told."""
    import psutil

    times = psutil.cpu_times()
    return float(times.user + times.nice + times.system)


def measure(size: int, assignment: Assignment, jobs: int) -> dict[str, Any]:
    """Grade a class of one size twice."""
    with tempfile.TemporaryDirectory(prefix="growth-") as folder:
        root = Path(folder)
        NbGraderCourse.set_up(root).generate_assignment(assignment)
        hand_in_class(root, assignment, size)
        first, second = in_process(root, jobs), in_process(root, jobs)
    if first["not_graded"]:
        sys.exit(f"{first['not_graded']} of {size} were not graded.")
    return {
        **first,
        "submissions": size,
        "grading": first["grading"] / size,
        "entering": first["entering"] / size,
        "cpu": first["machine"] / size,
        "second_run": second["whole"] / size,
        "minutes": first["whole"] / 60,
    }


def as_table(rows: list[dict[str, Any]], jobs: int) -> str:
    """The measurements as a page."""
    first, last = rows[0], rows[-1]
    more_cpu = 100 * (last["cpu"] / first["cpu"] - 1)
    lines = [
        "# What a class costs as it grows",
        "",
        f"Made by `.venv/bin/python {' '.join(sys.argv)}` on {jobs} cores, Python "
        f"{platform.python_version()}: `autograder grade-class ps1-shrinkage`, six of ten right, "
        "three with a misconception, one that ends its kernel and floods its output.",
        "",
        "| " + " | ".join(name for name, _ in COLUMNS) + " |",
        "|" + "---:|" * len(COLUMNS),
        *("| " + " | ".join(form.format(**row) for _, form in COLUMNS) + " |" for row in rows),
        "",
        f"From {first['submissions']} to {last['submissions']} submissions the processor time of "
        f"one changes by {more_cpu:+.0f} %, the memory of the grading process "
        f"by {last['own_mib'] - first['own_mib']:+.0f} MiB. {last['submissions']} take "
        f"{last['minutes']:.1f} minutes (to reach: {LARGEST_MINUTES}), unchanged ones in a second "
        f"run {last['second_run']:.3f} s each (to reach: {SECOND_RUN_SECONDS}).",
    ]
    return "\n".join(lines) + "\n"


def main() -> None:
    """Measure all sizes, or grade one class for a measurement."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--jobs", type=int, default=available_cores(), metavar="N")
    parser.add_argument("--sizes", type=int, nargs="+", default=SIZES, metavar="N")
    parser.add_argument("--table", type=Path, metavar="FILE")
    parser.add_argument("--grade", type=Path, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    assignment = COURSE.assignments[0]
    if arguments.grade:
        print(json.dumps(grade_class(arguments.grade, assignment, arguments.jobs)))
        return
    rows = [measure(size, assignment, arguments.jobs) for size in arguments.sizes]
    page = as_table(rows, arguments.jobs)
    print(page)
    if arguments.table:
        arguments.table.write_text(page, "utf-8")


if __name__ == "__main__":
    main()
