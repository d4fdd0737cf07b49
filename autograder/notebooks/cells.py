"""What nbgrader says of a cell: its name, and whose it is."""

from __future__ import annotations

from nbformat import NotebookNode


def grade_id(cell: NotebookNode) -> str | None:
    """The nbgrader name of a cell, or None for an ordinary cell."""
    nbgrader = cell.metadata.get("nbgrader")
    return nbgrader["grade_id"] if nbgrader else None


def is_solution(cell: NotebookNode) -> bool:
    """Whether students write in this cell."""
    return bool(cell.metadata.get("nbgrader", {}).get("solution"))


def is_autograded(cell: NotebookNode) -> bool:
    """Whether this cell carries points that the hidden suite gives."""
    nbgrader = cell.metadata.get("nbgrader", {})
    return bool(nbgrader.get("grade")) and not nbgrader.get("solution")
