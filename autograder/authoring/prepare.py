"""Computing beforehand what every grading would compute again: ``autograder prepare``.

All of it goes into the course's store. Grading without it is slower and gives the same grades.
"""

from __future__ import annotations

from functools import partial
from typing import Any

from autograder.course import Assignment, Course
from autograder.errors import UserError
from autograder.grading.grade import grade
from autograder.grading.kernels import programs_key
from autograder.grading.suite import collect, run_suite, try_misconceptions
from autograder.grading.workers import expect_outcome, in_parallel
from autograder.misconceptions.known import KnownMisconceptions
from autograder.notebooks.reading import read_notebook
from autograder.notebooks.run import Answers
from autograder.records import Question
from autograder.sandbox.compiled_code import filling, published, remove_outdated
from autograder.sandbox.launch import KernelSetup


class _Noting:
    """Passes questions on, and notes them."""

    def __init__(self, run: Answers) -> None:
        self.example_errors = run.example_errors
        self.asked: list[Question] = []
        self._run = run

    def ask(self, question: Question) -> dict[str, Any]:
        """What the other one says."""
        self.asked.append(question)
        return self._run.ask(question)

    def lines_of(self, cell: str) -> range:
        """What the other one says."""
        return self._run.lines_of(cell)


def assignments_without_answers(course: Course) -> list[Assignment]:
    """The assignments of whose misconceptions the answers are not kept, or not for this version."""
    return [
        assignment
        for assignment in course.assignments
        if not KnownMisconceptions(assignment.notebook, course.store).is_complete()
    ]


def keep_answers_of_misconceptions(assignment: Assignment, course: Course) -> None:
    """Compute what each misconception answers to each question of its exercise, and keep it."""
    from autograder.authoring.power import LocalRun, reference_functions  # imports JAX

    known = KnownMisconceptions(assignment.notebook, course.store, keep=True)
    suite = collect(assignment.suite)
    run = _Noting(LocalRun(reference_functions(assignment)))
    run_suite(suite, run, known)
    for misconception in known.slow_entries:
        for question in run.asked:
            if question.cell == f"test_{misconception.function}":
                known.answer(misconception, question)
    try_misconceptions(suite, known)
    for example in suite.examples.values():
        known.reference_answer(example)
    known.mark_as_complete()


def fill_compiled_code(course: Course, jobs: int) -> None:
    """Let the answer keys put all that they compile into the course's store.

    Raises:
        CompiledCodeUnusable: compiled code would not be right here when it is used again.
        UserError: a key does not score full marks.
    """
    assert course.store is not None
    root, key = course.store / "programs", programs_key(course)
    remove_outdated(root, key)
    if published(root, key):
        return
    with filling(root, key) as programs:
        setup = KernelSetup(course.limits, course.sandbox, programs, filling=True, warm=False)
        task = partial(_grade_key, course=course, setup=setup)
        for index, outcome in in_parallel(task, course.assignments, jobs):
            if not expect_outcome(outcome):
                name = course.assignments[index].name
                raise UserError(f"The answer key of {name} does not score full marks.")


def _grade_key(assignment: Assignment, course: Course, setup: KernelSetup) -> bool:
    graded = grade(
        read_notebook(assignment.key), assignment, course, run_everything=True, setup=setup
    )
    return all(cell.score == cell.max_score for cell in graded.cells)
