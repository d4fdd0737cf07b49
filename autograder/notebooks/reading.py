"""Reading notebooks: submissions, of which nothing is trusted, and the course's own.

Of a submission only what grading needs is kept, and only where it has the right form: the cells'
types, texts and pictures, the names that nbgrader gave them, and which kernel the notebook asks
for. Metadata that any tool may have written, rightly or wrongly, is left behind.

Half a character, a surrogate that lacks its other half (tools that cut texts leave such), becomes
U+FFFD, the replacement character: it can neither be written to a file nor sent to a kernel. In a
string or a comment that changes nothing, and all else in the notebook is graded.
"""

from __future__ import annotations

import errno
import json
import os
import stat
from pathlib import Path
from typing import Any

import nbformat
from nbformat import NotebookNode

from autograder.course import Assignment
from autograder.errors import CannotGrade, UserError
from autograder.notebooks.display import pictures_of

MAX_FILE_BYTES = 50 * 2**20
MAX_CELLS = 2_000

_FLAGS = ("grade", "locked", "solution", "task")


def read_notebook(path: Path) -> NotebookNode:
    """Read a notebook of format 4 whose cells have the right form.

    The file may be in any encoding of Unicode, with a byte order mark or without. It must be the
    notebook itself: a symbolic link is not followed, since whoever handed it in chose where it
    leads, such as to another student's notebook. (Links among the folders above are the
    instructor's.)

    Raises:
        CannotGrade: it cannot be read; the message says why and what to do.
    """
    return parse_notebook(read_submitted_file(path))


def parse_notebook(content: bytes) -> NotebookNode:
    """As :func:`read_notebook`, for the content of a file.

    Raises:
        CannotGrade: as there.
    """
    return _checked(_parse(content))


def read_submitted_file(path: Path) -> bytes:
    """The content of a file that was handed in.

    Raises:
        CannotGrade: it is no ordinary file, is too large or cannot be read.
    """
    try:
        with open(path, "rb", opener=_open_this) as file:
            if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
                raise CannotGrade("This is no ordinary file: hand in the .ipynb file itself.")
            content = file.read(MAX_FILE_BYTES + 1)
    except OSError as error:
        if error.errno == errno.ELOOP:
            raise CannotGrade(
                "The file is a symbolic link: hand in the .ipynb file itself."
            ) from None
        raise CannotGrade(f"The file cannot be read ({error.strerror}).") from None
    if len(content) > MAX_FILE_BYTES:
        raise CannotGrade(
            f"The file is larger than {MAX_FILE_BYTES // 2**20} MB: "
            "clear the outputs of the notebook and hand it in again."
        )
    return content


def _open_this(path: str, flags: int) -> int:
    # Without waiting: to open a pipe would take until somebody writes into it.
    return os.open(path, flags | os.O_NOFOLLOW | os.O_NONBLOCK)


def _parse(file: bytes) -> dict[str, Any]:
    try:
        content = json.loads(file)
    except UnicodeDecodeError:
        raise CannotGrade(
            "The file is not text, so it is no notebook: hand in the .ipynb file itself."
        ) from None
    except (ValueError, RecursionError) as error:
        where = f" (line {error.lineno})" if isinstance(error, json.JSONDecodeError) else ""
        raise CannotGrade(
            f"The file is not valid JSON{where}, so it is no notebook: open it in Jupyter, save it "
            "and hand it in again."
        ) from None
    if not isinstance(content, dict) or "nbformat" not in content:
        raise CannotGrade("The file is JSON but no Jupyter notebook: hand in the .ipynb file.")
    version = content["nbformat"]
    if isinstance(version, bool) or not isinstance(version, int | float):
        raise CannotGrade(
            "The notebook does not say its format version as a number: open it in JupyterLab, "
            "save it and hand it in again."
        )
    if version != 4:
        raise CannotGrade(
            f"The notebook has format version {str(version)[:20]!r}, and the course "
            "uses version 4: open it in JupyterLab, save it and hand it in again."
        )
    return content


def _checked(content: dict[str, Any]) -> NotebookNode:
    cells = content.get("cells")
    if not isinstance(cells, list):
        raise CannotGrade("The notebook has no list of cells: save it in Jupyter once more.")
    if len(cells) > MAX_CELLS:
        raise CannotGrade(f"The notebook has more than {MAX_CELLS} cells.")
    return nbformat.v4.new_notebook(
        metadata=_checked_metadata(content.get("metadata")),
        cells=[_checked_cell(cell, index) for index, cell in enumerate(cells)],
    )


def _checked_metadata(metadata: Any) -> NotebookNode:
    """What the notebook says of its kernel and its language."""
    kernel = _texts_of(_entry(metadata, "kernelspec"), "name", "display_name", "language")
    language = _texts_of(_entry(metadata, "language_info"), "name")
    kept = {}
    if kernel:
        kept["kernelspec"] = {"name": "", "display_name": "", **kernel}
    if language:
        kept["language_info"] = language
    return nbformat.from_dict(kept)


def _texts_of(value: Any, *names: str) -> dict[str, str]:
    entries = {name: _entry(value, name) for name in names}
    return {name: _text(entry) for name, entry in entries.items() if isinstance(entry, str)}


def _entry(value: Any, name: str) -> Any:
    return value.get(name) if isinstance(value, dict) else None


def _checked_cell(cell: Any, index: int) -> NotebookNode:
    """A fresh cell with the student's text and pictures and nbgrader's name and flags."""
    source, kind = _joined(_entry(cell, "source")), _entry(cell, "cell_type")
    if source is None or kind not in ("code", "markdown", "raw"):
        raise CannotGrade(f"Cell {index + 1} of the notebook is malformed: save it in Jupyter.")
    make = getattr(nbformat.v4, f"new_{kind}_cell")
    fresh: NotebookNode = make(source=_text(source), id=f"student-{index}")
    nbgrader = _entry(_entry(cell, "metadata"), "nbgrader")
    name = _entry(nbgrader, "grade_id")
    if isinstance(name, str):
        flags = {key: nbgrader[key] for key in _FLAGS if isinstance(nbgrader.get(key), bool)}
        fresh.metadata["nbgrader"] = nbformat.from_dict({"grade_id": _text(name), **flags})
    attachments = _entry(cell, "attachments")
    if kind == "markdown" and isinstance(attachments, dict):
        fresh["attachments"] = _checked_attachments(attachments)
    return fresh


def _joined(text: Any) -> str | None:
    """A text, which the format allows to be kept as a list of lines; None for anything else."""
    if isinstance(text, list) and all(isinstance(line, str) for line in text):
        return "".join(text)
    return text if isinstance(text, str) else None


def _text(text: str) -> str:
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _checked_attachments(attachments: dict[str, Any]) -> NotebookNode:
    """Pictures pasted into an answer; other attachments are left out."""
    kept: dict[str, dict[str, str]] = {}
    for name, bundle in attachments.items():
        entries = bundle if isinstance(bundle, dict) else {}
        pictures = pictures_of({mime: _joined(data) for mime, data in entries.items()})
        if pictures:
            kept[_text(name)] = pictures
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
