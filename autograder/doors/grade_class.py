"""``autograder grade-class``: all submissions of an assignment, into nbgrader's gradebook.

First everything is graded, in parallel, and kept by content; then one writer lets ``nbgrader
autograde`` enter each grade, as if it had graded the submission itself. Between the two it is known
whose score is going to move. Either half can be interrupted, and goes on where it was.
"""

from __future__ import annotations

import hashlib
import json
import logging
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from nbgrader.api import Gradebook

from autograder.classes.cluster import grade_on_cluster
from autograder.classes.grading import Outcome, grade_here
from autograder.classes.kept_grades import KeptGrades, fingerprint
from autograder.course import Assignment, Course
from autograder.doors import not_graded
from autograder.doors.autograde_run import (
    UNDATED,
    GradebookUnusable,
    expect_writable,
    has_ordinary_date,
    sentence_of,
)
from autograder.doors.course_directory import NbGraderCourse
from autograder.doors.gradebook import expect_entered
from autograder.doors.nbgrader import GradeInSandbox
from autograder.errors import CannotGrade, UserError
from autograder.notebooks.finding import notebook_to_grade
from autograder.notebooks.reading import read_submitted_file
from autograder.records import Result

_LOG = logging.getLogger("autograder.grade_class")


@dataclass
class Submission:
    """What one student handed in, on its way into the gradebook.

    Attributes:
        student: who did.
        folder: where it lies.
        notebook: the notebook in it that counts, None where there is no such.
        key: the name of its grade among the kept ones.
        problem: why it has no grade, or nothing.
        is_entered: whether the gradebook has this very grade.
    """

    student: str
    folder: Path
    notebook: Path | None = None
    key: str = ""
    problem: str = ""
    is_entered: bool = False


@dataclass(frozen=True)
class Move:
    """A score in the gradebook that is not what grading gives now."""

    student: str
    before: float
    after: float
    cells: tuple[str, ...]


@dataclass
class Summary:
    """What became of a class.

    Attributes:
        graded: how many have a grade.
        graded_anew: how many of them were graded in this run.
        problems: why the others have none, by student.
        scores: how many have each score; written answers are not counted.
        max_score: the most that can be had for programs.
        misconceptions: how many students have each, by exercise and name.
        to_be_marked: how many submissions in the gradebook have something for a teacher to mark.
    """

    graded: int = 0
    graded_anew: int = 0
    problems: dict[str, str] = field(default_factory=dict)
    scores: Counter[float] = field(default_factory=Counter)
    max_score: float = 0.0
    misconceptions: Counter[tuple[str, str]] = field(default_factory=Counter)
    to_be_marked: int = 0


