"""A small class in a course directory of nbgrader, and grading that takes no time.

For tests of what happens around the grading: of batches, of crashes.
"""

import csv
import io
import logging
import shutil
import zlib

import nbformat
from nbgrader.api import Gradebook
from nbgrader.apps.api import NbGraderAPI
from nbgrader.coursedir import CourseDirectory
from traitlets.config import Config

from autograder.doors.course_directory import NbGraderCourse
from autograder.errors import GraderFault
from autograder.grading.feedback import outputs_of
from autograder.grading.grade import Graded
from autograder.notebooks.cells import grade_id, is_autograded
from autograder.notebooks.reading import released_notebook
from autograder.notebooks.restoring import restore
from autograder.records import CellResult, TestResult
from course_config import ASSIGNMENTS, COURSE_ID, configure

PS1 = ASSIGNMENTS[0]


def quick_grade(notebook, assignment, course):
    """Stands in for grading: runs nothing, and gives points by what the answers look like.

    An answer may name the error that this raises: ``RAISE TypeError``.
    """
    restored = restore(notebook, released_notebook(assignment))
    text = "\n".join(cell.source for cell in restored.cells)
    for error in (GraderFault, TypeError, MemoryError, RecursionError, SystemExit):
        if f"RAISE {error.__name__}" in text:
            raise error("out of order")
    results = []
    for cell in restored.cells:
        if is_autograded(cell):
            points = float(cell.metadata["nbgrader"]["points"])
            earned = points * (zlib.crc32(text.encode()) % 5) / 4
            test = TestResult("test_it", earned == points, earned, points)
            results.append(CellResult(grade_id(cell), (test,)))
            cell.outputs = outputs_of(results[-1])
    restored.metadata["autograder"] = {"cells": [result.as_json() for result in results]}
    return Graded(tuple(results), restored)


def set_up(root):
    """A course directory with the first assignment in its gradebook, and nobody in it."""
    course = NbGraderCourse.set_up(root)
    course.generate_assignment(PS1)
    return root


def hand_in(root, student, content, name=f"{PS1.notebook}.ipynb", date=None):
    """Put a notebook, or any text, where nbgrader collects what a student hands in."""
    path = root / "submitted" / student / PS1.name / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content if isinstance(content, str) else nbformat.writes(content))
    if date:
        (path.parent / "timestamp.txt").write_text(date)


def directory_of(root, options=None):
    """nbgrader's course directory with this course's options, and those given."""
    config = Config()
    configure(config)
    config.CourseDirectory.root = str(root)
    config.merge(Config(options or {}))
    return CourseDirectory(config=config), config


def autograde(root, student="*", *, force=False, options=None):
    """``nbgrader autograde`` without its start: whether all went well, and the log."""
    directory, config = directory_of(root, options)
    api = NbGraderAPI(coursedir=directory, config=config)
    api.log = logging.getLogger("tests.small_class")
    api.log.setLevel(logging.INFO)
    outcome = api.autograde(PS1.name, student, force=force)
    return outcome["success"], outcome.get("log", "") + outcome.get("error", "")


def gradebook_of(root):
    return Gradebook(f"sqlite:///{root}/gradebook.db", COURSE_ID)


def mark(root, student, score, comment=None):
    """What the form grader does when a teacher marks the written answer."""
    with gradebook_of(root) as gradebook:
        answer = ("explain_shrinkage", PS1.notebook, PS1.name, student)
        grade = gradebook.find_grade(*answer)
        grade.manual_score, grade.needs_manual_grade = score, False
        if comment:
            gradebook.find_comment(*answer).manual_comment = comment
        gradebook.db.commit()


def contents(root):
    """All that the gradebook and the folders hold of each submission."""
    found = {}
    with gradebook_of(root) as gradebook:
        for submission in gradebook.assignment_submissions(PS1.name):
            for notebook in submission.notebooks:
                grades = {
                    g.name: (g.auto_score, g.manual_score, g.extra_credit, g.needs_manual_grade)
                    for g in notebook.grades
                }
                comments = {c.name: (c.auto_comment, c.manual_comment) for c in notebook.comments}
                found[submission.student.id] = {
                    "grades": grades,
                    "comments": comments,
                    "penalty": notebook.late_submission_penalty,
                    "timestamp": str(submission.timestamp),
                }
    for student, all_of_it in found.items():
        path = root / "autograded" / student / PS1.name / f"{PS1.notebook}.ipynb"
        all_of_it["notebook"] = path.read_text() if path.exists() else None
    return found


def exported(root):
    """``nbgrader export``, as one dictionary a student."""
    path = root / "grades.csv"
    NbGraderCourse(root).export(path)
    rows = csv.DictReader(io.StringIO(path.read_text()))
    return {row["student_id"]: row for row in rows if row["assignment"] == PS1.name}


def copy_of(root, place):
    """The same course directory at another place."""
    return shutil.copytree(root, place)
