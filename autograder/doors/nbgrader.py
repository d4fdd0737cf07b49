"""The door for nbgrader: ``nbgrader autograde`` and the form grader's button grade through it.

``course_config.configure`` puts these classes in the place of nbgrader's own.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, ClassVar

from nbconvert.exporters import NotebookExporter
from nbformat import NotebookNode
from nbgrader.preprocessors import NbGraderPreprocessor

from autograder.course import Assignment
from autograder.errors import CannotGrade
from autograder.grading.grade import grade
from autograder.notebooks.cells import grade_id
from autograder.notebooks.reading import read_notebook, released_notebook
from autograder.notebooks.restoring import kernel_note, restore
from course_config import COURSE

Processed = tuple[NotebookNode, dict[str, Any]]


class SubmissionExporter(NotebookExporter):
    """Reads submissions as :func:`autograder.notebooks.reading.read_notebook` does."""

    def from_filename(  # type: ignore[override]
        self, filename: str, resources: dict[str, Any] | None = None, **kw: Any
    ) -> tuple[str, dict[str, Any]]:
        """Convert the notebook of that name; refuse it in one sentence if it cannot be read."""
        try:
            notebook = read_notebook(Path(filename))
            converted: tuple[str, dict[str, Any]] = self.from_notebook_node(
                notebook, resources=resources, **kw
            )
        except CannotGrade as problem:
            self.log.error("%s was not graded. %s", filename, problem)
            raise
        return converted


class RestoreCells(NbGraderPreprocessor):
    """Gives a submission its locked and deleted cells back, before anything else is done."""

    def preprocess(self, nb: NotebookNode, resources: dict[str, Any]) -> Processed:
        """See :func:`autograder.notebooks.restoring.restore`."""
        note = kernel_note(nb)
        if note:
            self.log.warning("%s: %s", resources["nbgrader"]["student"], note)
        assignment = COURSE.assignment(resources["nbgrader"]["assignment"])
        return restore(nb, released_notebook(assignment)), resources


class GradeInSandbox(NbGraderPreprocessor):
    """Runs and grades a restored submission; the scores stand in its test cells afterwards."""

    _graded: ClassVar[dict[str, NotebookNode]] = {}

    @classmethod
    def take_over(cls, assignment: Assignment, graded_notebook: NotebookNode | None) -> None:
        """Let a submission that was graded in another process not be graded again in this one."""
        if graded_notebook is not None:
            cls._graded = {_content(assignment, graded_notebook): graded_notebook}

    def preprocess(self, nb: NotebookNode, resources: dict[str, Any]) -> Processed:
        """See :func:`autograder.grading.grade.grade`."""
        assignment = COURSE.assignment(resources["nbgrader"]["assignment"])
        graded = self._graded.get(_content(assignment, nb))
        return graded or grade(nb, assignment, COURSE).graded_notebook, resources


def _content(assignment: Assignment, notebook: NotebookNode) -> str:
    """What decides the grade of a restored submission."""
    cells = [[cell.cell_type, grade_id(cell), cell.source] for cell in notebook.cells]
    return json.dumps([assignment.name, cells])
