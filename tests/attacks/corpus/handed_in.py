"""Attacks by what is handed in: cells, points and formats that are not the course's; magics."""

import copy
import json
from collections.abc import Callable

import nbformat
from nbformat import NotebookNode

from attacks.corpus.attack import Attack

# Right answers, for attacks that put them where they must not count.
_RIGHT = """
def posterior_mean(a, b, k, n): return (a + k) / (a + b + n)
def data_weight(a, b, n): return n / (a + b + n)
def shrinkage_shift(a, b, k, n): return posterior_mean(a, b, k, n) - k / n
"""


def _named(notebook: NotebookNode, beginning: str) -> list[NotebookNode]:
    """The cells whose name in nbgrader begins so."""
    return [
        cell
        for cell in notebook.cells
        if cell.metadata.get("nbgrader", {}).get("grade_id", "").startswith(beginning)
    ]


def _each_test(change: Callable[[NotebookNode], None]) -> Callable[[NotebookNode], None]:
    def change_all(notebook: NotebookNode) -> None:
        for cell in _named(notebook, "test_"):
            change(cell)

    return change_all


def _show_full_marks(cell: NotebookNode) -> None:
    points = float(cell.metadata["nbgrader"]["points"])
    cell.source = repr(points)
    cell.outputs = [
        nbformat.v4.new_output(
            "execute_result", data={"text/plain": repr(points)}, execution_count=1
        )
    ]


def _raise_points(cell: NotebookNode) -> None:
    cell.metadata["nbgrader"].update(points=1000, score=1000, extra_credit=1000, grade=True)


def _unlock(cell: NotebookNode) -> None:
    cell.source = "pass"
    cell.metadata["nbgrader"].update(solution=True, locked=False, grade=True, checksum="0")


def _let_a_person_grade(cell: NotebookNode) -> None:
    cell.metadata["nbgrader"].update(grade=False, solution=False, task=True)
    cell.cell_type = "markdown"


def _rename(cell: NotebookNode) -> None:
    cell.metadata["nbgrader"]["grade_id"] += "_of_another_exercise"


def _swap_names(notebook: NotebookNode) -> None:
    cells = _named(notebook, "test_")
    names = [cell.metadata["nbgrader"]["grade_id"] for cell in cells]
    for cell, name in zip(cells, reversed(names), strict=True):
        cell.metadata["nbgrader"]["grade_id"] = name


def _delete_tests(notebook: NotebookNode) -> None:
    tests = _named(notebook, "test_")
    notebook.cells = [cell for cell in notebook.cells if cell not in tests]


def _delete_everything_else(notebook: NotebookNode) -> None:
    notebook.cells = _named(notebook, "test_plot_shrinkage")


def _duplicate(notebook: NotebookNode) -> None:
    for cell in _named(notebook, "test_"):
        for _ in range(3):
            another = copy.deepcopy(cell)
            _show_full_marks(another)
            notebook.cells.append(another)


def _move_tests_up(notebook: NotebookNode) -> None:
    tests = _named(notebook, "test_")
    notebook.cells = tests + [cell for cell in notebook.cells if cell not in tests]


def _answer_behind_the_tests(notebook: NotebookNode) -> None:
    notebook.cells.append(nbformat.v4.new_code_cell(_RIGHT))


def _answer_in_a_copy(notebook: NotebookNode) -> None:
    for cell in _named(notebook, "test_"):
        cell.source = _RIGHT


def _add_exercises(notebook: NotebookNode) -> None:
    for number in range(20):
        cell = nbformat.v4.new_code_cell(f"{number}.0")
        cell.metadata["nbgrader"] = {
            "grade_id": f"test_of_my_own_{number}",
            "grade": True,
            "locked": True,
            "points": 100,
            "schema_version": 3,
            "solution": False,
            "task": False,
            "cell_type": "code",
        }
        notebook.cells.append(cell)


def _write_a_script(notebook: NotebookNode) -> None:
    (cell,) = _named(notebook, "explain_")
    cell.source = (
        "<script>alert(6.0)</script> <img src=x onerror=alert(1)> [x](javascript:alert(1)) "
        "<iframe srcdoc='<script>6.0</script>'></iframe> ![](attachment:x.svg)"
    )
    cell.attachments = {"x.svg": {"image/svg+xml": "<svg><script>6.0</script></svg>"}}


