"""Whatever a kernel answers, a suite takes it for the student's doing, never for its own fault."""

import json
from functools import cache

import numpy as np
import pytest

from autograder.authoring.power import LocalRun, reference_functions, shifted
from autograder.grading.suite import collect, run_suite
from autograder.in_kernel.wire import Opaque, decode, encode
from autograder.misconceptions.known import KnownMisconceptions, ask
from course_config import ASSIGNMENTS, COURSE

# Odd numbers overflow and divide by zero all the way.
pytestmark = pytest.mark.filterwarnings("ignore::RuntimeWarning")

ODD_VALUES = {
    "nothing": None,
    "true": True,
    "an integer beyond floats": 10**390,
    "not a number": float("nan"),
    "infinity": float("-inf"),
    "a text": "alike",
    "an empty list": [],
    "a list of two texts": ["0", "1"],
    "a pair of unlike things": (1.5, {"lam": None}),
    "an empty dictionary": {},
    "an unknown type": Opaque("Trace"),
    "an empty array": np.zeros(0),
    "an array without rows": np.zeros((0, 3)),
    "an array of three axes": np.ones((2, 2, 2)),
    "two numbers": np.array([0.5, np.nan]),
    "six whole numbers": np.arange(6, dtype=np.int8),
    "truth values": np.array([True, False]),
}


class OddRun(LocalRun):
    """Answers as the reference does, once for each question, and then spoils the answer."""

    def __init__(self, functions):
        super().__init__(functions)
        self.spoil = None
        self._replies = {}

    def _answer_by_shift(self, question):
        # To compile it as a whole pays for hundreds of shifts, and not for two.
        return lambda shift: ask(self.functions[question.function], shifted(question, shift))

    def ask(self, question):
        asked = [self.shift, question.action, question.function]
        asked = json.dumps([*asked, encode(question.args), encode(question.kwargs)])
        if asked not in self._replies:
            self._replies[asked] = super().ask(question)
        reply = self._replies[asked]
        if "answer" not in reply:
            return reply
        return {"answer": _encoded(self.spoil(decode(reply["answer"])))}


def _encoded(answer):
    if type(answer) is int:  # encode refuses the largest that a forged message can hold
        return {"kind": "int", "value": str(answer)}
    if isinstance(answer, Opaque):
        return {"kind": "opaque", "type": answer.type_name}
    if isinstance(answer, dict):
        items = [[encode(name), _encoded(value)] for name, value in answer.items()]
        return {"kind": "dict", "items": items}
    if isinstance(answer, list | tuple):
        kind = "list" if isinstance(answer, list) else "tuple"
        return {"kind": kind, "items": [_encoded(item) for item in answer]}
    return encode(answer)


@cache
def odd_run(assignment):
    """One for all tests, so that the reference answers each question once."""
    return OddRun(reference_functions(assignment))


@cache
def suite_of(assignment):
    return collect(assignment.suite)


@cache
def known(assignment):
    return KnownMisconceptions(assignment.notebook, COURSE.store)


def results_of(assignment, spoil, only=None):
    run = odd_run(assignment)
    run.spoil = spoil
    results = run_suite(suite_of(assignment), run, known(assignment), only)
    # Words for what is wrong were found, or there are none; the grader did not fail over them.
    assert [cell.remark for cell in results if cell.remark] == []
    return results


# The reference answers each question once for all tests of an assignment.
by_assignment = pytest.mark.parametrize(
    "assignment",
    [pytest.param(a, id=a.name, marks=pytest.mark.xdist_group(a.name)) for a in ASSIGNMENTS],
)
by_odd_value = pytest.mark.parametrize("odd", ODD_VALUES.values(), ids=ODD_VALUES)
# One of each kind, for parts of answers.
KINDS = ("nothing", "an integer beyond floats", "not a number", "a text", "an array of three axes")
by_kind_of_value = pytest.mark.parametrize("odd", [ODD_VALUES[kind] for kind in KINDS], ids=KINDS)


@by_assignment
@pytest.mark.parametrize("shift", [0, 1000])
def test_the_reference_passes_whatever_the_seeds(assignment, shift, monkeypatch):
    monkeypatch.setattr(odd_run(assignment), "shift", shift)
    for cell in results_of(assignment, lambda right: right):
        assert cell.score == cell.max_score


@by_assignment
@by_odd_value
def test_an_odd_answer_scores_nothing(assignment, odd):
    for cell in results_of(assignment, lambda right: odd):
        assert cell.score == 0


@by_assignment
@by_kind_of_value
def test_odd_parts_of_an_answer_are_the_students_doing(assignment, odd):
    def spoil_last(right):
        if isinstance(right, dict):
            return right | {list(right)[-1]: spoil_last(list(right.values())[-1])}
        if isinstance(right, list | tuple) and right:
            return type(right)([*right[:-1], spoil_last(right[-1])])
        return odd

    assert any(cell.score < cell.max_score for cell in results_of(assignment, spoil_last))


@pytest.mark.xdist_group("ps4-two-classrooms")
@pytest.mark.parametrize("name", ["mu", "lam", "regime", "shrunk", "verdicts"])
@by_kind_of_value
def test_an_odd_entry_of_a_dictionary_is_the_students_doing(name, odd):
    def spoil(right):
        return right | {name: odd} if isinstance(right, dict) and name in right else right

    cell = "test_classroom_verdict"
    [verdict] = results_of(COURSE.assignment("ps4-two-classrooms"), spoil, frozenset([cell]))
    assert verdict.score < verdict.max_score


@by_assignment
@pytest.mark.parametrize("value", [np.nan, np.inf, -1e300, 0.0])
def test_arrays_with_odd_entries_are_the_students_doing(assignment, value):
    def spoil(right):
        if isinstance(right, dict):
            return {name: spoil(entry) for name, entry in right.items()}
        if isinstance(right, list | tuple):
            return type(right)(spoil(entry) for entry in right)
        if isinstance(right, np.ndarray) and right.size:
            spoilt = right.astype(float)
            spoilt.flat[0] = value
            return spoilt
        return value if type(right) is float else right

    assert any(cell.score < cell.max_score for cell in results_of(assignment, spoil))
