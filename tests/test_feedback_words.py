"""What a learner is told: mistakes of form get words of their own, and nothing hidden is said."""

import re
from functools import cache

import pytest
from conftest import PS1, demo_submission, graded_key, scores, with_answers, with_cell

from autograder.grading import suite as suite_module
from autograder.grading.grade import grade, known_misconceptions
from autograder.grading.kernels import kernel_setup
from autograder.grading.suite import collect, run_suite
from autograder.notebooks.reading import read_notebook, released_notebook
from autograder.notebooks.relevance import cells_that_decide
from autograder.notebooks.restoring import restore
from autograder.notebooks.run import NotebookRun
from course_config import ASSIGNMENTS, COURSE

RELEASED = released_notebook(PS1)
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


@pytest.fixture(scope="module")
def ask_for_posterior_mean():
    """What a cell with that answer is told, in a notebook that has none yet."""
    notebook = restore(with_answers(read_notebook(PS1.key), posterior_mean="#"), RELEASED)
    suite, known = collect(PS1.suite), known_misconceptions(PS1, COURSE)
    needed = cells_that_decide(notebook, RELEASED)
    cell = "test_posterior_mean"
    with NotebookRun(notebook, suite.examples, kernel_setup(COURSE), needed) as run:
        run.run_cells()

        def ask(source):
            run.substitute(source, [cell])
            return run_suite(suite, run, known, frozenset([cell]))[0]

        yield ask


@pytest.mark.parametrize("mistake", MISTAKES_OF_FORM)
@pytest.mark.xdist_group("mistakes of form")
def test_mistakes_of_form_get_their_own_words(mistake, ask_for_posterior_mean):
    source, words = MISTAKES_OF_FORM[mistake]
    cell = ask_for_posterior_mean(source)
    assert cell.score < 6
    told = [test.hint for test in cell.tests if not test.passed]
    assert any(words in hint for hint in told), told
    assert all(hint.isprintable() for hint in told)


@pytest.mark.parametrize(
    ("source", "told"),
    [
        ("def posterior_mean(a, b, k, n)\n    return 1", r"SyntaxError: .*, in line 1\."),
        ("def posterior_mean(a, b, k, n, x=y):\n    return 1", r"NameError: name 'y' is not defin"),
    ],
)
def test_what_a_cell_stops_with_is_told_where_its_function_is_missing(key, source, told):
    cells = grade(with_answers(key, posterior_mean=source), PS1, COURSE).cells
    hint = cells[0].tests[0].hint
    assert "does not exist, because the cell that should define it stops with" in hint
    assert re.search(told, hint), hint


def test_an_error_on_hidden_inputs_is_told_by_type_and_line_only(key):
    """And by no line that student code made up, which could tell thousands of inputs apart."""
    picky = (
        "def posterior_mean(a, b, k, n):\n"
        "    if isinstance(a, float) and a not in (6.0, 2.0):\n"
        "        if jnp.ndim(k):\n"
        "            raise ValueError(f'secret {a} {b}')\n"
        "        exec(compile('\\n' * 776 + 'raise ValueError()', 'x', 'exec'), globals())\n"
        f"    {RIGHT}"
    )
    graded = grade(with_answers(key, posterior_mean=picky), PS1, COURSE)
    hints = " ".join(test.hint for test in graded.cells[0].tests)
    assert "ValueError in line 4" in hints
    assert "with ValueError." in hints
    assert "secret" not in hints


@cache
def graded_with_wrong_mean():
    """A wrong posterior mean; and the answer to data_weight stands in a cell of one's own."""
    wrong = "def posterior_mean(a, b, k, n):\n    return k / n"
    notebook = with_answers(read_notebook(PS1.key), posterior_mean=wrong, data_weight="# below")
    own = "def data_weight(a, b, n):\n    return n / (a + b + n)"
    notebook = with_cell(notebook, own, after="data_weight")
    return notebook, grade(notebook, PS1, COURSE)


@pytest.mark.xdist_group("wrong mean")
def test_a_wrong_answer_is_followed_and_one_in_a_cell_of_ones_own_counts():
    assert scores(graded_with_wrong_mean()[1]) == scores(graded_key(PS1)) | {
        "test_posterior_mean": 0.0
    }


@pytest.mark.xdist_group("wrong mean")
def test_grading_is_repeatable():
    """Twice the same submission, twice the same result, to the byte."""
    notebook, first = graded_with_wrong_mean()
    assert repr(grade(notebook, PS1, COURSE).cells) == repr(first.cells)


@pytest.mark.xdist_group("wrong mean")
def test_where_no_words_can_be_found_the_points_stay_and_a_remark_is_made(monkeypatch, caplog):
    """Naming a mistake is a courtesy: no grade depends on it."""

    def fail(*_, **__):
        raise TypeError("\x1b[2J out of order")

    notebook, named = graded_with_wrong_mean()
    monkeypatch.setattr(suite_module, "name_misconceptions", fail)
    graded = grade(notebook, PS1, COURSE)
    assert scores(graded) == scores(named)
    assert all(test.hint for test in graded.cells[0].tests)
    assert not any(test.misconception for test in graded.cells[0].tests)
    assert graded.reason.startswith(
        "What is wrong in test_posterior_mean could not be named, which costs no points: TypeError"
    )
    assert graded.reason.isprintable()
    assert graded.reason in caplog.text
    assert named.reason == ""


def test_what_may_come_from_an_earlier_exercise_that_is_missing_is_said_to(key):
    stub = "def posterior_mean(a, b, k, n):\n    raise NotImplementedError()"
    cells = {
        cell.grade_id: cell
        for cell in grade(with_answers(key, posterior_mean=stub), PS1, COURSE).cells
    }
    for test in cells["test_shrinkage_shift"].tests:
        assert "`posterior_mean` still has its placeholder" in test.hint
        assert "mend that first" in test.hint


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
