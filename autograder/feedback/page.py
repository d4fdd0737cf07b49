"""``feedback_page(graded_notebook, assignment) -> str``: the page that a student receives.

One file without a script, without the network, and without anything of a student's that could run.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from html import escape
from types import MappingProxyType
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup
from nbconvert.filters import strip_ansi
from nbformat import NotebookNode
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import PythonLexer

from autograder.course import Assignment
from autograder.feedback.exercises import Exercise, Mark, exercises_of
from autograder.feedback.figures import in_words, picture
from autograder.feedback.markdown import markdown2html
from autograder.notebooks.cells import grade_id, is_autograded, is_manual
from autograder.notebooks.display import NOT_RUN, pictures_of, printable
from autograder.notebooks.reading import released_notebook

_NOTHING: Mapping[str, Any] = MappingProxyType({})
_MAX_PROGRAM = 50_000
_MAX_OUTPUT = 20_000
# All pictures of a page together, in base64: a mail or an LMS should take it.
_MAX_PICTURES = 1_000_000


def feedback_page(
    graded_notebook: NotebookNode,
    assignment: Assignment,
    *,
    student: str = "",
    remark: str = "",
    marks: Mapping[str, Mark] = _NOTHING,
    comments: Mapping[str, str] = _NOTHING,
    seconds_late: float = 0.0,
    late_penalty: float = 0.0,
) -> str:
    """The feedback page of a graded notebook, as HTML.

    Args:
        graded_notebook: what :func:`autograder.grading.grade.grade` made of a submission.
        assignment: what it belongs to; its released notebook names the exercises.
        student: whose it is.
        remark: what the grader has to say of the submission as a whole, such as another file name.
        marks: a gradebook's points, by graded cell; without them, the grader's own, and what a
            teacher has to read waits.
        comments: what a teacher wrote, by cell.
        seconds_late: how long after the due date it was handed in.
        late_penalty: the points that this costs.
    """
    released = released_notebook(assignment)
    exercises = exercises_of(graded_notebook, released, marks, comments)
    pictures = _Pictures()
    template = _templates().get_template("page.html.j2")
    return template.render(
        title=_title(released, assignment),
        student=student,
        remarks=[remark, *graded_notebook.metadata.get("autograder", {}).get("remarks", ())],
        exercises=[_shown_exercise(exercise, pictures) for exercise in exercises],
        total=_total(exercises, late_penalty),
        late=_late(seconds_late, late_penalty),
        chapter=list(_chapter(graded_notebook, exercises, pictures)),
    )


def not_graded_page(assignment: Assignment, reason: str, *, student: str = "") -> str:
    """The page for a submission that could not be graded: that it was not, and why."""
    template = _templates().get_template("not_graded.html.j2")
    title = _title(released_notebook(assignment), assignment)
    return template.render(title=title, student=student, reason=reason)


@cache
def _templates() -> Environment:
    environment = Environment(
        loader=PackageLoader("autograder.feedback"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["points"] = lambda number: f"{number:g}"
    environment.filters["code"] = _with_code
    environment.filters["markdown"] = lambda text: Markup(markdown2html(text, highest_heading=4))
    return environment


def _with_code(text: str) -> Markup:
    """A sentence in which what stands between backticks is shown as code."""
    return Markup(re.sub(r"`([^`]+)`", r"<code>\1</code>", escape(text)))


def _title(released: NotebookNode, assignment: Assignment) -> str:
    for cell in released.cells:
        found = re.search(r"^# +(.+)$", cell.source, re.MULTILINE)
        if cell.cell_type == "markdown" and found:
            return found[1].replace("`", "")
    return assignment.name


@dataclass(frozen=True)
class _Total:
    score: float
    max_score: float
    waiting: float


def _total(exercises: list[Exercise], late_penalty: float) -> _Total:
    marks = [exercise.mark for exercise in exercises]
    score = sum(mark.score for mark in marks if not mark.waits)
    return _Total(
        score=round(max(0.0, score - late_penalty), 6),
        max_score=sum(mark.max_score for mark in marks),
        waiting=sum(mark.max_score for mark in marks if mark.waits),
    )


def _late(seconds: float, penalty: float) -> str:
    if seconds <= 0 and penalty <= 0:
        return ""
    when = f"Handed in {_duration(seconds)} after the due date" if seconds > 0 else "Handed in late"
    if penalty <= 0:
        return f"{when}; no points are taken off."
    return f"{when}: {penalty:g} {'point is' if penalty == 1 else 'points are'} taken off."


def _duration(seconds: float) -> str:
    minutes = max(1, round(seconds / 60))
    days, hours = divmod(round(minutes / 60), 24)
    if minutes < 100:
        return _count(minutes, "minute")
    return " and ".join(_count(n, unit) for n, unit in ((days, "day"), (hours, "hour")) if n)


def _count(number: int, unit: str) -> str:
    return f"{number} {unit}" + ("" if number == 1 else "s")


class _Pictures:
    """Lets pictures into a page until it is full."""

    def __init__(self) -> None:
        self._room = _MAX_PICTURES

    def fit(self, data: str) -> bool:
        self._room -= len(data)
        return self._room >= 0


def _shown_exercise(exercise: Exercise, pictures: _Pictures) -> dict[str, Any]:
    example = exercise.example
    of_figure = isinstance(example.get("expected"), dict)
    return {
        "exercise": exercise,
        "answers": [_answer(cell) for cell in exercise.sources],
        "example": None if of_figure else example,
        "figures": list(_figures(example, pictures)) if of_figure else [],
    }


def _answer(cell: NotebookNode) -> Markup:
    if cell.cell_type == "code":
        return program(cell.source)
    # Below the heading of its exercise, which is one of level 3 or lower.
    return Markup(markdown2html(cell.source, cell.get("attachments", {}), highest_heading=4))


def _figures(example: Mapping[str, Any], pictures: _Pictures) -> Iterator[dict[str, str]]:
    for title, drawing in (("Yours", example["got"]), ("Expected", example["expected"])):
        png = picture(drawing) if drawing else None
        if png and not pictures.fit(png):
            png = None
        yield {"title": title, "png": png or "", "words": in_words(drawing) if drawing else ""}


def program(source: str) -> Markup:
    """A program, with its words in colours."""
    source = printable(source, _MAX_PROGRAM)
    formatter = HtmlFormatter(nowrap=True)
    return Markup(f"<pre><code>{highlight(source, PythonLexer(), formatter)}</code></pre>")


def _chapter(
    notebook: NotebookNode, exercises: list[Exercise], pictures: _Pictures
) -> Iterator[dict[str, Any]]:
    """The notebook's cells, as it was handed in, with their outputs."""
    names = {exercise.grade_id: exercise for exercise in exercises}
    for index, cell in enumerate(notebook.cells):
        exercise = names.get(str(grade_id(cell)))
        told: dict[str, Any] = {"id": f"cell-{index}", "kind": cell.cell_type, "heading": ""}
        if is_manual(cell):  # it stands above
            told["body"] = ""
        elif cell.cell_type == "markdown":
            told["body"] = Markup(
                markdown2html(cell.source, cell.get("attachments", {}), highest_heading=3)
            )
            found = re.search(r"^#{1,2} +(.+)$", cell.source, re.MULTILINE)
            told["heading"] = printable(found[1].replace("`", ""), 120) if found else ""
        elif cell.cell_type == "code" and cell.source.strip():
            told["body"] = program(cell.source)
        elif cell.cell_type == "raw":
            told["body"] = Markup(f"<pre>{escape(printable(cell.source, _MAX_OUTPUT))}</pre>")
        else:
            continue
        outputs = [] if is_autograded(cell) else cell.get("outputs", [])
        told["exercise"] = exercise
        told["outputs"] = list(_outputs(outputs, pictures))
        told["was_not_run"] = any(map(_says_not_run, outputs))
        yield told


def _outputs(outputs: Any, pictures: _Pictures) -> Iterator[dict[str, str]]:
    for output in outputs:
        if output.output_type == "stream":
            yield {"kind": output.name, "text": _plain(output.text)}
        elif output.output_type == "error":
            yield {"kind": "error", "text": _plain("\n".join(output.traceback))}
        elif not _says_not_run(output):
            yield from _displayed(output.get("data", {}), pictures)


def _says_not_run(output: NotebookNode) -> bool:
    return bool(output.get("data", {}).get("text/plain") == NOT_RUN)


def _displayed(data: Mapping[str, Any], pictures: _Pictures) -> Iterator[dict[str, str]]:
    for mime, picture_data in list(pictures_of(dict(data)).items())[:1]:
        if pictures.fit(picture_data):
            yield {"kind": "picture", "text": f"data:{mime};base64,{picture_data}"}
        else:
            yield {"kind": "remark", "text": "A picture is left out: the page is full."}
        return
    if isinstance(data.get("text/plain"), str):
        yield {"kind": "result", "text": _plain(data["text/plain"])}


def _plain(text: str) -> str:
    return printable(strip_ansi(text), _MAX_OUTPUT)
