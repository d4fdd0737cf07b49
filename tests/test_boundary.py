"""Right answers keep their points whatever else is in the notebook, and no page shows a question.

What cheats without right answers is in ``attacks``.
"""

import pytest
from conftest import PS1, STRICT, scores, with_answers, with_cell

from autograder.grading.grade import grade
from autograder.hidden import test_shrinkage as hidden_suite
from course_config import COURSE


def test_one_deadly_cell_costs_no_other_exercise(key):
    deadly = with_answers(key, data_weight="import os; os._exit(0)")
    assert scores(grade(deadly, PS1, STRICT)) == {
        "test_posterior_mean": 6.0,
        "test_data_weight": 0.0,
        "test_shrinkage_shift": 3.0,
        "test_plot_shrinkage": 5.0,
    }


@pytest.mark.parametrize(
    "code", ["quit()", "exit", "exit(keep_kernel=False)", "import sys; sys.exit()"]
)
def test_a_cell_that_quits_costs_no_exercise(key, code):
    """In Jupyter this ends the kernel, a moment after the cell is over."""
    # The moment passes under another cell.
    later = with_cell(key, "import time; time.sleep(1)", after="setup")
    graded = grade(with_cell(later, code, after="setup"), PS1, STRICT)
    assert sum(scores(graded).values()) == 17


def test_names_are_graded_as_they_stood_at_the_test_cell(key):
    """Neither what a later cell overwrites counts, nor a name that only a later cell binds."""
    early = "def posterior_mean(a, b, k, n):\n    return late * (a + k) / (a + b + n)"
    later = with_cell(
        with_answers(key, posterior_mean=early),
        "late = 1.0\ndata_weight = None",
        after="test_data_weight",
    )
    graded = grade(later, PS1, COURSE)
    assert scores(graded) == {
        "test_posterior_mean": 0.0,
        "test_data_weight": 3.0,
        "test_shrinkage_shift": 3.0,
        "test_plot_shrinkage": 5.0,
    }
    assert all("NameError" in test.hint for test in graded.cells[0].tests)


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
    hidden = str(hidden_suite.B)
    assert hidden not in str(key)
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
