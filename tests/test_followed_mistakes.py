"""A mistake is not charged twice, and yet nothing that says nothing can be followed."""

import pytest
from conftest import graded_key, scores, with_answers

from autograder.grading.grade import grade
from autograder.notebooks.reading import read_notebook, released_notebook
from course_config import COURSE

NAN = """
def {name}(*args, **kwargs):
    return np.full(np.broadcast_shapes(*(np.shape(arg) for arg in args[-2:])), {number})
"""
ONLY_ZEROS = """
from genjax import gen, beta
@gen
def student_tonkatsu(a, b, n):
    theta = beta(jnp.float32(a), jnp.float32(b)) @ "theta"
    k = beta(1.0, 1.0) @ "k"
    return 0.0
"""
# Weights so large and so different that any answer would lie within their noise.
NOISE = """
def weigh_population(k, n, mu, lam):
    return jnp.where(jnp.arange(mu.size) % 2, 1e9, -1e9)
"""
UNIFORM = """
def sample_hyperprior(key, n_samples, lam_low=0.1, lam_high=100.0):
    return tuple(jr.uniform(key, (2, n_samples)))
"""
PS1 = ("posterior_mean", "data_weight", "shrinkage_shift")
NOTHING_FOLLOWED = {
    "NaN": ("ps1-shrinkage", {name: NAN.format(name=name, number="np.nan") for name in PS1}),
    "infinities": ("ps1-shrinkage", {name: NAN.format(name=name, number="np.inf") for name in PS1}),
    "only zeros": (
        "ps2-student-model",
        {
            "student_tonkatsu": ONLY_ZEROS,
            "simulate_population": "def simulate_population(key, a, b, n):\n    return 0.0 * n",
            "prior_predictive": "def prior_predictive(key, a, b, n, m):\n    return jnp.zeros(m)",
        },
    ),
    "noise": (
        "ps4-two-classrooms",
        {
            "sample_hyperprior": UNIFORM,
            "weigh_population": NOISE,
            "infer_population": "def infer_population(k, n, **_):\n    return 0.5, 1.0",
        },
    ),
}


@pytest.mark.parametrize("case", NOTHING_FOLLOWED)
def test_what_says_nothing_is_not_followed(case):
    name, answers = NOTHING_FOLLOWED[case]
    assignment = COURSE.assignment(name)
    handed_in = with_answers(released_notebook(assignment), **answers)
    scored = scores(grade(handed_in, assignment, COURSE))
    # The model of only zeros draws right rates, and the uniform hyperprior is right for mu.
    allowed = {} if assignment.name == "ps1-shrinkage" else {f"test_{next(iter(answers))}": 2.0}
    assert {cell: points for cell, points in scored.items() if points} == allowed


# Where only the earlier answer has been rounded, only the earlier exercise loses points.
ROUNDED = {
    "posterior_mean": """
def posterior_mean(a, b, k, n):
    return jnp.round((a + k) / (a + b + n), {digits})
""",
    "log_binom_coeff": """
def log_binom_coeff(n, k):
    return jnp.round(gammaln(n + 1) - gammaln(k + 1) - gammaln(n - k + 1), {digits})
""",
}


@pytest.mark.parametrize(
    ("name", "function", "digits"),
    [
        ("ps1-shrinkage", "posterior_mean", 4),
        ("ps1-shrinkage", "posterior_mean", 2),
        ("ps3-learning-the-prior", "log_binom_coeff", 3),
    ],
)
def test_a_rounded_answer_is_charged_once(name, function, digits):
    assignment = COURSE.assignment(name)
    rounded = {function: ROUNDED[function].format(digits=digits)}
    handed_in = with_answers(read_notebook(assignment.key), **rounded)
    scored, full = scores(grade(handed_in, assignment, COURSE)), scores(graded_key(assignment))
    assert {cell for cell in full if scored[cell] != full[cell]} == {f"test_{function}"}


ONLY_FLOATS = """
@gen
def student_tonkatsu(a, b, n):
    theta = beta(a, b) @ "theta"
    k = binomial(n, probs=theta) @ "k"
    return k
"""


def test_a_model_that_refuses_whole_numbers_loses_its_point_once():
    """Exercises that call it are asked with floats; and the words say so, not "TypeError"."""
    assignment = COURSE.assignment("ps2-student-model")
    key = read_notebook(assignment.key)
    graded = grade(with_answers(key, student_tonkatsu=ONLY_FLOATS), assignment, COURSE)
    assert scores(graded) == scores(graded_key(assignment)) | {"test_student_tonkatsu": 7.0}
    (failed,) = [test for test in graded.cells[0].tests if not test.passed]
    assert "whole number" in failed.hint
