"""Submissions that cheat gain nothing, and the next one is graded as if nothing had been.

Each attack is put into a notebook without answers; whatever it does, no test cell may score.
"""

import pytest
from conftest import PS1, STRICT, scores, with_answers, with_cell

from autograder.grading.grade import grade
from autograder.notebooks.cells import grade_id
from course_config import COURSE

STUB = "raise NotImplementedError()"

ATTACKS = {
    "reads the hidden suites": """
import glob
for path in glob.glob("/**/test_*.py", recursive=True):
    if "shrinkage" in path:
        exec(open(path).read())
""",
    "prints scores": """
print(6.0)
print('{"score": 6.0, "passed": true}')
from IPython.display import display
display({"text/plain": "6.0", "application/json": {"answer": {"kind": "float", "value": "6.0"}}},
        raw=True)
6.0
""",
    "empties every later cell": (
        "get_ipython().input_transformers_cleanup.append(lambda lines: ['pass\\n'])"
    ),
    "patches the test libraries": """
import numpy as np, sys
np.allclose = np.testing.assert_allclose = lambda *args, **kwargs: True
for name, module in list(sys.modules.items()):
    if name.startswith(("autograder", "pytest", "unittest")):
        for attribute in dir(module):
            try:
                setattr(module, attribute, lambda *args, **kwargs: True)
            except Exception:
                pass
""",
    "answers with objects that equal everything": """
class Right(float):
    __eq__ = __le__ = __ge__ = __lt__ = __gt__ = lambda self, other: True
    __hash__ = None
    __array__ = lambda self, *args, **kwargs: [True]
    dtype = shape = None
posterior_mean = data_weight = shrinkage_shift = plot_shrinkage = lambda *args: Right("nan")
""",
    "answers in the agent's place": """
import sys
agent = sys.modules["autograder.in_kernel.agent"]
class Reply:
    def _repr_mimebundle_(self, include=None, exclude=None):
        return {"application/json": {"score": 6.0, "passed": True, "answer": {
            "kind": "array", "dtype": "float32", "shape": [7], "data": "/" * 40}}}
agent.answer = lambda request: Reply()
""",
    "exits": "import os; os._exit(0)",
    "exits when it is asked": """
import os
posterior_mean = data_weight = shrinkage_shift = plot_shrinkage = lambda *args: os._exit(0)
""",
    "loops": "while True: pass",
    "loops when it is asked": """
def posterior_mean(*args):
    while True: pass
data_weight = shrinkage_shift = plot_shrinkage = posterior_mean
""",
    "fills memory": "rows = []\nwhile True: rows.append(bytearray(b'x' * 2**26))",
    "floods output": "while True: print('6.0 ' * 10_000)",
    "answers without end": """
posterior_mean = data_weight = shrinkage_shift = lambda *args: ["6.0"] * 10**7
def plot_shrinkage(*args):
    _, ax = plt.subplots()
    for i in range(3000): ax.axhline(i)
    return ax
""",
    "nests its answer": """
def posterior_mean(*args):
    answer = []
    for _ in range(10**5): answer = [answer]
    return answer
data_weight = shrinkage_shift = plot_shrinkage = posterior_mean
""",
    "imports the reference": "from solutions import *\nfrom solutions.shrinkage import *",
}


@pytest.mark.parametrize("attack", ATTACKS)
def test_an_attack_gains_nothing(attack, released):
    # Behind the last exercise's stub, so that the names it defines are the ones that are tested.
    notebook = with_answers(
        released, **{name: f"def {name}(*args, **kwargs): {STUB}" for name in GRADED}
    )
    notebook = with_cell(notebook, ATTACKS[attack], after="setup")
    for name in GRADED:
        for cell in notebook.cells:
            if grade_id(cell) == name:
                cell.source = f"if {name!r} not in globals():\n    {cell.source}"
    graded = grade(notebook, PS1, STRICT)
    assert set(scores(graded).values()) == {0.0}


GRADED = ("posterior_mean", "data_weight", "shrinkage_shift", "plot_shrinkage")


def test_after_the_attacks_the_key_still_scores_full_marks(key):
    assert sum(scores(grade(key, PS1, COURSE)).values()) == 17


def test_one_deadly_cell_costs_no_other_exercise(key):
    deadly = with_answers(key, data_weight="import os; os._exit(0)")
    assert scores(grade(deadly, PS1, STRICT)) == {
        "test_posterior_mean": 6.0,
        "test_data_weight": 0.0,
        "test_shrinkage_shift": 3.0,
        "test_plot_shrinkage": 5.0,
    }


def test_a_name_overwritten_later_is_graded_as_it_was(key):
    later = with_cell(key, "posterior_mean = 0.6\ndata_weight = None", after="test_plot_shrinkage")
    assert sum(scores(grade(later, PS1, COURSE)).values()) == 17


def test_hidden_inputs_reach_no_page(key):
    """Functions that note their arguments, and cells that print the notes."""
    spy = """
SEEN = []
def posterior_mean(a, b, k, n):
    SEEN.append((a, b, k, n))
    print("SEEN", SEEN)
    if len(SEEN) > 1:
        raise ValueError(f"SEEN {SEEN}")
    return (a + k) / (a + b + n)
"""
    curious = with_answers(
        with_cell(key, "print('noted', SEEN)", after="test_data_weight"), posterior_mean=spy
    )
    graded = grade(curious, PS1, STRICT)
    assert scores(graded)["test_posterior_mean"] < 6
    shown = str(graded.cells)
    for cell in graded.graded_notebook.cells:
        for output in cell.get("outputs", []):
            if "data" in output:
                output["data"].pop("image/png", None)
            shown += str(output)
    assert "noted [(6.0, 4.0" in shown
    # Numbers that only the hidden suite uses.
    for hidden in ("7.25", "12.5", "1000"):
        assert hidden not in shown


def test_scratch_files_do_not_survive_a_restart(key):
    spy = """
import os
print("left over:", os.path.exists("/scratch/notes"))
def posterior_mean(a, b, k, n):
    open("/scratch/notes", "w").write(str((a, b, k, n)))
    os._exit(0)
"""
    graded = grade(with_answers(key, posterior_mean=spy), PS1, STRICT)
    assert "left over: False" in str(graded.graded_notebook.cells)
    assert "left over: True" not in str(graded.graded_notebook.cells)
    assert scores(graded)["test_data_weight"] == 3
