"""A forged figure is refused, or judged: it never makes the grader itself fail."""

import inspect
import math
import warnings

import numpy as np
import pytest
from fuzzing import JSON, TEXTS, fuzzed, spoilt
from hypothesis import example, given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from autograder.grading.student import Student
from autograder.in_kernel import axes
from autograder.in_kernel.axes import is_drawing
from autograder.in_kernel.wire import WireError, decode, encode
from autograder.misconceptions.figures import same_drawing, similar_drawing

# Odd numbers overflow and divide by zero all the way.
pytestmark = pytest.mark.filterwarnings("ignore::RuntimeWarning")

# Where the suites look, among numbers of all kinds.
PLACES = [0.0, 1.0, 0.125, 0.9, 0.353, 0.353 + 1e-9, 1e300, -1e300, math.inf, -math.inf, math.nan]
NUMBERS = st.sampled_from(PLACES) | st.floats()
COLORS = st.sampled_from(["", "#ffa500", "#123456"])
CURVES = hnp.arrays("float64", st.integers(0, 6), elements=NUMBERS)


def same_length(curves):
    return st.integers(0, 6).flatmap(
        lambda n: st.fixed_dictionaries(
            {name: hnp.arrays("float64", n, elements=NUMBERS) for name in ("x", "y")} | curves
        )
    )


LINES = same_length({"color": COLORS, "dashed": st.booleans(), "label": TEXTS})
POINTS = st.fixed_dictionaries(dict.fromkeys(("x", "y", "area"), NUMBERS) | {"color": COLORS})
BARS = st.fixed_dictionaries(
    dict.fromkeys(("x", "width", "y", "height"), NUMBERS) | {"color": COLORS}
)
WORDS = st.sampled_from(["Room 7", "Room 9", ""]) | TEXTS
SCALES = st.sampled_from(["log", "linear"])
DRAWINGS = st.fixed_dictionaries(
    dict.fromkeys(("title", "xlabel", "ylabel"), WORDS)
    | {"xscale": SCALES, "yscale": SCALES}
    | {name: st.lists(WORDS, max_size=3) for name in ("legend", "texts", "xticklabels")}
    | {name: hnp.arrays("float64", 2, elements=NUMBERS) for name in ("xlim", "ylim")}
    | {"lines": st.lists(LINES, max_size=5), "points": st.lists(POINTS, max_size=8)}
    | {"bars": st.lists(BARS, max_size=4)}
)
EMPTY = dict.fromkeys(("title", "xlabel", "ylabel", "xscale", "yscale"), "") | {
    name: [] for name in ("legend", "texts", "xticklabels", "lines", "points", "bars")
}
EMPTY |= {"xlim": np.zeros(2), "ylim": np.zeros(2)}
POINT = {"x": 0.0, "y": 0.0, "area": 1.0, "color": ""}
BAR = {"x": 0.0, "width": 0.0, "y": 0.0, "height": 1.0, "color": ""}
LINE = {"x": np.zeros(0), "y": np.zeros(0), "color": "", "dashed": True, "label": ""}


class Forger:
    """Answers every request for a figure with the same one, and nothing else."""

    example_errors = {}  # noqa: RUF012

    def __init__(self, answer):
        self.answer = answer

    def ask(self, question):
        return {"answer": self.answer} if question.action == "axes" else {"error": {"kind": "x"}}

    def lines_of(self, cell):
        return range(0)


def plot_tests():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", pytest.PytestUnknownMarkWarning)  # of the suites' own marks
        from autograder.hidden import test_shrinkage, test_two_classrooms
    for exercise in (test_shrinkage.TestPlotShrinkage, test_two_classrooms.TestPlotConcentration):
        members = inspect.getmembers(exercise())
        yield from (test for name, test in members if name.startswith("test_"))


PLOT_TESTS = list(plot_tests())


def judge(message):
    """Let every test of a figure judge it; they may fail, and nothing else."""
    for test in PLOT_TESTS:
        try:
            test(Student(Forger(message), "test_plot"))
        except AssertionError:
            continue


@fuzzed(150)
@given(DRAWINGS)
def test_a_figure_of_the_right_form_is_judged(drawing):
    assert is_drawing(drawing)
    judge(encode(drawing))


@fuzzed(150)
@given(DRAWINGS.map(encode).flatmap(lambda message: spoilt(message, JSON | CURVES.map(encode))))
@example(encode(EMPTY | {"ylim": np.zeros(0)}))
@example(encode(EMPTY | {"ylim": np.zeros(1000)}))
@example(encode(EMPTY | {"legend": [5]}))
@example(encode(EMPTY | {"texts": [None]}))
@example(encode(EMPTY | {"lines": [LINE | {"label": 5}]}))
@example(encode(EMPTY | {"lines": [LINE | {"x": np.zeros(3)}]}))
@example(encode(EMPTY | {"points": [POINT | {"color": "red"}]}))
@example(encode([]))
def test_a_spoilt_figure_is_judged_or_refused(message):
    judge(message)
    try:
        answer = decode(message)
    except WireError:
        return
    assert type(is_drawing(answer)) is bool


@fuzzed(100)
@given(DRAWINGS, DRAWINGS)
def test_any_two_figures_can_be_compared(one, other):
    for alike in (same_drawing, similar_drawing):
        assert isinstance(alike(one, other), bool | np.bool_)
        alike(one, one)


@pytest.mark.parametrize(
    "more",
    [
        {"points": [POINT] * (axes.MAX_VERTICES + 1)},
        {"lines": [LINE | {"x": np.zeros(axes.MAX_VERTICES), "y": np.zeros(axes.MAX_VERTICES)}]},
        {"lines": [LINE] * (axes.MAX_VERTICES + 1)},
        {"bars": [BAR] * (axes.MAX_ARTISTS + 1)},
        {"texts": [""] * (axes.MAX_ARTISTS + 1)},
        {"title": "x" * (axes.MAX_CHARACTERS + 1)},
        {"legend": ["x" * 1000] * 1001},
        {"lines": [LINE | {"label": "x" * axes.MAX_CHARACTERS}] * 2},
    ],
    ids=["points", "corners", "lines", "bars", "texts", "title", "legend", "labels"],
)
def test_a_figure_with_more_in_it_than_the_kernel_describes_is_refused(more):
    assert is_drawing(EMPTY | {name: part[:1] for name, part in more.items() if name != "lines"})
    assert not is_drawing(EMPTY | more)
