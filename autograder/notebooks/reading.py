"""Reading notebooks: submissions, of which nothing is trusted, and the course's own."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import nbformat
from nbformat import NotebookNode

from autograder.course import Assignment
from autograder.errors import CannotGrade, UserError

MAX_FILE_BYTES = 50 * 2**20
MAX_CELLS = 2_000


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