class ClassRun:
    """One run over all submissions of an assignment.

    Raises:
        UserError: the assignment has not been released, or the gradebook cannot be written.
    """

    def __init__(self, directory: NbGraderCourse, assignment: Assignment, course: Course) -> None:
        self._directory = directory
        self._assignment = assignment
        self._course = course
        self._judge = fingerprint(course, assignment)
        self._kept = KeptGrades(directory.root / "kept_grades" / assignment.name, self._judge)
        self._graded_anew = 0
        self._expect_usable()
        self.submissions = list(self._find())

    def to_grade(self, *, force: bool = False) -> list[Submission]:
        """Those whose grade is not kept yet; with ``force`` all that can be graded."""
        return [
            submission
            for submission in self.submissions
            if submission.notebook and (force or not self._kept.has(submission.key))
        ]

    def grade(
        self, submissions: Sequence[Submission], *, jobs: int, scheduler: str | None = None
    ) -> Iterator[Submission]:
        """Grade submissions and keep their grades; gives them as they are done.

        Raises:
            UserError: this machine or the cluster is not set up for grading.
            OSError: a grade cannot be kept.
        """
        notebooks = [submission.notebook for submission in submissions if submission.notebook]
        outcomes: Iterator[tuple[int, Outcome]]
        if scheduler:
            outcomes = grade_on_cluster(
                notebooks, self._assignment, self._judge, self._kept, scheduler
            )
        else:
            outcomes = grade_here(notebooks, self._assignment, self._course, self._kept, jobs)
        for index, outcome in outcomes:
            submission = submissions[index]
            submission.key, submission.problem = outcome.key, outcome.problem
            submission.is_entered = False
            self._graded_anew += not outcome.problem
            yield submission

    def moves(self) -> list[Move]:
        """Whose score in the gradebook is not what grading gives now."""
        with self._directory.gradebook as gradebook:
            found = [self._move(submission, gradebook) for submission in self.to_enter()]
        return [move for move in found if move]

    def to_enter(self) -> list[Submission]:
        """Those of which the gradebook does not know yet what has become."""
        return [submission for submission in self.submissions if not submission.is_entered]

    def enter(self, submission: Submission) -> None:
        """Let nbgrader enter a grade, or note why there is none.

        Raises:
            UserError: the gradebook cannot be written.
        """
        result = self._result(submission)
        if result is None or result.graded_notebook is None:
            self._directory.give_up(self._assignment, submission.student, submission.problem)
            return
        result.graded_notebook.metadata["autograder"]["entered"] = self._entry(submission)
        GradeInSandbox.take_over(self._assignment, result.graded_notebook)
        complaint = self._directory.autograde(self._assignment, submission.student)
        if complaint:
            self._expect_usable()
            submission.problem = complaint

    def forget_outdated(self) -> None:
        """Remove the kept grades that belong to no submission any more."""
        self._kept.forget_all_but(s.key for s in self.submissions if s.key)

    def _expect_usable(self) -> None:
        try:
            expect_writable(self._directory.directory)
            expect_entered(self._directory.directory, self._assignment, _LOG)
            with self._directory.gradebook as gradebook:
                self._due = str(gradebook.find_assignment(self._assignment.name).duedate)
        except (OSError, *GradebookUnusable) as problem:
            raise UserError(sentence_of(problem)) from None

    def _find(self) -> Iterator[Submission]:
        with self._directory.gradebook as gradebook:
            for folder, _, student in not_graded.handed_in(
                self._directory.directory, self._assignment.name
            ):
                submission = Submission(student, folder)
                try:
                    if not has_ordinary_date(folder):
                        raise CannotGrade(UNDATED)
                    submission.notebook = notebook_to_grade(folder, self._assignment)
                    submission.key = self._kept.key(read_submitted_file(submission.notebook))
                    submission.is_entered = self._is_entered(submission, gradebook)
                except CannotGrade as problem:
                    submission.notebook, submission.problem = None, problem.sentence
                yield submission

    def _is_entered(self, submission: Submission, gradebook: Gradebook) -> bool:
        """Whether the gradebook and ``autograded/`` have the grade that this submission gets."""
        student = submission.student
        path = self._directory.autograded(self._assignment, student)
        try:
            metadata = json.loads(path.read_bytes())["metadata"]["autograder"]
            if metadata["entered"] != self._entry(submission):
                return False
        except (OSError, ValueError, KeyError, TypeError):
            return False
        if not_graded.noted(self._directory.directory, self._assignment.name, student):
            return False
        entered = not_graded.find_submission(gradebook, self._assignment.name, student)
        return entered is not None and not_graded.has_scores(entered)

    def _entry(self, submission: Submission) -> str:
        """A name for what nbgrader makes of a grade: with the dates that decide on a penalty."""
        try:
            date = (submission.folder / "timestamp.txt").read_text("utf-8", "replace")
        except OSError:
            date = ""
        told = json.dumps([submission.key, date, self._due, repr(self._course.late)])
        return hashlib.sha256(told.encode()).hexdigest()

    def summary(self) -> Summary:
        """What has become of the class."""
        summary = Summary(graded_anew=self._graded_anew)
        with self._directory.gradebook as gradebook:
            entered = gradebook.assignment_submissions(self._assignment.name)
            summary.to_be_marked = sum(submission.needs_manual_grade for submission in entered)
        for submission in self.submissions:
            result = self._result(submission)
            if result is None:
                summary.problems[submission.student] = submission.problem
                continue
            summary.graded += 1
            summary.scores[result.score] += 1
            summary.max_score = result.max_score
            summary.misconceptions.update(
                {
                    (cell.grade_id.removeprefix("test_"), test.misconception)
                    for cell in result.cells
                    for test in cell.tests
                    if test.misconception
                }
            )
        return summary

    def _result(self, submission: Submission) -> Result | None:
        """The kept grade of a submission; None where it has a problem."""
        result = None if submission.problem else self._kept.load(submission.key)
        if result is None and not submission.problem:
            submission.problem = "Its kept grade could not be read: run the same command again."
        return result

    def _move(self, submission: Submission, gradebook: Gradebook) -> Move | None:
        result = self._result(submission)
        entered = not_graded.find_submission(gradebook, self._assignment.name, submission.student)
        if result is None or entered is None or not not_graded.has_scores(entered):
            return None
        before = {g.name: g.auto_score for n in entered.notebooks for g in n.grades}
        moved = [cell for cell in result.cells if before.get(cell.grade_id) != cell.score]
        if not moved:
            return None
        return Move(
            submission.student,
            sum(before.get(cell.grade_id) or 0.0 for cell in result.cells),
            result.score,
            tuple(cell.grade_id.removeprefix("test_") for cell in moved),
        )
