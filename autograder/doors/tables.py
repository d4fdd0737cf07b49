"""Progress bars and tables for the terminal."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from rich.console import Console
from rich.markup import escape
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TaskID,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)
from rich.table import Table

from autograder.grading.feedback import as_text
from autograder.notebooks.display import printable
from autograder.records import CellResult, Result

if TYPE_CHECKING:
    from autograder.authoring.verify import Finding


# How often progress is told where it goes to a file, or anywhere else that is no terminal.
_PLAIN_SECONDS = 60


class _Progress(Progress):
    """rich's progress bars; where these cannot be drawn, a plain line now and then."""

    _told_at = 0.0

    def advance(self, task_id: TaskID, advance: float = 1) -> None:
        super().advance(task_id, advance)
        now = time.monotonic()
        if self.console.is_terminal or now < (self._told_at or self._began) + _PLAIN_SECONDS:
            return
        self._told_at = now
        task = self.tasks[self.task_ids.index(task_id)]
        left = f", about {task.time_remaining / 60:.0f} min left" if task.time_remaining else ""
        self.console.print(
            f"{task.description}: {task.completed:.0f} of {task.total or 0:.0f}{left}", markup=False
        )

    def start(self) -> None:
        self._began = time.monotonic()
        super().start()


def progress(console: Console) -> Progress:
    """A progress bar for work that is counted in pieces."""
    return _Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TimeRemainingColumn(elapsed_when_finished=False),
        console=console,
        transient=True,
        disable=not console.is_terminal,
        # Grading takes seconds a piece: with fewer, the time left would jump.
        speed_estimate_period=600,
    )


def new_table() -> Table:
    """A table without lines, for a terminal."""
    return Table(box=None, header_style="bold", pad_edge=False)


def results_table(results: list[Result]) -> Table:
    """One line a submission."""
    table = new_table()
    for heading in ("submission", "assignment"):
        table.add_column(heading, overflow="fold")
    table.add_column("score", justify="right", no_wrap=True)
    table.add_column("seconds", justify="right", no_wrap=True)
    table.add_column("in a word", overflow="fold")
    for result in results:
        graded, why = result.status == "graded", printable(result.reason)
        table.add_row(
            escape(_name(result)),
            result.assignment or "?",
            f"{result.score:g}/{result.max_score:g}" if graded else "failed",
            f"{result.seconds:.1f}",
            escape("; ".join(filter(None, (in_a_word(result.cells) if graded else "", why)))),
        )
    return table


def print_details(console: Console, result: Result) -> None:
    """Each test cell, with what its tests say."""
    for cell in result.cells:
        console.print(f"\n{_name(result)}", style="bold", markup=False)
        console.print(as_text(cell), markup=False, highlight=False)


def _name(result: Result) -> str:
    # Whoever hands in names files, in bytes that may be no text or commands to a terminal.
    return printable(result.student or result.path)


def findings_table(findings: list[Finding]) -> Table:
    """One line an exercise: how many answers of each kind were tried, and how many held."""
    table = new_table()
    table.add_column("assignment", no_wrap=True)
    table.add_column("exercise", no_wrap=True)
    headings = ("key, release", "misconceptions", "families", "alternatives", "held out, named")
    for heading in headings:
        table.add_column(heading, justify="right")
    for assignment, function in dict.fromkeys((f.assignment, f.function) for f in findings):
        row = [f for f in findings if (f.assignment, f.function) == (assignment, function)]
        table.add_row(
            assignment,
            function or "(whole notebook)",
            _held([f for f in row if not f.function]),
            *(_held([f for f in row if f.kind == kind]) for kind in CHECKED),
            _named([f for f in row if f.kind.startswith("held out")]),
        )
    return table


CHECKED = ("misconception", "family", "alternative")


def _named(findings: list[Finding]) -> str:
    return f"{sum(bool(f.told) for f in findings)}/{len(findings)}" if findings else ""


def _held(findings: list[Finding]) -> str:
    if not findings:
        return ""
    held = sum(not finding.problem for finding in findings)
    color = "green" if held == len(findings) else "red"
    return f"[{color}]{held}/{len(findings)}[/]"


def in_a_word(cells: tuple[CellResult, ...]) -> str:
    """What a teacher would say of a submission, going by its tests."""
    tests = [test for cell in cells for test in cell.tests]
    failed = [test for test in tests if not test.passed]
    if not failed:
        return "everything right"
    remarks = []
    named = list(dict.fromkeys(test.misconception for test in failed if test.misconception))
    if named:
        remarks.append(", ".join(named))
    for phrase, remark in (
        ("placeholder", "{} not done"),
        ("did not come back", "{} out of time"),
        ("ended the notebook's kernel", "{} ended the kernel"),
        ("does not exist", "{} missing"),
    ):
        count = sum(any(phrase in test.hint for test in cell.tests) for cell in cells)
        if count:
            remarks.append(remark.format("one exercise" if count == 1 else f"{count} exercises"))
    return "; ".join(remarks) or f"{len(failed)} of {len(tests)} tests failed"
