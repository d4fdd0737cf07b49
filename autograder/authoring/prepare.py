"""Computing beforehand what every grading would compute again: ``autograder prepare``.

All of it goes into the course's store. Grading without it is slower and gives the same grades.
"""

from __future__ import annotations

from typing import Any

from autograder.authoring.power import LocalRun, reference_functions
from autograder.course import Assignment, Course
from autograder.grading.suite import collect, run_suite, try_misconceptions
from autograder.misconceptions.known import KnownMisconceptions
from autograder.records import Question


class _NotingRun(LocalRun):
    """Answers as the reference does, and notes what it was asked."""

    def __init__(self, assignment: Assignment) -> None:
        super().__init__(reference_functions(assignment))
        self.asked: list[Question] = []

    def ask(self, question: Question) -> dict[str, Any]:
        """What :meth:`NotebookRun.ask` would say."""
        self.asked.append(question)
        return super().ask(question)


def keep_answers_of_misconceptions(assignment: Assignment, course: Course) -> None:
    """Compute what each misconception answers to each question of its exercise, and keep it."""
    suite = collect(assignment.suite)
    known = KnownMisconceptions(assignment.notebook, course.store, keep=True)
    run = _NotingRun(assignment)
    run_suite(suite, run, known)
    for misconception in known.entries:
        for question in run.asked:
            if question.cell == f"test_{misconception.function}":
                known.answer(misconception, question)
    try_misconceptions(suite, known)
