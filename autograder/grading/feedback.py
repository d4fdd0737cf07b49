"""What a student reads in a test cell: the score, and what each failed test says."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape
from textwrap import indent

import nbformat
from nbformat import NotebookNode

from autograder.notebooks.display import printable
from autograder.records import CellResult, TestResult

_PASSED, _FAILED = "#00664b", "#a33f00"


def outputs_of(cell: CellResult) -> list[NotebookNode]:
    """The outputs of a test cell: feedback to read, then the score for nbgrader to read.

    nbgrader takes the points from an ``execute_result`` whose text is a plain number.
    """
    return [
        nbformat.v4.new_output(
            "display_data", data={"text/html": _as_html(cell), "text/plain": as_text(cell)}
        ),
        nbformat.v4.new_output(
            "execute_result", data={"text/plain": repr(float(cell.score))}, execution_count=None
        ),
    ]


def as_text(cell: CellResult) -> str:
    """The feedback without markup."""
    lines = [f"{cell.grade_id}: {cell.score:g} of {cell.max_score:g} points"]
    told = ""
    for test in cell.tests:
        lines.append(f"  {'ok  ' if test.passed else 'FAIL'} {test.tests_that}")
        if not test.passed:
            lines.append(indent(advice(test) if advice(test) != told else "(the same)", " " * 7))
            told = advice(test)
    return "\n".join(lines)


def advice(test: TestResult) -> str:
    """What a failed test says; nothing for one that is passed."""
    if test.passed:
        return ""
    # It may quote an error message of student code.
    hint = printable(test.hint)
    return f"{test.misconception.capitalize()}? {hint}" if test.misconception else hint


def by_advice(tests: Iterable[TestResult]) -> dict[str, list[TestResult]]:
    """The tests that say the same, together; those that are passed are under an empty text.

    So what several tests say is told once, with all of them, and seems to belong to no other.
    """
    groups: dict[str, list[TestResult]] = {}
    for test in tests:
        groups.setdefault(advice(test), []).append(test)
    return groups


def _as_html(cell: CellResult) -> str:
    color = _PASSED if cell.score == cell.max_score else _FAILED
    groups = "".join(
        f'<ul style="list-style: none; padding-left: 0; margin-bottom: 0">'
        f"{''.join(map(_row, tests))}</ul>"
        + (f'<div style="margin: 0 0 0.8em 1.3em">{escape(told)}</div>' if told else "")
        for told, tests in by_advice(cell.tests).items()
    )
    return (
        f'<div style="border-left: 4px solid {color}; padding: 0.3em 0.8em">'
        f"<p><strong>{cell.score:g} of {cell.max_score:g} points</strong></p>{groups}</div>"
    )


def _row(test: TestResult) -> str:
    mark, color = ("✓", _PASSED) if test.passed else ("✗", _FAILED)
    points = f"{test.points:g}/{test.max_points:g}"
    return (
        f'<li><span style="color: {color}">{mark}</span> {escape(test.tests_that)} '
        f"<small>({points})</small></li>"
    )
