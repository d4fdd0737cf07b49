"""What student code showed, made safe to show to others: text and pictures, nothing that runs."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Sequence
from typing import Any

import nbformat
from nbformat import NotebookNode

# HTML, SVG, JavaScript and LaTeX could carry scripts into the pages that graders open.
PICTURES = ("image/png", "image/jpeg", "image/gif", "image/webp")
NOT_RUN = "[grader] This cell is the course's own and decides no grade, so it was not run again."
_BASE64 = re.compile(r"[A-Za-z0-9+/=\s]+", re.ASCII)

# Halves of characters, which can be written to no file; and what makes a terminal do things, or
# show a text in another order than it is written in.
_HALVES = r"\ud800-\udfff"
_COMMANDS = r"\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069"
_UNWRITABLE = re.compile(f"[{_HALVES}]")
_UNPRINTABLE = re.compile(f"[{_COMMANDS}{_HALVES}]")


def printable(text: str, limit: int = 1000) -> str:
    """A text that others wrote, such as an error message, fit for a terminal and a log.

    Control characters become U+FFFD, the replacement character, but for tabs and line ends; of a
    long text the beginning is kept.
    """
    return _UNPRINTABLE.sub("\ufffd", text if len(text) <= limit else f"{text[:limit]} ...")


def as_csv(rows: Iterable[Sequence[Any]]) -> str:
    """A table with texts that others wrote, as CSV: no spreadsheet takes them for formulas."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    for row in rows:
        writer.writerow([_no_formula(e) if isinstance(e, str) else e for e in row])
    return text.getvalue()


def _no_formula(text: str) -> str:
    shown = printable(text)
    return f"'{shown}" if shown.startswith(("=", "+", "-", "@", "\t")) else shown


def shown_outputs(messages: list[tuple[str, dict[str, Any]]]) -> list[NotebookNode]:
    """Turn a kernel's output messages into notebook outputs, leaving out what is not safe."""
    outputs = [_shown_output(kind, content) for kind, content in messages]
    return [output for output in outputs if output is not None]


def pictures_of(bundle: dict[str, Any]) -> dict[str, str]:
    """The entries of a MIME bundle that are pictures, in base64, which no page can run."""
    return {
        mime: data
        for mime in PICTURES
        if isinstance(data := bundle.get(mime), str) and _BASE64.fullmatch(data)
    }


def notice(text: str) -> NotebookNode:
    """An output in which the grader says something about a cell."""
    return nbformat.v4.new_output("stream", name="stderr", text=f"[grader] {text}\n")


def not_run() -> NotebookNode:
    """An output that says, folded, that a cell of the course was not run again."""
    data = {
        "text/plain": NOT_RUN,
        "text/html": "<details><summary><small>not run</small></summary>"
        f"{NOT_RUN.removeprefix('[grader] ')}</details>",
    }
    return nbformat.v4.new_output("display_data", data=data)


def _shown_output(kind: str, content: dict[str, Any]) -> NotebookNode | None:
    if kind == "stream":
        name = "stderr" if content.get("name") == "stderr" else "stdout"
        return nbformat.v4.new_output("stream", name=name, text=_text(content.get("text")))
    if kind == "error":
        traceback = content.get("traceback")
        lines = [_text(line) for line in traceback] if isinstance(traceback, list) else []
        return nbformat.v4.new_output(
            "error",
            ename=_text(content.get("ename")),
            evalue=_text(content.get("evalue")),
            traceback=lines,
        )
    data = content.get("data")
    safe = _safe_data(data) if isinstance(data, dict) else {}
    return nbformat.v4.new_output("display_data", data=safe) if safe else None


def _safe_data(data: dict[str, Any]) -> dict[str, str]:
    plain = data.get("text/plain")
    text = {"text/plain": _text(plain)} if isinstance(plain, str) else {}
    return text | pictures_of(data)


def _text(value: Any) -> str:
    return _UNWRITABLE.sub("\ufffd", value) if isinstance(value, str) else ""