def _with_metadata(**metadata) -> Callable[[NotebookNode], None]:
    def change(notebook: NotebookNode) -> None:
        notebook.metadata.update(nbformat.from_dict(metadata))

    return change


def _as_text(notebook: NotebookNode, **changes) -> str:
    return json.dumps({**notebook, **changes})


def _in_many_cells(notebook: NotebookNode) -> None:
    notebook.cells += [nbformat.v4.new_code_cell("print('6.0 ' * 10**5)") for _ in range(100)]
    _move_tests_down(notebook)


def _move_tests_down(notebook: NotebookNode) -> None:
    (last,) = _named(notebook, "test_plot_shrinkage")
    notebook.cells.remove(last)
    notebook.cells.append(last)


def _with_text(text: str) -> Callable[[NotebookNode], None]:
    """A change that puts ``text`` into a cell before the answers."""

    def change(notebook: NotebookNode) -> None:
        (setup,) = _named(notebook, "setup")
        notebook.cells.insert(notebook.cells.index(setup) + 1, nbformat.v4.new_code_cell(text))

    return change


def _handed_in(name: str, aim: str, change, refused: str = "", told: str = "", **more) -> Attack:
    return Attack(name, aim, change=change, refused=refused, told=told, **more)


HANDED_IN = (
    _handed_in(
        "edits the tests",
        "Replaces the checks by the score that they would give.",
        _each_test(_show_full_marks),
        told="still has its placeholder",
    ),
    _handed_in(
        "deletes the tests",
        "Hands in a notebook in which nothing is tested.",
        _delete_tests,
        told="still has its placeholder",
    ),
    _handed_in(
        "deletes everything but a test",
        "Leaves one check and no set-up.",
        _delete_everything_else,
        told="still has its placeholder",
    ),
    _handed_in(
        "duplicates the tests",
        "Adds copies of the checks that say full marks.",
        _duplicate,
        told="still has its placeholder",
    ),
    _handed_in(
        "moves the tests",
        "Puts the checks before whatever could fail them.",
        _move_tests_up,
        told="still has its placeholder",
    ),
    _handed_in(
        "renames the tests",
        "Lets the checks be those of another exercise.",
        _each_test(_rename),
        told="still has its placeholder",
    ),
    _handed_in(
        "swaps the tests",
        "Gives one check the name of another.",
        _swap_names,
        told="still has its placeholder",
    ),
    _handed_in(
        "raises its points",
        "Writes points, scores and extra credit into the cells' metadata.",
        _each_test(_raise_points),
        told="still has its placeholder",
    ),
    _handed_in(
        "unlocks the tests",
        "Says that the checks are answers, which keep their text.",
        _each_test(_unlock),
        told="still has its placeholder",
    ),
    _handed_in(
        "lets a person grade the tests",
        "Says that the checks are written answers.",
        _each_test(_let_a_person_grade),
        told="still has its placeholder",
    ),
    _handed_in(
        "adds exercises of its own",
        "Adds tests with a hundred points each, which it passes.",
        _add_exercises,
        told="still has its placeholder",
    ),
    _handed_in(
        "defines its answers behind the tests",
        "Uses names that only exist when all tests have been passed.",
        _answer_behind_the_tests,
        told="still has its placeholder",
    ),
    _handed_in(
        "answers in the tests",
        "Writes its answers into the locked cells.",
        _answer_in_a_copy,
        told="still has its placeholder",
    ),
    _handed_in(
        "writes a script into its text",
        "Answers in words with HTML that would run in the page of whoever grades.",
        _write_a_script,
    ),
    _handed_in(
        "is of another language",
        "Says that it is written in R.",
        _with_metadata(kernelspec={"name": "ir", "language": "R", "display_name": "R"}),
        refused="choose a Python kernel",
    ),
    _handed_in(
        "asks for a kernel of its own",
        "Names a kernel that would run a command.",
        _with_metadata(kernelspec={"name": "../../bin/sh", "argv": ["sh", "-c", "echo 6.0"]}),
        told="still has its placeholder",
    ),
    _handed_in(
        "is of an old format",
        "Is written in the format of 2014, in which cells are kept elsewhere.",
        lambda notebook: _as_text(notebook, nbformat=3, worksheets=[{"cells": notebook.cells}]),
        refused="format version '3'",
    ),
    _handed_in(
        "is of a format to come",
        "Claims a version that nobody knows.",
        lambda notebook: _as_text(notebook, nbformat="4.0 or 5.0"),
        refused="format version",
    ),
    _handed_in(
        "is no notebook",
        "Hands in text under the notebook's name.",
        lambda notebook: "posterior_mean: 6.0 of 6 points",
        refused="not valid JSON",
    ),
    _handed_in(
        "is nested without end",
        "Hands in JSON that overflows the reader's stack.",
        lambda notebook: "[" * 200_000,
        refused="not valid JSON",
    ),
    _handed_in(
        "has too many cells",
        "Hands in so many cells that nobody can grade them.",
        lambda notebook: _as_text(notebook, cells=[*notebook.cells[:40]] * 100),
        refused="more than 2000 cells",
    ),
    _handed_in(
        "has malformed cells",
        "Hands in cells that are no cells.",
        lambda notebook: _as_text(notebook, cells=[*notebook.cells, 6.0, {"source": {}}]),
        refused="is malformed",
    ),
    _handed_in(
        "has malformed metadata",
        "Hands in cells whose metadata are of the wrong types.",
        lambda notebook: _as_text(
            notebook,
            cells=[
                *notebook.cells,
                *(
                    {"cell_type": "code", "source": "", "metadata": metadata}
                    for metadata in (
                        None,
                        [],
                        {"nbgrader": 6.0},
                        {"nbgrader": {"grade_id": ["test_posterior_mean"], "points": "1000"}},
                        {"nbgrader": {"grade_id": "test_posterior_mean", "points": {}}},
                    )
                ),
            ],
        ),
        told="still has its placeholder",
    ),
    _handed_in(
        "has letters that are none",
        "Writes halves of UTF-16 letters into its cells, which no file takes.",
        lambda notebook: _as_text(
            notebook,
            cells=[
                *notebook.cells[:5],
                {"cell_type": "code", "source": "x = '\ud800'", "metadata": {}},
                {"cell_type": "markdown", "source": "\udfff", "metadata": {}},
                *notebook.cells[5:],
            ],
        ),
    ),
    _handed_in(
        "has a cell that is nested too deeply",
        "Writes code on which Python's own parser gives up, in the grader as well.",
        _with_text("x = " + "-" * 60_000 + "1\n" + "y = " + "(" * 300 + ")" * 300),
        told="MemoryError|SyntaxError|RecursionError",
    ),
    _handed_in(
        "has a cell with a very long expression",
        "Writes code that is valid and takes the parser's stack, in the grader as well.",
        _with_text("a = 0\nx = a" + ".real" * 25_000),
        told="RecursionError|This cell was (interrupted|stopped)",
    ),
    _handed_in(
        "prints much in each of many cells",
        "Stays below the limit in every cell, and fills the grader's disk with all of them.",
        _in_many_cells,
        limits={"submission_seconds": 20},
    ),
    Attack(
        "asks for input",
        "Waits for an answer that nobody will give.",
        "score = input('your score? ')",
        told="StdinNotImplementedError",
    ),
    Attack(
        "installs packages",
        "Gets code from elsewhere, with a name of the course's.",
        "%pip install --quiet --retries 0 --timeout 1 solutions genjax==0.0.0",
        told="No module named pip|ERROR|Could not find|restart the kernel",
        limits={"cell_seconds": 10},
    ),
    Attack(
        "uses magics",
        "Leaves the notebook for shells, files and other languages.",
        """
%reset -f
%cd /
!echo $HOME; ls -la / | head; env
%env JAX_ENABLE_X64=1
get_ipython().run_cell_magic("bash", "", "cat /etc/passwd; kill -9 1")
get_ipython().run_cell_magic("writefile", "/scratch/sitecustomize.py", "raise SystemExit")
%config Application.log_level = 10
""",
    ),
)
