"""What a student reads in a test cell: the score, and what each failed test says."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import partial
from html import escape, unescape
from textwrap import indent
from types import MappingProxyType
from typing import Any
from urllib.parse import unquote

import nbformat
from bleach.html5lib_shim import Filter
from bleach.sanitizer import Cleaner
from jinja2 import pass_context
from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath
from nbformat import NotebookNode

from autograder.notebooks.display import PICTURES, printable
from autograder.records import CellResult, TestResult

_PASSED, _FAILED = "#00664b", "#a33f00"
_ALLOWED_TAGS = frozenset(
    (
        "a abbr b blockquote br code col dd del details div dl dt em h1 h2 h3 h4 h5 h6 hr "
        "i img kbd li ol p pre s small span strong sub summary sup table tbody td tfoot "
        "th thead tr ul"
    ).split()
)


def outputs_of(cell: CellResult) -> list[NotebookNode]:
    """The outputs of a test cell: feedback to read, then the score for nbgrader to read.

    nbgrader takes the points from an ``execute_result`` whose text is a plain number.
    """
    return [
        nbformat.v4.new_output(
            "display_data", data={"text/html": _as_html(cell), "text/plain": as_text(cell)}
        ),
        nbformat.v4.new_output(
            "execute_result", data={"text/plain": repr(float(cell.score))}, execution_count=None
        ),
    ]


def as_text(cell: CellResult) -> str:
    """The feedback without markup."""
    lines = [f"{cell.grade_id}: {cell.score:g} of {cell.max_score:g} points"]
    told = ""
    for test in cell.tests:
        lines.append(f"  {'ok  ' if test.passed else 'FAIL'} {test.tests_that}")
        if not test.passed:
            lines.append(indent(_advice(test) if _advice(test) != told else "(the same)", " " * 7))
            told = _advice(test)
    return "\n".join(lines)


def _as_html(cell: CellResult) -> str:
    color = _PASSED if cell.score == cell.max_score else _FAILED
    advice = [_advice(test) for test in cell.tests]
    rows = "".join(
        _row(test, "" if i and advice[i] == advice[i - 1] else advice[i])
        for i, test in enumerate(cell.tests)
    )
    return (
        f'<div style="border-left: 4px solid {color}; padding: 0.3em 0.8em">'
        f"<p><strong>{cell.score:g} of {cell.max_score:g} points</strong></p>"
        f'<ul style="list-style: none; padding-left: 0">{rows}</ul></div>'
    )


def _row(test: TestResult, advice: str) -> str:
    mark, color = ("✓", _PASSED) if test.passed else ("✗", _FAILED)
    points = f"{test.points:g}/{test.max_points:g}"
    text = (
        f'<span style="color: {color}">{mark}</span> {escape(test.tests_that)} '
        f"<small>({points})</small>"
    )
    if advice:
        text += f'<div style="margin: 0 0 0.5em 1.3em">{escape(advice)}</div>'
    return f"<li>{text}</li>"


def _advice(test: TestResult) -> str:
    if test.passed:
        return ""
    # It may quote an error message of student code.
    hint = printable(test.hint)
    return f"{test.misconception.capitalize()}? {hint}" if test.misconception else hint


# Markdown's tools take a time that grows with the square of this: 5,000 take a second.
_MOST_MARKUP = 5_000
_PICTURE = re.compile(rf"data:({'|'.join(PICTURES)});base64,[A-Za-z0-9+/=\s]+", re.ASCII)


@pass_context
def cell_markdown2html(context: Mapping[str, Any], source: str) -> str:
    """:func:`markdown2html` as a filter of nbgrader's templates, with the cell's pictures."""
    return markdown2html(source, (context.get("cell") or {}).get("attachments", {}))


def markdown2html(source: str, attachments: Mapping[str, Any] = MappingProxyType({})) -> str:
    """Render a cell's Markdown for the pages of nbgrader, without anything that could run there.

    nbgrader's templates insert what this returns as it is, so students' own HTML has to be cleaned
    here. Pasted pictures are shown; one that is not in the notebook is named in its place. What is
    too long, or what Markdown's tools give up on, is shown as it was typed.

    Args:
        source: Markdown.
        attachments: the cell's pictures, by name and MIME type, in base64.
    """
    as_typed = f"<pre>{escape(source)}</pre>"
    if len(re.findall(r"[^\w\s+/=]", source)) > _MOST_MARKUP:
        return as_typed
    cleaner = Cleaner(
        tags=_ALLOWED_TAGS,
        attributes=_is_allowed_attribute,
        protocols=("http", "https", "mailto", "data", "attachment"),
        filters=[partial(_WithPictures, attachments=attachments)],
    )
    try:
        renderer = _LeavingPictures(escape=False)
        return str(cleaner.clean(MarkdownWithMath(renderer=renderer).render(source)))
    except Exception:  # no answer may keep the page from being made
        return as_typed


class _LeavingPictures(IPythonRenderer):
    """Leaves pictures as they are; nbconvert refuses the whole page where one is not there."""

    def image(self, text: str, url: str, title: str | None = None) -> str:
        rendered: str = super(IPythonRenderer, self).image(text, url, title)
        return rendered


class _WithPictures(Filter):
    """Puts a cell's pasted pictures in, and names those that are not there.

    A picture somewhere on the web is named as well: to load it would tell who reads the page.
    """

    def __init__(self, source: Any, attachments: Mapping[str, Mapping[str, str]]) -> None:
        super().__init__(source)
        self._attachments = attachments

    def __iter__(self) -> Iterator[dict[str, Any]]:
        for token in super().__iter__():
            yield self._picture(token) if token.get("name") == "img" else token

    def _picture(self, token: dict[str, Any]) -> dict[str, Any]:
        address = unquote(unescape(token["data"].get((None, "src"), "")))
        bundle = self._attachments.get(address.removeprefix("attachment:"), {})
        pasted = [f"data:{mime};base64,{data}" for mime, data in bundle.items()]
        source = pasted[0] if pasted and address.startswith("attachment:") else address
        if _PICTURE.fullmatch(source):
            return token | {"data": token["data"] | {(None, "src"): source}}
        return {"type": "Characters", "data": f"[picture that cannot be shown: {address[:200]}]"}


def _is_allowed_attribute(tag: str, name: str, value: str) -> bool:
    if name in ("class", "id", "title", "align", "colspan", "rowspan"):
        return True
    if tag == "a" and name == "href":
        return value.startswith(("http://", "https://", "mailto:", "#"))
    return tag == "img" and name in ("alt", "width", "height", "src")
