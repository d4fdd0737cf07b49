"""What is tested is promised: each hidden test has its words in the text that students read."""

import ast

import pytest
from promises import PROMISES

from autograder.notebooks.cells import grade_id, is_solution
from autograder.notebooks.reading import released_notebook
from course_config import ASSIGNMENTS

by_assignment = pytest.mark.parametrize("assignment", ASSIGNMENTS, ids=lambda a: a.name)


def hidden_tests(assignment):
    """Function and name of each hidden test."""
    found = []
    for node in ast.parse(assignment.suite.read_text("utf-8")).body:
        if isinstance(node, ast.ClassDef) and node.name.startswith("Test"):
            (mark,) = [d for d in node.decorator_list if d.func.attr == "grade_cell"]
            function = mark.args[0].value.removeprefix("test_")
            found += [
                (function, item.name.removeprefix("test_"))
                for item in node.body
                if isinstance(item, ast.FunctionDef) and item.name.startswith("test_")
            ]
    return found


def promised_for(assignment, function, name):
    promises = PROMISES[assignment.name]
    return promises.get(f"{function}: {name}") or promises.get(name)


def text_of_exercise(assignment, function):
    """What students read of an exercise, and the notebook's own words on how it is graded."""
    cells = released_notebook(assignment).cells
    place = next(i for i, c in enumerate(cells) if is_solution(c) and grade_id(c) == function)
    return " ".join(" ".join(cells[i].source for i in (1, place - 1, place)).split())


@by_assignment
def test_each_hidden_test_has_its_promise_and_each_promise_its_test(assignment):
    tests = hidden_tests(assignment)
    assert all(promised_for(assignment, *test) for test in tests)
    names = {name for _, name in tests} | {": ".join(test) for test in tests}
    assert PROMISES[assignment.name].keys() <= names


@by_assignment
def test_promises_are_kept_in_the_text(assignment):
    for function, name in hidden_tests(assignment):
        text = text_of_exercise(assignment, function)
        for words in promised_for(assignment, function, name):
            assert words in text, f"{function}, {name}: {words!r} is not said"
