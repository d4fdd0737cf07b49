"""What became of a class, as tables for the terminal."""

from __future__ import annotations

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from autograder.doors.grade_class import Move, Summary
from autograder.doors.tables import new_table
from autograder.notebooks.display import printable

MOST_MISCONCEPTIONS = 10
_BAR_LENGTH = 40


def print_summary(console: Console, assignment: str, summary: Summary) -> None:
    """How many were graded, how many were not and why, the scores, the misconceptions."""
    everybody = summary.graded + len(summary.problems)
    kept = summary.graded - summary.graded_anew
    console.print(
        f"{assignment}: {summary.graded} of {everybody} graded "
        f"({summary.graded_anew} in this run, {kept} before), {len(summary.problems)} not",
        highlight=False,
    )
    if summary.problems:
        console.print(_not_graded_table(summary.problems))
    if summary.scores:
        console.print(_score_table(summary))
        console.print("Points are those of hidden tests, before penalties.")
    if summary.to_be_marked:
        one = summary.to_be_marked == 1
        console.print(
            f"{summary.to_be_marked} submission{' waits' if one else 's wait'} for marks in the "
            "form grader."
        )
    if summary.misconceptions:
        console.print(_misconception_table(summary))


def print_moves(console: Console, moves: list[Move]) -> None:
    """Whose score in the gradebook is another one now."""
    table = _table("score moved", "before", "now", "by", "exercises")
    for move in moves:
        by = f"{move.after - move.before:+g}"
        exercises = ", ".join(move.cells)
        name = escape(printable(move.student))
        table.add_row(name, f"{move.before:g}", f"{move.after:g}", by, exercises)
    console.print(table)


def _not_graded_table(problems: dict[str, str]) -> Table:
    table = _table("not graded", "why")
    for student, reason in problems.items():
        table.add_row(escape(printable(student)), escape(printable(reason)))
    return table


def _score_table(summary: Summary) -> Table:
    """The distribution of scores: each score of its own, or in tenths of the points."""
    counts = dict(summary.scores)
    if len(counts) > 11:
        width = summary.max_score / 10
        tenths = [min(int(score / width), 9) for score in counts]
        lows = {tenth: f"{tenth * width:g} to {(tenth + 1) * width:g}" for tenth in tenths}
        rows = [
            (
                lows[tenth],
                sum(counts[score] for score, t in zip(counts, tenths, strict=True) if t == tenth),
            )
            for tenth in sorted(lows, reverse=True)
        ]
    else:
        rows = [(f"{score:g}", counts[score]) for score in sorted(counts, reverse=True)]
    table = _table(f"score of {summary.max_score:g}", "students", "")
    most = max(count for _, count in rows)
    for score, count in rows:
        table.add_row(score, str(count), "█" * max(1, round(_BAR_LENGTH * count / most)))
    return table


def _misconception_table(summary: Summary) -> Table:
    table = _table("misconception", "exercise", "students")
    for (exercise, name), count in summary.misconceptions.most_common(MOST_MISCONCEPTIONS):
        table.add_row(name, exercise, str(count))
    return table


def _table(*headings: str) -> Table:
    table = new_table()
    for heading in headings:
        numbers = heading in ("students", "before", "now", "by")
        table.add_column(heading, justify="right" if numbers else "left", overflow="fold")
    return table
