"""Which written answers a teacher has still to mark: nbgrader's rules, with two differences.

A mark stays valid when a submission is graded again, as long as the answer is the same; nbgrader
would ask for it anew. And where the place for an answer is empty, but the student has written
somewhere else in the notebook, a teacher decides; nbgrader would enter a zero.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from nbformat import NotebookNode
from nbgrader import preprocessors
from nbgrader.api import Grade, SubmittedAssignment
from nbgrader.utils import determine_grade

from autograder.files import write_at_once
from autograder.notebooks.cells import grade_id, is_manual
from autograder.notebooks.reading import released_notebook
from course_config import COURSE

Processed = tuple[NotebookNode, dict[str, Any]]


def waits(grade: Grade) -> bool:
    """Whether a written answer is to be marked, for the first time or because it has changed."""
    return grade.auto_score is None and (grade.manual_score is None or grade.needs_manual_grade)


def to_be_marked(submission: SubmittedAssignment) -> list[str]:
    """The names of the answers of a submission that are to be marked."""
    return sorted(
        grade.name for notebook in submission.notebooks for grade in notebook.grades if waits(grade)
    )


class SaveScores(preprocessors.SaveAutoGrades):
    """Enters the scores of a graded submission, and which answers are to be marked."""

    def preprocess(self, nb: NotebookNode, resources: dict[str, Any]) -> Processed:
        """As nbgrader's own; the answers are remembered until the submission is graded again."""
        told = resources["nbgrader"]
        assignment = COURSE.assignment(told["assignment"])
        path = Path(told["graded_answers"])
        released = released_notebook(assignment)
        added = _added_texts(nb, released)
        answers = {name: _hash(text) for name, text in _answers(nb, released, added).items()}
        before = _remembered(path)
        self._unchanged = {name for name, answer in answers.items() if before.get(name) == answer}
        self._wrote_elsewhere = bool(added)
        processed: Processed = super().preprocess(nb, resources)
        # Only now: should this be interrupted, what has changed has to be seen again.
        write_at_once(path, json.dumps(answers).encode())
        return processed

    def _add_score(self, cell: NotebookNode, resources: dict[str, Any]) -> None:
        """Enter a cell's score in one transaction."""
        name = str(grade_id(cell))
        where = (self.notebook_id, self.assignment_id, self.student_id)
        grade = self.gradebook.find_grade(name, *where)
        grade.auto_score, _ = determine_grade(cell, self.log)
        if is_manual(cell) and (self._wrote_elsewhere or grade.manual_score is not None):
            grade.auto_score = None  # which is no zero, although its cell may be empty
        if grade.manual_score is None:
            grade.needs_manual_grade = grade.auto_score is None
        elif name not in self._unchanged:
            grade.needs_manual_grade = True
            if is_manual(cell):
                self.log.warning(
                    "%s of %s was marked and has changed since: mark it again.",
                    *(name, self.student_id),
                )
        self.gradebook.db.commit()


def _answers(
    notebook: NotebookNode, released: NotebookNode, added: Sequence[str]
) -> dict[str, str]:
    """The text of each written answer: what stands in its cell, else all that was added."""
    empty = {grade_id(cell): cell.source for cell in released.cells if is_manual(cell)}
    return {
        str(name): "\n\n".join(added) if cell.source == empty.get(name) else cell.source
        for cell in notebook.cells
        if is_manual(cell) and (name := grade_id(cell))
    }


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _remembered(path: Path) -> dict[str, str]:
    try:
        answers = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError):  # marks are asked for again, which loses nothing
        return {}
    return answers if isinstance(answers, dict) else {}


def _added_texts(notebook: NotebookNode, released: NotebookNode) -> list[str]:
    """The student's own texts outside of the places for answers."""
    known = {cell.source.strip() for cell in released.cells}
    return [
        cell.source
        for cell in notebook.cells
        if cell.cell_type == "markdown"
        and grade_id(cell) is None
        and cell.source.strip() not in {*known, ""}
    ]
