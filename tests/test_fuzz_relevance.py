"""No text that stands in a cell stops the grader from telling which cells decide."""

import nbformat
import pytest
from fuzzing import TEXTS, fuzzed
from hypothesis import given
from hypothesis import strategies as st

from autograder.notebooks.relevance import cells_that_decide

DEMO = "rate = 0.5"
CHECK = nbformat.v4.new_code_cell("assert True")
CHECK.metadata["nbgrader"] = {"grade_id": "test_f", "grade": True, "solution": False}
RELEASE = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(DEMO), CHECK])

WORDS = st.sampled_from(
    [
        *"def ( ) : lambda x = 1 [ ] { } , . rate global class async await for in if else".split(),
        *"import from * ** @ % ! ? := -> f'{ ' \" ''' return yield match case del \\ # ;".split(),
        *"... %time !ls __ _ get_ipython() exec eval 1e999 0x \ud800 \0 \x0c \ufeff".split(" "),
        *["\n", "\n    ", "\n\t", " ", "\r", "\u2028", "9" * 5000],
    ]
)
SOURCES = st.lists(WORDS | TEXTS, max_size=25).map("".join)


def decide(*sources):
    cells = [nbformat.v4.new_code_cell(source) for source in (*sources, DEMO)]
    notebook = nbformat.v4.new_notebook(cells=[*cells, CHECK])
    return cells_that_decide(notebook, RELEASE)


@fuzzed(300)
@given(SOURCES, SOURCES)
def test_any_text_is_run(first, second):
    """What the student wrote is run, whatever it is; only the demonstration may be left out."""
    assert {0, 1} <= decide(first, second) <= {0, 1, 2}


DEEP = {
    "brackets": "(" * 5000 + ")" * 5000,
    "signs": "-" * 100_000 + "1",
    "attributes": "x" + ".a" * 60_000,
    "sums": "1" + "+1" * 60_000,
    "powers": "2" + "**2" * 40_000,
    "calls": "x" + "()" * 60_000,
    "negations": "not " * 30_000 + "x",
    "functions without names": "lambda:" * 15_000 + "1",
    "choices": "1 if x else " * 10_000 + "1",
    "else if": "if x:\n pass\n" + "elif x:\n pass\n" * 8000,
    "blocks": "\n".join(" " * i + "if 1:" for i in range(300)) + "\n" + " " * 300 + "pass",
    "assignments": "a=" * 60_000 + "1",
    "annotations": "x: " + "a+" * 20_000 + "1",
    "digits": "x = " + "9" * 100_000,
    "decorators": "@a\n" * 30_000 + "def f(): pass",
}


@pytest.mark.parametrize("source", DEEP.values(), ids=DEEP)
def test_what_python_gives_up_on_is_run(source):
    assert 0 in decide(source)


def test_functions_in_functions_are_not_looked_through_for_long():
    functions = "x = " + "(lambda: " * 140 + "a.b(1),{})" + ")" * 139
    assert decide(functions.format("")) == {0}
    assert decide(functions.format("a.b(1)," * 15_000)) == {0, 1}
