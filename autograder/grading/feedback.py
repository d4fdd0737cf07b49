"""What a student reads in a test cell: the score, and what each failed test says."""

from __future__ import annotations

from html import escape

import bleach
import nbformat
from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath
from nbformat import NotebookNode

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
            lines.append("       " + (_advice(test) if _advice(test) != told else "(the same)"))
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
    return f"{test.misconception.capitalize()}? {test.hint}" if test.misconception else test.hint


def markdown2html(source: str) -> str:
    """Render a cell's Markdown for the pages of nbgrader, without anything that could run there.

    nbgrader's templates insert what this filter returns as it is, so students' own HTML has to be
    cleaned here.
    """
    rendered = MarkdownWithMath(renderer=IPythonRenderer(escape=False)).render(source)
    cleaned: str = bleach.clean(rendered, tags=_ALLOWED_TAGS, attributes=_is_allowed_attribute)
    return cleaned


def _is_allowed_attribute(tag: str, name: str, value: str) -> bool:
    if name in ("class", "id", "title", "align", "colspan", "rowspan"):
        return True
    if tag == "a" and name == "href":
        return value.startswith(("http://", "https://", "mailto:", "#"))
    if tag == "img":
        is_picture = value.startswith(("data:image/png;base64,", "data:image/jpeg;base64,"))
        return name in ("alt", "width", "height") or (name == "src" and is_picture)
    return False
