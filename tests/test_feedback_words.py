"""What a learner is told: mistakes of form get words of their own, and nothing hidden is said."""

import pytest
from conftest import PS1, demo_submission, graded_key, scores, with_answers, with_cell

from autograder.grading.grade import grade
from autograder.notebooks.reading import read_notebook
from course_config import ASSIGNMENTS, COURSE

RIGHT = "return (a + k) / (a + b + n)"

# What was handed in for posterior_mean, and words that the feedback must contain.
MISTAKES_OF_FORM = {
    "renamed": (f"def posterior_men(a, b, k, n):\n    {RIGHT}", "does not exist"),
    "misses an argument": ("def posterior_mean(a, b, k):\n    return k", "too many positional"),
    "has an argument too many": (
        f"def posterior_mean(a, b, k, n, theta):\n    {RIGHT}",
        "missing a required argument: 'theta'",
    ),
    "returns nothing": (
        f"def posterior_mean(a, b, k, n):\n    {RIGHT.replace('return', 'x =')}",
        "is a `return` missing?",
    ),
    "returns a list": (
        f"def posterior_mean(a, b, k, n):\n    {RIGHT.replace('return', 'x =')}\n"
        "    return [float(v) for v in jnp.ravel(x)]",
        "Python list",
    ),
    "returns another shape": (
        f"def posterior_mean(a, b, k, n):\n    {RIGHT.replace('return', 'x =')}\n"
        "    return jnp.reshape(x, (1, -1))",
        "an array of 2 axes",
    ),
    "returns a text": ("def posterior_mean(a, b, k, n):\n    return 'high'", "a text"),
    "raises": (
        "def posterior_mean(a, b, k, n):\n    total = a + b + N_BENTOS\n    return total",
        "NameError: name 'N_BENTOS' is not defined (line 2: `total = a + b + N_BENTOS`)",
    ),
    "says what a terminal obeys": (
        "def posterior_mean(a, b, k, n):\n    raise ValueError('\\x1b]2;x\\x07 \\ud800 \\n end')",
        "ValueError: ]2;x",
    ),
    "is no function": ("posterior_mean = 0.691", "no function"),
    "is a stub": (
        "def posterior_mean(a, b, k, n):\n    raise NotImplementedError()",
        "placeholder",
    ),
    "does not compile": ("def posterior_mean(a, b, k, n)\n    return 1", "does not exist"),
    "gives NaN": ("def posterior_mean(a, b, k, n):\n    return k * jnp.nan", "NaN"),
    "exits": ("import sys\ndef posterior_mean(a, b, k, n):\n    sys.exit()", "SystemExit"),
}


@pytest.mark.parametrize("mistake", MISTAKES_OF_FORM)
def test_mistakes_of_form_get_their_own_words(mistake, key):
    source, words = MISTAKES_OF_FORM[mistake]
    graded = grade(with_answers(key, posterior_mean=source), PS1, COURSE)
    assert scores(graded)["test_posterior_mean"] < 6
    told = [test.hint for cell in graded.cells[:1] for test in cell.tests if not test.passed]
    assert any(words in hint for hint in told), told
    assert all(hint.isprintable() for hint in told)


def test_an_error_on_hidden_inputs_is_told_by_type_and_line_only(key):
    picky = (
        "def posterior_mean(a, b, k, n):\n"
        "    if isinstance(a, float) and a not in (6.0, 2.0):\n"
        "        raise ValueError(f'secret {a} {b}')\n"
        f"    {RIGHT}"
    )
    graded = grade(with_answers(key, posterior_mean=picky), PS1, COURSE)
    hints = " ".join(test.hint for test in graded.cells[0].tests)
    assert "ValueError in line 3" in hints
    assert "secret" not in hints


def test_a_line_that_student_code_made_up_is_not_told(key):
    """Otherwise it could tell thousands of hidden inputs apart, one by each line."""
    coded = (
        "def posterior_mean(a, b, k, n):\n"
        "    if isinstance(a, float) and a not in (6.0, 2.0):\n"
        "        exec(compile('\\n' * 776 + 'raise ValueError()', 'x', 'exec'), globals())\n"
        f"    {RIGHT}"
    )
    graded = grade(with_answers(key, posterior_mean=coded), PS1, COURSE)
    hints = " ".join(test.hint for test in graded.cells[0].tests)
    assert "with ValueError." in hints


def test_what_may_come_from_an_earlier_exercise_is_said_to(key):
    """A wrong posterior mean is followed through; a missing one is named as what to mend first."""
    wrong = with_answers(key, posterior_mean="def posterior_mean(a, b, k, n):\n    return k / n")
    assert scores(grade(wrong, PS1, COURSE)) == scores(graded_key(PS1)) | {
        "test_posterior_mean": 0.0
    }
    stub = "def posterior_mean(a, b, k, n):\n    raise NotImplementedError()"
    cells = {
        cell.grade_id: cell
        for cell in grade(with_answers(key, posterior_mean=stub), PS1, COURSE).cells
    }
    for test in cells["test_shrinkage_shift"].tests:
        assert "`posterior_mean` still has its placeholder" in test.hint
        assert "mend that first" in test.hint


def test_an_answer_in_a_cell_of_ones_own_counts(key):
    """Helpers and answers may stand in further cells, above or below the exercise."""
    notebook = with_answers(key, data_weight="# see below")
    notebook = with_cell(
        notebook, "def data_weight(a, b, n):\n    return n / (a + b + n)", after="data_weight"
    )
    assert scores(grade(notebook, PS1, COURSE))["test_data_weight"] == 3


def test_grading_is_repeatable(key):
    """Twice the same submission, twice the same result, to the byte."""
    notebook = with_answers(key, posterior_mean="def posterior_mean(a, b, k, n):\n    return k / n")
    results = {repr(grade(notebook, PS1, COURSE).cells) for _ in range(2)}
    assert len(results) == 1


def test_whole_numbers_where_genjax_wants_floats_get_their_own_words():
    """It works with floats, and stops with whole numbers: the words say so, not "TypeError"."""
    key = read_notebook(ASSIGNMENTS[1].key)
    picky = (
        "@gen\ndef student_tonkatsu(a, b, n):\n"
        '    theta = beta(a, b) @ "theta"\n    return binomial(n, probs=theta) @ "k"'
    )
    cell = grade(with_answers(key, student_tonkatsu=picky), ASSIGNMENTS[1], COURSE).cells[0]
    assert cell.score == 7
    assert any("whole number" in test.hint for test in cell.tests if not test.passed)


def test_what_contradicts_itself_is_not_blamed_on_an_earlier_exercise():
    """Carmen's hyperprior is wrong; that her regime is turned round has nothing to do with it."""
    assignment = ASSIGNMENTS[3]
    graded = grade(demo_submission("carmen", assignment), assignment, COURSE)
    by_name = {cell.grade_id: cell for cell in graded.cells}
    assert by_name["test_sample_hyperprior"].score < 4
    hints = {test.hint for test in by_name["test_classroom_verdict"].tests}
    assert len(hints) == 1
    assert "The regimes have changed places" in str(hints)
    assert "mend that first" not in str(hints)
