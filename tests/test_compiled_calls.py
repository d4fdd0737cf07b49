"""A student's function is compiled once for all numbers where it can be, else called plainly."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from autograder.in_kernel import questions


@pytest.fixture(autouse=True)
def forget_programs():
    questions.forget_programs()


@pytest.fixture
def names(monkeypatch):
    """The names of a notebook."""
    names = {}
    monkeypatch.setattr(questions, "notebook_names", lambda: names)
    return names


def counting(function):
    """The function, and how often Python has run it."""
    calls = []

    def counted(*args):
        calls.append(args)
        return function(*args)

    return counted, calls


def test_calls_that_differ_in_numbers_are_traced_once():
    function, calls = counting(lambda x, y: jnp.sum(x) * y)
    answers = [questions.call_compiled(function, jnp.arange(3.0) + i, float(i)) for i in range(5)]
    assert [float(answer) for answer in answers] == [sum(range(i, i + 3)) * i for i in range(5)]
    assert len(calls) == 1


def test_other_shapes_and_whole_numbers_are_other_programs():
    function, calls = counting(lambda x, size: jnp.zeros(size) + jnp.sum(x))
    for x, size in ((jnp.ones(3), 2), (jnp.ones(4), 2), (jnp.ones(4), 5), (jnp.ones(4), 5)):
        assert questions.call_compiled(function, x, size).shape == (size,)
    assert len(calls) == 3


def unrolled(x):
    total = jnp.float32(0)
    for _ in range(4000):
        total = total + jnp.sin(x)
    return total


@pytest.mark.parametrize(
    "function",
    [
        lambda x: jnp.float32(1) if x > 0 else jnp.float32(2),
        lambda x: np.sin(float(x)),
        lambda x: [x, 2 * x],
        lambda x: "a text",
        lambda x: None,
        lambda x: 3.0,
        unrolled,
    ],
    ids=["branches", "leaves JAX", "a list", "a text", "nothing", "a Python number", "unrolls"],
)
def test_what_cannot_be_compiled_is_called_plainly(function):
    counted, calls = counting(function)
    for x in (0.5, -0.5):
        plain, answer = function(x), questions.call_compiled(counted, x)
        assert type(answer) is type(plain)
        assert np.all(np.asarray(answer) == np.asarray(plain))
    assert calls[-1] == (-0.5,)


def test_an_error_is_the_students_own():
    def stops(x):
        raise ValueError("mine")

    with pytest.raises(ValueError, match="mine"):
        questions.call_compiled(stops, 1.0)


def test_tracing_leaves_nothing_in_the_notebooks_names(names):
    """A function that keeps what it is given would otherwise spoil the answers of others."""
    names["kept"] = 1.0

    def keeps(x):
        names["kept"] = x * 2.0
        names["new"] = x
        return jnp.float32(3) * x

    assert float(questions.call_compiled(keeps, 4.0)) == 12
    assert names["kept"] == 8.0
    assert not any(isinstance(value, jax.core.Tracer) for value in names.values())


def test_programs_are_those_of_one_test_cell(monkeypatch):
    """Another cell may have given another meaning to a name that the function uses."""
    meaning = {"factor": 2.0}
    function, calls = counting(lambda x: jnp.asarray(x * meaning["factor"]))
    monkeypatch.setattr(questions, "asked_at", "test_first")
    assert float(questions.call_compiled(function, 3.0)) == 6
    meaning["factor"] = 5.0
    monkeypatch.setattr(questions, "asked_at", "test_second")
    assert float(questions.call_compiled(function, 3.0)) == 15
    assert len(calls) == 2
