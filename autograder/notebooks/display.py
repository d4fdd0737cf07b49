"""What student code showed, made safe to show to others: text, PNG and JPEG, nothing that runs."""

from __future__ import annotations

import re
from typing import Any

import nbformat
from nbformat import NotebookNode

# HTML, SVG, JavaScript and LaTeX could carry scripts into the pages that graders open.
SAFE_IMAGES = ("image/png", "image/jpeg")
_BASE64 = re.compile(r"[A-Za-z0-9+/=\s]*")


def shown_outputs(messages: list[tuple[str, dict[str, Any]]]) -> list[NotebookNode]:
    """Turn a kernel's output messages into notebook outputs, leaving out what is not safe."""
    outputs = [_shown_output(kind, content) for kind, content in messages]
    return [output for output in outputs if output is not None]


def notice(text: str) -> NotebookNode:
    """An output in which the grader says something about a cell."""
    return nbformat.v4.new_output("stream", name="stderr", text=f"[grader] {text}\n")


def not_run() -> NotebookNode:
    """An output that says, folded, that a cell of the course was not run again."""
    text = "This cell is the course's own and decides no grade, so it was not run again."
    data = {
        "text/plain": f"[grader] {text}",
        "text/html": f"<details><summary><small>not run</small></summary>{text}</details>",
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
    safe = {}
    if isinstance(data.get("text/plain"), str):
        safe["text/plain"] = data["text/plain"]
    for mime in SAFE_IMAGES:
        if isinstance(data.get(mime), str) and _BASE64.fullmatch(data[mime]):
            safe[mime] = data[mime]
    return safe


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""
