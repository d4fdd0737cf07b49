"""Reading a submitted notebook, and giving it back the cells that belong to the course."""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import nbformat
from nbformat import NotebookNode

from autograder.errors import CannotGrade, UserError
from course_config import ASSIGNMENTS, ROOT, Assignment

MAX_FILE_BYTES = 50 * 2**20
MAX_CELLS = 2_000
RESTORED_NOTE = "This cell had been deleted; it was put back."


def read_notebook(path: Path) -> NotebookNode:
    """Read a notebook of format 4 whose cells have the right form.

    Raises:
        CannotGrade: it cannot be read; the message says why and what to do.
    """
    return _checked(_parse(_read_text(path)))


def _read_text(path: Path) -> str:
    try:
        if path.stat().st_size > MAX_FILE_BYTES:
            raise CannotGrade(
                f"The file is larger than {MAX_FILE_BYTES // 2**20} MB: "
                "clear the outputs of the notebook and hand it in again."
            )
        return path.read_text("utf-8")
    except UnicodeDecodeError:
        raise CannotGrade(
            "The file is not text, so it is no notebook: hand in the .ipynb file itself."
        ) from None
    except OSError as error:
        raise CannotGrade(f"The file cannot be read ({error.strerror}).") from None


def _parse(text: str) -> dict[str, Any]:
    try:
        content = json.loads(text)
    except (ValueError, RecursionError) as error:
        where = f" (line {error.lineno})" if isinstance(error, json.JSONDecodeError) else ""
        raise CannotGrade(
            f"The file is not valid JSON{where}, so it is no notebook: open it in Jupyter, save it "
            "and hand it in again."
        ) from None
    if not isinstance(content, dict) or "nbformat" not in content:
        raise CannotGrade("The file is JSON but no Jupyter notebook: hand in the .ipynb file.")
    if content["nbformat"] != 4:
        raise CannotGrade(
            f"The notebook has format version {str(content['nbformat'])[:20]!r}, and the course "
            "uses version 4: open it in JupyterLab, save it and hand it in again."
        )
    return content


def _checked(content: dict[str, Any]) -> NotebookNode:
    cells = content.get("cells")
    metadata = content.get("metadata", {})
    if not isinstance(cells, list) or not isinstance(metadata, dict):
        raise CannotGrade("The notebook has no list of cells: save it in Jupyter once more.")
    if len(cells) > MAX_CELLS:
        raise CannotGrade(f"The notebook has more than {MAX_CELLS} cells.")
    return nbformat.v4.new_notebook(
        metadata=nbformat.from_dict(metadata),
        cells=[_checked_cell(cell, index) for index, cell in enumerate(cells)],
    )


def _checked_cell(cell: Any, index: int) -> NotebookNode:
    """A fresh cell with the student's source and nbgrader's metadata, and nothing else."""
    source = cell.get("source") if isinstance(cell, dict) else None
    if isinstance(source, list) and all(isinstance(line, str) for line in source):
        source = "".join(source)
    if not isinstance(source, str) or cell.get("cell_type") not in ("code", "markdown", "raw"):
        raise CannotGrade(f"Cell {index + 1} of the notebook is malformed: save it in Jupyter.")
    make = getattr(nbformat.v4, f"new_{cell['cell_type']}_cell")
    fresh: NotebookNode = make(source=source, id=f"student-{index}")
    metadata = cell.get("metadata")
    nbgrader = metadata.get("nbgrader") if isinstance(metadata, dict) else None
    if isinstance(nbgrader, dict) and isinstance(nbgrader.get("grade_id"), str):
        fresh.metadata["nbgrader"] = nbformat.from_dict(nbgrader)
    if cell["cell_type"] == "markdown" and isinstance(cell.get("attachments"), dict):
        fresh["attachments"] = _checked_attachments(cell["attachments"])
    return fresh


