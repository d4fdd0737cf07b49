"""Who has no grade, and why: in the course directory, and in nbgrader's gradebook.

nbgrader itself keeps no reason, and a submission that it failed to grade stands in its gradebook
like one that earned nothing. Here the reason is a file, ``not_graded/STUDENT/ASSIGNMENT/why.txt``.
It is there from the moment that grading begins until the grade is complete. So whoever has one has
no grade, also where the grader was ended on its way.
"""

from __future__ import annotations

import glob
import re
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

from nbgrader.api import Gradebook, GradeCell, MissingEntry, Student, SubmittedAssignment
from nbgrader.coursedir import CourseDirectory

UNFINISHED = "Grading began and did not end: run nbgrader autograde again."
NOT_BEGUN = "Handed in and not autograded yet."
NOTHING_HANDED_IN = "Nothing was handed in."


def handed_in(
    directory: CourseDirectory, assignment: str, student: str = "*"
) -> Iterator[tuple[Path, str, str]]:
    """What was handed in: folders, each with its assignment and student.

    Assignment and student may be patterns, as in nbgrader's options.
    """
    return folders_of(directory, directory.submitted_directory, assignment, student)


def folders_of(
    directory: CourseDirectory, step: str, assignment: str, student: str = "*"
) -> Iterator[tuple[Path, str, str]]:
    """Students' folders in one of nbgrader's steps, such as ``feedback``, as :func:`handed_in`."""
    parts = re.compile(
        directory.format_path(step, "(?P<student>.*)", "(?P<assignment>.*)", escape=True)
    )
    for found in sorted(glob.glob(directory.format_path(step, student, assignment))):
        if (match := parts.fullmatch(found)) and Path(found).is_dir():
            yield Path(found), match["assignment"], match["student"]


def everybody(
    directory: CourseDirectory, gradebook: Gradebook, assignments: Iterable[str]
) -> dict[str, Student | None]:
    """The students of the gradebook by their ids, and those who handed in and were never graded.

    Of the latter the gradebook has nothing.
    """
    found = {student.id: student for student in gradebook.students}
    for assignment in assignments:
        for _, _, student in handed_in(directory, assignment):
            found.setdefault(student, None)
    return found


def _file(directory: CourseDirectory, assignment: str, student: str) -> Path:
    return Path(directory.format_path("not_graded", student, assignment)) / "why.txt"


def note(directory: CourseDirectory, assignment: str, student: str, reason: str) -> None:
    """Write down why a submission has no grade."""
    path = _file(directory, assignment, student)
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_suffix(".part")
    unfinished.write_text(reason + "\n", "utf-8")
    unfinished.replace(path)


def forget(directory: CourseDirectory, assignment: str, student: str) -> None:
    """Take the reason away: the submission has its grade."""
    path = _file(directory, assignment, student)
    for left in (path, path.with_suffix(".part")):
        left.unlink(missing_ok=True)
    with suppress(OSError):  # until there is something else in a folder
        for folder in path.parents:
            folder.rmdir()


def noted(directory: CourseDirectory, assignment: str, student: str) -> str:
    """The reason that was written down, or nothing."""
    try:
        return _file(directory, assignment, student).read_text("utf-8").strip() or UNFINISHED
    except FileNotFoundError:
        return ""


def why_not_graded(
    directory: CourseDirectory, gradebook: Gradebook, assignment: str, student: str
) -> str:
    """Why a student has no grade for an assignment; nothing where there is one."""
    submission = find_submission(gradebook, assignment, student)
    handed_in = Path(
        directory.format_path(directory.submitted_directory, student, assignment)
    ).is_dir()
    if submission is None and not handed_in:
        return NOTHING_HANDED_IN
    if reason := noted(directory, assignment, student):
        return reason
    return "" if submission is not None and has_scores(submission) else NOT_BEGUN


def find_submission(
    gradebook: Gradebook, assignment: str, student: str
) -> SubmittedAssignment | None:
    """A submission in the gradebook, or None."""
    try:
        return gradebook.find_submission(assignment, student)
    except MissingEntry:
        return None


def has_scores(submission: SubmittedAssignment) -> bool:
    """Whether each cell that the grader gives points for has got a score."""
    notebooks = submission.notebooks
    return bool(notebooks) and all(
        grade.auto_score is not None or grade.manual_score is not None
        for notebook in notebooks
        for grade in _grades_of_test_cells(notebook)
    )


def withdraw(gradebook: Gradebook, assignment: str, student: str) -> None:
    """Let a submission that could not be graded count nowhere, neither as a zero nor in averages.

    One that a teacher has worked on stays, with all that the teacher entered; it only loses the
    scores of the grader.
    """
    submission = find_submission(gradebook, assignment, student)
    if submission is None:
        return
    kept = _has_work_of_a_teacher(submission)
    for notebook in submission.notebooks:
        if kept:
            notebook.late_submission_penalty = None
            for grade in _grades_of_test_cells(notebook):
                grade.auto_score, grade.needs_manual_grade = None, True
        else:
            for part in (*notebook.grades, *notebook.comments, notebook):
                gradebook.db.delete(part)
    if not kept:
        gradebook.db.delete(submission)
    # All at once: half a submission could never be graded again.
    gradebook.db.commit()


def _has_work_of_a_teacher(submission: SubmittedAssignment) -> bool:
    return submission.extension is not None or any(
        notebook.flagged
        or any(g.manual_score is not None or g.extra_credit is not None for g in notebook.grades)
        or any(comment.manual_comment for comment in notebook.comments)
        for notebook in submission.notebooks
    )


def _grades_of_test_cells(notebook: Any) -> list[Any]:
    """Those that the grader gives; answers that a teacher reads are solution cells as well."""
    answers = {cell.name for cell in notebook.notebook.solution_cells}
    return [
        grade
        for grade in notebook.grades
        if isinstance(grade.cell, GradeCell) and grade.name not in answers
    ]
