"""The door for nbgrader: ``nbgrader autograde`` and the form grader's button grade through it.

``course_config.configure`` puts these classes in the place of nbgrader's own.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, ClassVar

from nbconvert.exporters import NotebookExporter
from nbformat import NotebookNode
from nbgrader.converters import Autograde
from nbgrader.preprocessors import NbGraderPreprocessor

from autograder.course import Assignment
from autograder.doors.autograde_run import AutogradeRun, GradebookUnusable
from autograder.errors import CannotGrade, GraderFault, UserError
from autograder.grading.grade import grade
from autograder.notebooks.cells import grade_id
from autograder.notebooks.finding import notebook_to_grade, remark_on_name
from autograder.notebooks.reading import read_notebook, released_notebook
from autograder.notebooks.restoring import kernel_note, restore
from course_config import COURSE

Processed = tuple[NotebookNode, dict[str, Any]]


class SubmissionExporter(NotebookExporter):
    """Takes submissions in, and keeps whatever goes wrong with one of them to it.

    nbgrader's converter makes one for a run and hands it each notebook twice: to be restored, and
    to be graded. After an exception it goes on with the next submission; but where the gradebook,
    which is everybody's, cannot be used, the run ends.
    """

    def __init__(self, *args: Any, **kw: Any) -> None:
        super().__init__(*args, **kw)
        self._run: AutogradeRun | None = None
        if isinstance(self.parent, Autograde):
            self._run = AutogradeRun(self.parent, COURSE)
            self._run.begin()

    def from_filename(  # type: ignore[override]
        self, filename: str, resources: dict[str, Any] | None = None, **kw: Any
    ) -> tuple[str, dict[str, Any]]:
        """Convert the notebook of that name, or the one that was handed in by another name.

        Raises:
            CannotGrade: it gets no grade; the message is one sentence, and is noted.
            SystemExit: the gradebook cannot be used.
        """
        if self._run and resources:
            resources["nbgrader"]["graded_answers"] = self._run.graded_answers(resources)
        try:
            notebook = read_notebook(self._find(Path(filename), resources))
            converted: tuple[str, dict[str, Any]] = self.from_notebook_node(
                notebook, resources=resources, **kw
            )
        except GradebookUnusable as problem:
            if self._run:
                self._run.end(problem)
            raise
        except (Exception, SystemExit) as problem:
            reason = _sentence(problem)
            if self._run and resources:
                self._run.fail(resources, reason)
            # nbgrader logs where an exception came from, which only tells of the grader's faults.
            raise CannotGrade(reason) from None if reason == str(problem) else problem
        return converted

    def _find(self, path: Path, resources: dict[str, Any] | None) -> Path:
        if path.is_file() or resources is None:
            return path
        assignment = COURSE.assignment(resources["nbgrader"]["assignment"])
        found = notebook_to_grade(path.parent, assignment)
        remark = remark_on_name(found, assignment)
        self.log.warning("%s: %s", path.parent, remark)
        resources["nbgrader"]["remark"] = remark
        return found


def _sentence(problem: BaseException) -> str:
    if isinstance(problem, CannotGrade):
        return problem.sentence
    if isinstance(problem, Exception) and not isinstance(problem, UserError):
        return GraderFault.caused_by(problem).sentence
    return GraderFault(str(problem)).sentence


class RestoreCells(NbGraderPreprocessor):
    """Gives a submission its locked and deleted cells back, before anything else is done."""

    def preprocess(self, nb: NotebookNode, resources: dict[str, Any]) -> Processed:
        """See :func:`autograder.notebooks.restoring.restore`."""
        note = kernel_note(nb)
        if note:
            self.log.warning("%s: %s", resources["nbgrader"]["student"], note)
        assignment = COURSE.assignment(resources["nbgrader"]["assignment"])
        remarks = [remark for remark in (resources["nbgrader"].get("remark"), note) if remark]
        _remarks[_whose(resources)] = remarks
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
        graded = graded or grade(nb, assignment, COURSE).graded_notebook
        remarks = _remarks.pop(_whose(resources), [])
        graded.metadata.setdefault("autograder", {})["remarks"] = remarks
        return graded, resources


# What the feedback page is to say of a submission, from when it is restored until it is graded.
_remarks: dict[tuple[str, str], list[str]] = {}


def _whose(resources: dict[str, Any]) -> tuple[str, str]:
    return resources["nbgrader"]["assignment"], resources["nbgrader"]["student"]


def _content(assignment: Assignment, notebook: NotebookNode) -> str:
    """What decides the grade of a restored submission."""
    cells = [[cell.cell_type, grade_id(cell), cell.source] for cell in notebook.cells]
    return json.dumps([assignment.name, cells])
