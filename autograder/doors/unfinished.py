"""Exercises that are not finished yet: what ``autograder new-exercise`` has left to their author.

Nothing of an assignment is released, prepared or verified as long as a gap is marked in its files.
"""

from __future__ import annotations

from pathlib import Path

from autograder.course import Assignment
from autograder.errors import UserError

MARK = "TODO(author)"


def parts_of(assignment: Assignment) -> tuple[Path, ...]:
    """The files that an assignment's exercises stand in."""
    module = f"{assignment.notebook}.py"
    grader = assignment.root / "autograder"
    return (
        assignment.source,
        assignment.source.with_name(f"{assignment.notebook}_checks.py"),
        assignment.root / "solutions" / module,
        assignment.suite,
        grader / "hidden" / "misconceptions" / module,
        grader / "hidden" / "families" / module,
        grader / "authoring" / "alternatives" / module,
    )


def expect_finished(assignment: Assignment) -> None:
    """Check that no gap is left in an assignment's files.

    Raises:
        UserError: one is; the message names the files, with the line of each one's first.
    """
    gaps = {}
    for path in parts_of(assignment):
        text = path.read_text("utf-8") if path.exists() else ""
        if MARK in text:
            line = text[: text.index(MARK)].count("\n") + 1
            gaps[path.relative_to(assignment.root)] = (text.count(MARK), line)
    if gaps:
        listed = ", ".join(f"{path} ({n}, from line {line})" for path, (n, line) in gaps.items())
        raise UserError(
            f"{assignment.name} is not finished: fill in what is marked {MARK} in {listed}."
        )
