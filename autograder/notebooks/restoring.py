"""Giving a submission back the cells that belong to the course."""

from __future__ import annotations

import copy

from nbformat import NotebookNode

from autograder.errors import CannotGrade
from autograder.notebooks.cells import grade_id, is_autograded, is_solution
from autograder.notebooks.display import printable

RESTORED_NOTE = "This cell had been deleted; it was put back."


def restore(submitted: NotebookNode, released: NotebookNode) -> NotebookNode:
    """The submission with every cell that belongs to the course as the course released it.

    Students' answers keep their text and nothing else (type, points and name are the course's);
    locked cells and test cells are the course's own; deleted ones come back at their place. The
    student's further cells keep theirs, right behind the course's cell that they followed.
    Of an answer that occurs several times, the last one that was filled in counts, and the others
    become ordinary cells. Applying this twice changes nothing.

    Raises:
        CannotGrade: the notebook has no exercise of this assignment.
    """
    course_cells = {name: cell for cell in released.cells if (name := grade_id(cell))}
    counting = _cells_that_count(submitted, course_cells)
    if not counting:
        raise CannotGrade(
            "The notebook has none of the assignment's cells (no nbgrader metadata): hand in the "
            "released notebook with your answers in it."
        )
    # Notebooks of one course share cells for set-up.
    if not any(
        is_solution(course_cells[name]) or is_autograded(course_cells[name]) for name in counting
    ):
        raise CannotGrade(
            "The notebook has none of the assignment's exercises: is it that of another assignment?"
        )
    followers = _followers(submitted, counting, course_cells)
    cells = followers[None]
    for cell in released.cells:
        name = grade_id(cell)
        if name is None:
            continue
        cells.append(_restored(cell, submitted.cells[counting[name]] if name in counting else None))
        cells += followers.get(name, [])
    restored = copy.deepcopy(released)
    restored.cells = cells
    return restored


def _cells_that_count(
    submitted: NotebookNode, course_cells: dict[str, NotebookNode]
) -> dict[str, int]:
    """For each course cell that was handed in, the index of the one that counts."""
    counting: dict[str, int] = {}
    for index, cell in enumerate(submitted.cells):
        name = grade_id(cell)
        if name in course_cells and (
            name not in counting or not _is_untouched(cell, course_cells[name])
        ):
            counting[name] = index
    return counting


def _is_untouched(cell: NotebookNode, course_cell: NotebookNode) -> bool:
    """Whether the student wrote nothing into this cell (nobody writes into a locked one)."""
    return not is_solution(course_cell) or cell.source.strip() == course_cell.source.strip()


def _followers(
    submitted: NotebookNode, counting: dict[str, int], course_cells: dict[str, NotebookNode]
) -> dict[str | None, list[NotebookNode]]:
    """The student's other cells, by the course cell that they come after (None: at the start).

    Copies of course cells that nobody filled in are left out: an empty copy of an answer, run
    later, would take the answer's place.
    """
    by_index = {index: name for name, index in counting.items()}
    followers: dict[str | None, list[NotebookNode]] = {None: []}
    leader: str | None = None
    for index, cell in enumerate(submitted.cells):
        if index in by_index:
            leader = by_index[index]
            continue
        name = grade_id(cell)
        if name in course_cells and _is_untouched(cell, course_cells[name]):
            continue
        ordinary = copy.deepcopy(cell)
        ordinary.metadata.pop("nbgrader", None)
        followers.setdefault(leader, []).append(ordinary)
    return followers


def _restored(course_cell: NotebookNode, student_cell: NotebookNode | None) -> NotebookNode:
    cell = copy.deepcopy(course_cell)
    if student_cell is None:
        if is_solution(cell) and cell.cell_type == "code":
            cell.source = f"# {RESTORED_NOTE}\n{cell.source}"
    elif is_solution(cell):
        cell.source = student_cell.source
        if cell.cell_type == "markdown" and "attachments" in student_cell:
            cell["attachments"] = student_cell["attachments"]
    return cell


def kernel_note(notebook: NotebookNode) -> str:
    """A sentence on a kernel that the course does not have, or nothing.

    Raises:
        CannotGrade: the notebook is not written in Python.
    """
    spec = notebook.metadata.get("kernelspec")
    info = notebook.metadata.get("language_info")
    spec = spec if isinstance(spec, dict) else {}
    info = info if isinstance(info, dict) else {}
    language = str(spec.get("language") or info.get("name") or "python").lower()
    if language != "python":
        raise CannotGrade(
            f"The notebook runs with a {printable(language, 30)} kernel, and the course is in "
            "Python: choose a Python kernel in Jupyter and hand it in again."
        )
    name = str(spec.get("name") or "python3")
    if name in ("python3", "python"):
        return ""
    return f"The kernel {name[:60]!r} is not known here; the notebook ran with the course's Python."
