"""What nbgrader says of a cell: its name, and whose it is."""

from __future__ import annotations

from typing import Any

from nbformat import NotebookNode


def grade_id(cell: NotebookNode) -> str | None:
    """The nbgrader name of a cell, or None for an ordinary cell."""
    name = _nbgrader(cell).get("grade_id")
    return name if isinstance(name, str) else None


def is_solution(cell: NotebookNode) -> bool:
    """Whether students write in this cell."""
    return bool(_nbgrader(cell).get("solution"))


def is_autograded(cell: NotebookNode) -> bool:
    """Whether this cell carries points that the hidden suite gives."""
    nbgrader = _nbgrader(cell)
    return bool(nbgrader.get("grade")) and not nbgrader.get("solution")


def is_manual(cell: NotebookNode) -> bool:
    """Whether a teacher gives the points of this cell."""
    nbgrader = _nbgrader(cell)
    return bool(nbgrader.get("grade") and nbgrader.get("solution")) or bool(nbgrader.get("task"))


def _nbgrader(cell: NotebookNode) -> dict[str, Any]:
    nbgrader = cell.metadata.get("nbgrader")
    return nbgrader if isinstance(nbgrader, dict) else {}
