"""What a page says of each exercise, read from a graded notebook and from marks of a gradebook."""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from nbformat import NotebookNode

from autograder.grading.feedback import by_advice
from autograder.notebooks.cells import grade_id, is_autograded, is_manual, is_solution
from autograder.records import CellResult, TestResult

_HEADING = re.compile(r"^#{1,6}[ \t]+(.+?)[ \t#]*$", re.MULTILINE)
_POINTS = re.compile(r"\s*\(\d+(\.\d+)? points?\)$")
_ONE_LINE = 150


@dataclass(frozen=True)
class Mark:
    """What a gradebook says of one graded cell.

    Attributes:
        score: the points, a teacher's or the grader's.
        max_score: the points that can be earned.
        waits: whether a teacher has still to read it.
    """

    score: float
    max_score: float
    waits: bool = False


@dataclass(frozen=True)
class Exercise:
    """One graded cell, and all that is said of it.

    Attributes:
        grade_id: the graded cell's name.
        name: as the notebook's heading calls it.
        mark: its points.
        sources: the student's own cells of it, programs or one written answer.
        result: what the hidden tests found; None for an answer in words.
        example: see ``grading.examples``.
        comments: what a teacher wrote at its cells.
        is_empty: whether the student left it as it was handed out.
    """

    grade_id: str
    name: str
    mark: Mark
    sources: tuple[NotebookNode, ...] = ()
    result: CellResult | None = None
    example: Mapping[str, Any] = field(default_factory=dict)
    comments: tuple[str, ...] = ()
    is_empty: bool = False

    @property
    def is_read_by_a_teacher(self) -> bool:
        """Whether it is an answer in words."""
        return self.result is None

    @property
    def state(self) -> str:
        """In a word: ``waiting``, ``full``, ``part`` or ``none`` of the points."""
        if self.mark.waits:
            return "waiting"
        if self.mark.score >= self.mark.max_score:
            return "full"
        return "part" if self.mark.score > 0 else "none"

    @property
    def points(self) -> str:
        """The points, in words."""
        if self.mark.waits:
            return f"up to {self.mark.max_score:g}"
        return f"{self.mark.score:g} of {self.mark.max_score:g}"

    @property
    def why(self) -> str:
        """One line on why the points are what they are."""
        if self.mark.waits:
            return "waiting for a teacher"
        if self.result is None:
            return "no answer" if self.is_empty else "read by a teacher"
        if self.was_changed:
            return "set by a teacher"
        if self.state == "full":
            return "all tests passed"
        if self.is_empty:
            return "not answered yet"
        worst = max(self.failed, key=lambda group: sum(test.max_points for test in group[1]))
        return _first_sentence(worst[0])

    @property
    def was_changed(self) -> bool:
        """Whether the gradebook has other points than the hidden tests gave."""
        return self.result is not None and abs(self.mark.score - self.result.score) > 1e-9

    @property
    def passed(self) -> list[TestResult]:
        """The hidden tests that were passed."""
        return [test for test in self.result.tests if test.passed] if self.result else []

    @property
    def failed(self) -> list[tuple[str, list[TestResult]]]:
        """What failed tests say, each with all the tests that say it."""
        groups = by_advice(self.result.tests) if self.result else {}
        return [(advice, tests) for advice, tests in groups.items() if not tests[0].passed]


def exercises_of(
    notebook: NotebookNode,
    released: NotebookNode,
    marks: Mapping[str, Mark],
    comments: Mapping[str, str],
) -> list[Exercise]:
    """The graded cells of a notebook, in its order.

    Args:
        notebook: as it was graded.
        released: as it was handed out; its headings name the exercises.
        marks: from a gradebook, by graded cell; of what is missing, the grader's own.
        comments: a teacher's, by cell.
    """
    told = notebook.metadata.get("autograder", {})
    results = {entry["grade_id"]: CellResult.from_json(entry) for entry in told.get("cells", ())}
    written = {name: cell for cell in notebook.cells if (name := grade_id(cell))}
    before = {name: cell for cell in released.cells if (name := grade_id(cell))}
    exercises = []
    for name, (heading, answers) in _places(released).items():
        sources = tuple(written[answer] for answer in answers if answer in written)
        untouched = [cell.source == before[str(grade_id(cell))].source for cell in sources]
        is_empty = bool(untouched) and all(untouched)
        points = float(before[name].metadata["nbgrader"]["points"])
        result = results.get(name, CellResult(name)) if is_autograded(before[name]) else None
        if result is None:
            mark = Mark(0.0, points, waits=not is_empty)
        else:
            mark = Mark(result.score, points)
        exercises.append(
            Exercise(
                grade_id=name,
                name=heading,
                mark=marks.get(name, mark),
                sources=tuple(_without_docstring(cell, before) for cell in sources),
                result=result,
                example=told.get("examples", {}).get(name, {}),
                comments=tuple(
                    text for cell in dict.fromkeys((*answers, name)) if (text := comments.get(cell))
                ),
                is_empty=is_empty,
            )
        )
    return exercises


def _places(released: NotebookNode) -> dict[str, tuple[str, list[str]]]:
    """For each graded cell, the heading above it and the cells in which students answer."""
    places: dict[str, tuple[str, list[str]]] = {}
    heading, answers = "", []
    for cell in released.cells:
        name = grade_id(cell)
        if cell.cell_type == "markdown" and not is_solution(cell):
            found = _HEADING.findall(cell.source)
            heading = _POINTS.sub("", found[-1]) if found else heading
        if name and is_solution(cell):
            answers.append(name)
        if name and (is_autograded(cell) or is_manual(cell)):
            places[name] = (heading.replace("`", "") or name, answers)
            answers = []
    return places


def _without_docstring(cell: NotebookNode, released: Mapping[str, NotebookNode]) -> NotebookNode:
    """A program without the explanation that the course has put into it."""
    if cell.cell_type != "code":
        return cell
    shown = cell.copy()
    for given in _docstrings(released[str(grade_id(cell))].source):
        shown["source"] = shown["source"].replace(given, '"""..."""')
    return shown


def _docstrings(source: str) -> list[str]:
    try:
        nodes = list(ast.walk(ast.parse(source)))
    except SyntaxError:
        return []
    functions = [node for node in nodes if isinstance(node, ast.FunctionDef)]
    texts = [node.body[0] for node in functions if ast.get_docstring(node)]
    return [segment for text in texts if (segment := ast.get_source_segment(source, text))]


def _first_sentence(text: str) -> str:
    sentence = re.split(r"(?<=[.?!:])\s", text.strip(), maxsplit=2)
    # A misconception's name is a question, and its sentence follows.
    short = " ".join(sentence[:2]) if sentence[0].endswith("?") else sentence[0]
    short = short.rstrip(":")
    if len(short) <= _ONE_LINE:
        return short
    return short[:_ONE_LINE].rsplit(" ", 1)[0] + " ..."
