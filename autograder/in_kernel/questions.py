"""The ways in which a function or a GenJAX model is asked, a student's or one of the grader's.

JAX compiles a program for each shape, and anew for each number that is written into it. What is
asked often is therefore compiled once, with the numbers left open.
"""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any


def notebook_names() -> dict[str, Any]:
    """The notebook's names; none in the grader's own process, which has no notebook."""
    from IPython import get_ipython

    shell = get_ipython()  # type: ignore[no-untyped-call]
    return shell.user_ns if shell else {}


class NotAModel(Exception):
    """A function that is asked to act as a GenJAX model and is none."""


def call_each(function: Any, arrays: list[Any], *rest: Any) -> Any:
    """``function(*entries, *rest)`` for the entries of equally long arrays, stacked."""
    import jax
    import numpy as np

    try:
        return jax.vmap(lambda *entries: function(*entries, *rest))(*arrays)
    except Exception:  # not written for vmap, which is no mistake
        return np.array([function(*entries, *rest) for entries in zip(*arrays, strict=True)])


def simulate(model: Any, *args: Any, seed: int, draws: int, addresses: list[str]) -> dict[str, Any]:
    """``draws`` runs of a model: ``retval``, and under its address each choice that is there."""
    import jax

    if not hasattr(model, "simulate"):
        raise NotAModel

    def simulate_all(args: tuple[Any, ...], keys: Any) -> dict[str, Any]:
        def run(key: Any) -> dict[str, Any]:
            trace = model.simulate(key, args)
            choices, values = trace.get_choices(), {"retval": trace.get_retval()}
            for address in addresses:
                try:
                    values[address] = choices[address]
                except Exception:  # the model makes no choice at this address
                    continue
            return values

        return dict(jax.vmap(run)(keys))

    keys = jax.random.split(jax.random.PRNGKey(seed), draws)
    return _with_compiled(("simulate", *addresses), model, simulate_all, args, keys)


def assess(model: Any, *args: Any, choices: dict[str, Any]) -> Any:
    """The log density of each row of ``choices`` (address -> array) under a model."""
    import jax
    from genjax import ChoiceMapBuilder

    if not hasattr(model, "assess"):
        raise NotAModel

    def assess_all(args: tuple[Any, ...], choices: dict[str, Any]) -> Any:
        def density(row: dict[str, Any]) -> Any:
            return model.assess(ChoiceMapBuilder.kw(**row), args)[0]

        return jax.vmap(density)(choices)

    return _with_compiled(("assess",), model, assess_all, args, choices)


# Compiled programs by test cell (where other names may mean other things), function and kind of
# question, each with its function, so that ids stay unique; None for what cannot be compiled.
_compiled: dict[tuple[Any, ...], tuple[Any, Any]] = {}
asked_at = ""


def forget_programs() -> None:
    """Compile everything anew when it is asked next."""
    _compiled.clear()


def call_compiled(function: Any, *args: Any) -> Any:
    """``function(*args)``, compiled once for all arguments of the same shapes.

    Arrays and floats are left open; everything else, such as a number of draws, is part of the
    program. A function that cannot be traced so is called plainly: one that branches on its numbers
    or leaves JAX, that returns anything but one array, that keeps what it was given, or that
    unrolls a loop into a program too long to be compiled.
    """
    import jax

    is_open = [isinstance(arg, (float, jax.Array)) for arg in args]
    form = [(arg.shape, str(arg.dtype)) if isinstance(arg, jax.Array) else "" for arg in args]
    fixed = [None if open_ else arg for open_, arg in zip(is_open, args, strict=True)]
    kind = (asked_at, id(function), repr(form), repr(fixed))
    open_args = [arg for arg, open_ in zip(args, is_open, strict=True) if open_]

    def ask(open_args: list[Any]) -> Any:
        rest = iter(open_args)
        answer = function(
            *(next(rest) if open_ else arg for open_, arg in zip(is_open, args, strict=True))
        )
        if not isinstance(answer, jax.Array):
            raise TypeError("not one array")
        return answer

    if kind not in _compiled:
        program = jax.jit(ask)
        _compiled[kind] = (function, program if _can_be_compiled(program, open_args) else None)
    _, program = _compiled[kind]
    return function(*args) if program is None else program(open_args)


_MAX_EQUATIONS = 3000
_TRACING_SECONDS = 5


def _can_be_compiled(program: Any, open_args: list[Any]) -> bool:
    """Whether a program can be traced, without traces of that, and is not too long."""
    namespace = notebook_names()
    before = dict(namespace)
    try:
        with _interrupted_after(_TRACING_SECONDS):
            traced = program.trace(open_args)
        return _number_of_equations(traced.jaxpr.jaxpr) <= _MAX_EQUATIONS and not any(
            before.get(name) is not value for name, value in namespace.items()
        )
    except Exception:
        return False
    finally:
        # What it has put into the notebook's names meanwhile are no numbers.
        if any(before.get(name) is not value for name, value in namespace.items()):
            namespace.update(before)


def _number_of_equations(jaxpr: Any) -> int:
    """The length of a program, with those of its loops and branches."""
    from jax.core import jaxprs_in_params  # type: ignore[attr-defined]

    inside = (inner for equation in jaxpr.eqns for inner in jaxprs_in_params(equation.params))
    return len(jaxpr.eqns) + sum(map(_number_of_equations, inside))


@contextmanager
def _interrupted_after(seconds: float) -> Iterator[None]:
    """Raise ``TimeoutError`` in what takes more processor time, where that can be done."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def stop(*_: Any) -> None:
        raise TimeoutError

    earlier = signal.signal(signal.SIGPROF, stop)
    signal.setitimer(signal.ITIMER_PROF, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, earlier)


def _with_compiled(kind: tuple[str, ...], model: Any, ask: Callable[..., Any], *args: Any) -> Any:
    """``ask(*args)``, compiled once for a model and a kind of question, the numbers left open.

    A model that cannot be traced so, because it branches on its numbers, is asked plainly.
    """
    import jax

    _, program = _compiled.setdefault((asked_at, id(model), *kind), (model, jax.jit(ask)))
    try:
        return program(*args)
    except Exception:
        return ask(*args)
