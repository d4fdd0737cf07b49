"""Submissions made from the released notebook and a Python file with answers.

The file is in the percent format, one ``# %%`` line a cell:

    # %% posterior_mean                     the answer to the cell of that grade_id
    # %% [markdown] explain_shrinkage       a written answer, as a comment
    # %% after=posterior_mean               a further cell, behind the cell of that grade_id
    # %% delete=test_posterior_mean         the cell of that grade_id is deleted
    # %% replace=test_posterior_mean        the text of a locked cell is changed
"""

from __future__ import annotations

import copy
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from autograder.course import Assignment, Course
from autograder.errors import UserError
from autograder.notebooks.cells import grade_id
from autograder.notebooks.reading import released_notebook

_HEADING = re.compile(r"^# %% (?:(\[markdown\]) )?(?:(after|delete|replace)=)?(\w+)\s*$")


# The demo class. A student without a file for a notebook has handed in nothing for it.
DEMO_CLASS = {
    "alyssa": "solves everything",
    "ben": "solves it his own way",
    "carmen": "holds two misconceptions",
    "diego": "left half empty",
    "emi": "loops forever in one cell",
    "farid": "tries to cheat",
}
_ANSWERS_OF_THE_CLASS = Path(__file__).parent / "students"

# Seconds: nobody wants to wait a minute for each of Emi's loops.
_PATIENCE = 15.0


def has_handed_in(assignment: Assignment, student: str) -> bool:
    """Whether a student of the demo class has answers for an assignment."""
    return _answers_of(assignment, student).exists()


def demo_submission(assignment: Assignment, student: str) -> NotebookNode:
    """What a student of the demo class hands in."""
    return hand_in(released_notebook(assignment), _answers_of(assignment, student))


def with_little_patience(course: Course) -> Course:
    """The course with limits for the demo class."""
    limits = replace(course.limits, cell_seconds=_PATIENCE, call_seconds=_PATIENCE)
    return replace(course, limits=limits)


def _answers_of(assignment: Assignment, student: str) -> Path:
    return _ANSWERS_OF_THE_CLASS / student / f"{assignment.notebook}.py"


def hand_in(released: NotebookNode, answers: Path) -> NotebookNode:
    """The released notebook with the answers of a file filled in.

    Raises:
        UserError: the file has a malformed heading or names a cell that is not there.
    """
    notebook = copy.deepcopy(released)
    for markdown, action, name, text in _parts(answers):
        index = _index_of(notebook, name, answers)
        if action == "delete":
            del notebook.cells[index]
        elif action == "after":
            extra = nbformat.v4.new_code_cell(text, id=f"{name}-extra-{len(notebook.cells)}"[:64])
            notebook.cells.insert(index + 1, extra)
        else:
            notebook.cells[index].source = _uncommented(text) if markdown else text
    return notebook


def fill_in(released: NotebookNode, sources: dict[str, str]) -> NotebookNode:
    """The released notebook with the text of some cells, by grade_id, replaced."""
    notebook = copy.deepcopy(released)
    for cell in notebook.cells:
        name = grade_id(cell)
        if name in sources:
            cell.source = sources[name]
    return notebook


def named_answers(path: Path) -> Iterator[tuple[str, str, str]]:
    """Several answers to each exercise: triples of function, name and text.

    The headings read ``# %% posterior_mean: a loop in NumPy``.
    """
    if not path.exists():
        return
    for part in re.split(r"^# %% ", path.read_text("utf-8"), flags=re.MULTILINE)[1:]:
        heading, _, text = part.partition("\n")
        function, _, name = heading.partition(":")
        yield function.strip(), name.strip(), text.strip("\n")


def _parts(answers: Path) -> Iterator[tuple[bool, str, str, str]]:
    heading: re.Match[str] | None = None
    lines: list[str] = []
    for line in [*answers.read_text("utf-8").splitlines(), None]:
        if line is None or line.startswith("# %%"):
            if heading:
                yield bool(heading[1]), heading[2] or "", heading[3], "\n".join(lines).strip("\n")
            lines = []
            heading = _HEADING.match(line) if line is not None else None
            if line is not None and not heading:
                raise UserError(f"{answers}: {line!r} is no heading of an answer.")
        else:
            lines.append(line)


def _index_of(notebook: NotebookNode, name: str, answers: Path) -> int:
    for index, cell in enumerate(notebook.cells):
        if grade_id(cell) == name:
            return index
    raise UserError(f"{answers}: the notebook has no cell {name!r}.")


def _uncommented(text: str) -> str:
    return "\n".join(re.sub(r"^# ?", "", line) for line in text.splitlines())
