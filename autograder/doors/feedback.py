"""The door for nbgrader's feedback: ``nbgrader generate_feedback`` and the form grader's button.

``course_config.configure`` puts these classes in the place of nbgrader's own.
"""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

from nbconvert.exporters import Exporter
from nbformat import NotebookNode
from nbgrader.api import Gradebook
from nbgrader.converters import GenerateFeedback
from nbgrader.coursedir import CourseDirectory
from nbgrader.preprocessors import GetGrades

from autograder.doors.autograde_run import is_ordinary_file
from autograder.doors.marks import waits
from autograder.doors.not_graded import UNFINISHED, handed_in, noted
from autograder.feedback.exercises import Mark
from autograder.feedback.page import feedback_page, not_graded_page
from autograder.notebooks.cells import grade_id
from course_config import COURSE

# What nbgrader notes where nothing was written; the page says so in its own words.
_AUTOMATIC = "No response."

Processed = tuple[NotebookNode, dict[str, Any]]


class GetMarks(GetGrades):
    """Reads points, comments and lateness from the gradebook, and what waits for a teacher."""

    def preprocess(self, nb: NotebookNode, resources: dict[str, Any]) -> Processed:
        """As nbgrader's own; lateness is added to the resources."""
        nb, resources = super().preprocess(nb, resources)
        told = resources["nbgrader"]
        with Gradebook(told["db_url"]) as gradebook:
            submission = gradebook.find_submission(told["assignment"], told["student"])
            told["seconds_late"] = submission.total_seconds_late
        return nb, resources

    def preprocess_cell(
        self, cell: NotebookNode, resources: dict[str, Any], cell_index: int
    ) -> Processed:
        """As nbgrader's own; whether the cell waits for a teacher is added to its metadata."""
        cell, resources = super().preprocess_cell(cell, resources, cell_index)
        nbgrader = cell.metadata.get("nbgrader", {})
        if "score" in nbgrader:
            grade = self.gradebook.find_grade(
                grade_id(cell), self.notebook_id, self.assignment_id, self.student_id
            )
            nbgrader["waits"] = waits(grade)
        return cell, resources


class FeedbackExporter(Exporter):
    """Makes the feedback page of a graded notebook, where nbgrader would render the notebook."""

    output_mimetype = "text/html"
    file_extension = ".html"

    def __init__(self, *args: Any, **kw: Any) -> None:
        super().__init__(*args, **kw)
        # nbgrader makes one for a run, and hands it graded notebooks only.
        if isinstance(self.parent, GenerateFeedback):
            write_pages_of_those_not_graded(self.parent.coursedir)

    def from_notebook_node(  # type: ignore[override]
        self, nb: NotebookNode, resources: dict[str, Any] | None = None, **kw: Any
    ) -> tuple[str, dict[str, Any]]:
        """The page, with the points and comments that :class:`GetMarks` has found."""
        nb, resources = super().from_notebook_node(nb, resources, **kw)
        told = resources["nbgrader"]
        cells = {name: cell.metadata["nbgrader"] for cell in nb.cells if (name := grade_id(cell))}
        page = feedback_page(
            nb,
            COURSE.assignment(told["assignment"]),
            student=told["student"],
            marks={
                name: Mark(cell["score"], cell["points"], cell["waits"])
                for name, cell in cells.items()
                if "score" in cell
            },
            comments={
                name: cell["comment"]
                for name, cell in cells.items()
                # What was said of an answer that has changed since is said no more.
                if cell.get("comment") not in (None, "", _AUTOMATIC) and not cell.get("waits")
            },
            seconds_late=told["seconds_late"],
            late_penalty=told["late_penalty"],
        )
        return page, resources


def write_pages_of_those_not_graded(directory: CourseDirectory) -> None:
    """Write a page for each submission that could not be graded, which says why.

    It stands where nbgrader looks for pages to release, with what it needs to do so.
    """
    names = {assignment.name for assignment in COURSE.assignments}
    for folder, name, student in handed_in(
        directory, directory.assignment_id, directory.student_id
    ):
        reason = noted(directory, name, student)
        if name not in names or reason in ("", UNFINISHED):
            continue
        assignment = COURSE.assignment(name)
        place = Path(directory.format_path(directory.feedback_directory, student, name))
        place.mkdir(parents=True, exist_ok=True)
        page = not_graded_page(assignment, reason, student=student)
        (place / f"{assignment.notebook}.html").write_text(page, "utf-8")
        for needed in ("timestamp.txt", "submission_secret.txt"):
            if is_ordinary_file(folder / needed):
                shutil.copyfile(folder / needed, place / needed)