def _checked_attachments(attachments: dict[str, Any]) -> NotebookNode:
    """Pictures pasted into an answer: PNG and JPEG only, base64 only."""
    kept: dict[str, dict[str, str]] = {}
    for name, bundle in attachments.items():
        for mime in ("image/png", "image/jpeg"):
            data = bundle.get(mime) if isinstance(bundle, dict) else None
            if isinstance(data, str) and re.fullmatch(r"[A-Za-z0-9+/=\s]*", data):
                kept[name] = {mime: data}
    return nbformat.from_dict(kept)


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


def released_notebook(assignment: Assignment) -> NotebookNode:
    """The notebook as students receive it.

    Raises:
        UserError: it has not been made yet.
    """
    try:
        return nbformat.read(assignment.release, as_version=4)
    except OSError:
        raise UserError(
            f"{assignment.release} is missing: run `nbgrader generate_assignment "
            f"{assignment.name}` in {assignment.release.parents[2]}."
        ) from None


def restore(submitted: NotebookNode, released: NotebookNode) -> NotebookNode:
    """The submission with every cell that belongs to the course as the course released it.

    Students' answers keep their text and nothing else (type, points and name are the course's);
    locked cells and test cells are the course's own; deleted ones come back at their place. The
    student's further cells keep theirs, right behind the course's cell that they followed.
    Of an answer that occurs several times, the last one that was filled in counts, and the others
    become ordinary cells. Applying this twice changes nothing.

    Raises:
        CannotGrade: the notebook has no cell of this assignment.
    """
    course_cells = {name: cell for cell in released.cells if (name := grade_id(cell))}
    counting = _cells_that_count(submitted, course_cells)
    if not counting:
        raise CannotGrade(
            "The notebook has none of the assignment's cells (no nbgrader metadata): hand in the "
            "released notebook with your answers in it."
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
            f"The notebook runs with a {language[:30]} kernel, and the course is in Python: "
            "choose a Python kernel in Jupyter and hand it in again."
        )
    name = str(spec.get("name") or "python3")
    if name in ("python3", "python"):
        return ""
    return f"The kernel {name[:60]!r} is not known here; the notebook ran with the course's Python."


def assignment_by_path(path: Path) -> Assignment | None:
    """The assignment that the folder, or else the file name, of a notebook tells."""
    for assignment in ASSIGNMENTS:
        if assignment.name == path.resolve().parent.name:
            return assignment
    for assignment in ASSIGNMENTS:
        if assignment.notebook == path.stem:
            return assignment
    return None


def assignment_by_cells(notebook: NotebookNode) -> Assignment:
    """The assignment that a notebook has test cells of.

    Raises:
        CannotGrade: it has none of any.
    """
    names = {grade_id(cell) for cell in notebook.cells}
    for assignment in ASSIGNMENTS:
        tests = {grade_id(c) for c in released_notebook(assignment).cells if is_autograded(c)}
        if names & tests:
            return assignment
    raise CannotGrade(
        "The notebook belongs to no assignment of this course "
        f"({', '.join(a.name for a in ASSIGNMENTS)}): neither its folder, its file name nor its "
        "cells say to which."
    )


def assignment_named(name: str) -> Assignment:
    """The assignment called ``name``.

    Raises:
        UserError: there is none.
    """
    for assignment in ASSIGNMENTS:
        if assignment.name == name:
            return assignment
    known = ", ".join(assignment.name for assignment in ASSIGNMENTS)
    raise UserError(f"There is no assignment {name!r}; the course has {known}.")


def student_of(path: Path, assignment: Assignment) -> str | None:
    """Who handed a notebook in, where it lies in ``<student>/<assignment>/``."""
    folder = path.resolve().parent
    is_the_course_itself = folder.parent.parent == ROOT
    if folder.name != assignment.name or is_the_course_itself:
        return None
    return folder.parent.name


def iter_notebooks(folder: Path) -> Iterator[Path]:
    """The notebooks below a folder, in a fixed order, without Jupyter's checkpoints."""
    for path in sorted(folder.rglob("*.ipynb")):
        if ".ipynb_checkpoints" not in path.parts:
            yield path
