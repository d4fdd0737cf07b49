"""What several test modules share: notebooks to hand in, and short ways to grade them."""

import copy
import dataclasses
from functools import cache

import nbformat
import pytest

from autograder.authoring import answers
from autograder.authoring.answers import fill_in
from autograder.course import LatePolicy
from autograder.grading.grade import grade
from autograder.grading.workers import available_cores
from autograder.notebooks.reading import read_notebook, released_notebook
from course_config import ASSIGNMENTS, COURSE

PS1 = ASSIGNMENTS[0]

# Left to ``make verify``, because a test of the same kind is quicker: ``pytest -m thorough``.
THOROUGH = pytest.mark.thorough


@pytest.fixture
def released():
    """The ps1 notebook as students receive it."""
    return released_notebook(PS1)


@pytest.fixture
def key():
    """The ps1 notebook with the right answers."""
    return read_notebook(PS1.key)


@pytest.fixture
def lateness_costs(monkeypatch):
    """A course that takes a tenth of the points a day, at most half of them."""
    from autograder.doors import late  # nbgrader takes a second to load

    policy = LatePolicy(grace_minutes=15, percent_a_day=10, most_percent=50)
    monkeypatch.setattr(late, "COURSE", dataclasses.replace(COURSE, late=policy))
    return policy


@pytest.fixture(scope="session")
def empty_gradebook(tmp_path_factory):
    """A gradebook with nothing in it, to be copied: to make one takes a while."""
    import small_class

    root = tmp_path_factory.mktemp("gradebook")
    small_class.directory_of(root)  # lets nbgrader find what makes one
    with small_class.gradebook_of(root):
        return root / "gradebook.db"


# Begun first: what takes long, so that no worker is left alone with it, and what mostly waits, so
# that others work meanwhile.
FIRST = (
    "attacks/test_attacks.py",
    "test_crash_safety.py",
    "attacks/test_other_user.py",
    "attacks/test_positive_control.py",
    "test_cluster.py",
    "test_verify.py",
    "test_odd_answers.py",
    "test_compiled_code.py",
    "test_demo.py",
    "test_doors.py",
    "test_sandbox.py",
)


def pytest_collection_modifyitems(items):
    def place(item):
        return next((i for i, name in enumerate(FIRST) if name in item.nodeid), len(FIRST))

    items.sort(key=place)


def pytest_xdist_auto_num_workers():
    """Two workers a core: half of the tests wait for kernels, most of all those of attacks."""
    return 2 * available_cores()


# Limits that make attacks end soon.
STRICT = dataclasses.replace(
    COURSE,
    limits=dataclasses.replace(
        COURSE.limits, cell_seconds=4, call_seconds=4, memory_bytes=2 * 2**30
    ),
)


def with_answers(notebook, **sources):
    """A copy of the notebook with the text of some cells replaced, by grade_id."""
    return fill_in(notebook, sources)


def with_cell(notebook, source, after=None):
    """A copy with a further code cell, behind the cell of that grade_id or at the start."""
    notebook = copy.deepcopy(notebook)
    index = 0
    for i, cell in enumerate(notebook.cells):
        if after and cell.metadata.get("nbgrader", {}).get("grade_id") == after:
            index = i + 1
    notebook.cells.insert(index, nbformat.v4.new_code_cell(source, id="added-by-the-test"))
    return notebook


@cache
def graded_key(assignment):
    """The answer key, graded once for all tests of this process."""
    return grade(read_notebook(assignment.key), assignment, COURSE)


def demo_submission(student, assignment=PS1):
    """What a student of the demo class hands in."""
    return answers.demo_submission(assignment, student)


def scores(graded):
    """The score of each test cell."""
    return {cell.grade_id: cell.score for cell in graded.cells}


def attempt(statement, preparation=""):
    """Code for a kernel that tries something and prints ``done`` or ``refused`` and the error."""
    return f"""
import ctypes, os, signal
libc = ctypes.CDLL(None, use_errno=True)
def call(name, *arguments):
    if getattr(libc, name)(*arguments) == -1:
        raise OSError(ctypes.get_errno(), name)
{preparation}
try:
    {statement}
    print("done")
except OSError as error:
    print("refused:", type(error).__name__)
"""
