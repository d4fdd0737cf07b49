"""The grader's agent inside the student's kernel: it answers questions, and knows no answers.

Its text, with that of ``wire`` and ``axes``, is sent into the kernel before the student's first
cell. Nothing here is trusted by the grader: student code shares the process and may change all of
it, which can only spoil the student's own answers.

A request is JSON with a ``do``:

``remember``  keep the notebook's names as they are now, under the name of a test cell, so that
              what a later cell overwrites does not change what is graded
``call``      call one function, with the names as they were at that test cell
``compiled``  the same, compiled for all questions that differ only in their numbers
``axes``      call one function and describe the matplotlib Axes that it returns
``each``      call one function for each entry of some arrays
``simulate``  run a GenJAX model many times: its return values and the choices at some addresses
``assess``    ask a GenJAX model for the log density of some choices
"""

from __future__ import annotations

import inspect
import json
import linecache
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from autograder.in_kernel.axes import describe_axes
from autograder.in_kernel.wire import Key, Opaque, WireError, decode, encode

_remembered: dict[str, dict[str, Any]] = {}


class _Reply:
    """Shown by IPython as JSON, so that the answer travels in the protocol's own fields."""

    def __init__(self, content: dict[str, Any]) -> None:
        self.content = content

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, Any]:
        return {"application/json": self.content}


def answer(request_json: str) -> _Reply:
    """Carry out one request; whatever student code raises becomes part of the reply."""
    request = json.loads(request_json)
    try:
        return _Reply(_ACTIONS[request["do"]](request))
    except WireError as error:
        return _Reply({"error": {"kind": "too_large", "message": str(error)}})


def _namespace() -> dict[str, Any]:
    """The notebook's names; none in the grader's own process, which has no notebook."""
    from IPython import get_ipython

    shell = get_ipython()  # type: ignore[no-untyped-call]
    return shell.user_ns if shell else {}


def _remember(request: dict[str, Any]) -> dict[str, Any]:
    _remembered[request["cell"]] = dict(_namespace())
    return {"answer": encode(None)}


# The names at each test cell as the notebook itself left them, while authors try other answers.
_pristine: dict[str, dict[str, Any]] = {}


def go_back_to(cell: str) -> None:
    """For authors: let the notebook's names be what they were at a test cell."""
    if not _pristine:
        _pristine.update({name: dict(names) for name, names in _remembered.items()})
    namespace = _namespace()
    namespace.clear()
    namespace.update(_pristine[cell])


def share_what_is_new(cells: list[str]) -> None:
    """For authors: let test cells see what was bound since :func:`go_back_to` the first of them."""
    _compiled.clear()
    before = _pristine[cells[0]]
    new = {name: value for name, value in _namespace().items() if before.get(name) is not value}
    for cell in cells:
        _remembered[cell] = _pristine[cell] | new


def _call(request: dict[str, Any]) -> dict[str, Any]:
    return _ask_student(request, encode)


def _call_compiled(request: dict[str, Any]) -> dict[str, Any]:
    return _ask_student(request, encode, call_compiled)


def _axes(request: dict[str, Any]) -> dict[str, Any]:
    return _ask_student(request, _describe_figure)


def _describe_figure(ax: Any) -> dict[str, Any]:
    import matplotlib.pyplot as plt

    try:
        return encode(describe_axes(ax))
    except TypeError:
        return encode(Opaque(type(ax).__name__)) | {"kind": "opaque"}
    except ValueError as error:
        raise WireError(f"a figure with {error}") from None
    finally:
        plt.close("all")


def _each(request: dict[str, Any]) -> dict[str, Any]:
    return _ask_student(request, encode, call_each)


def _simulate(request: dict[str, Any]) -> dict[str, Any]:
    return _ask_student(request, encode, simulate)


def _assess(request: dict[str, Any]) -> dict[str, Any]:
    return _ask_student(request, encode, assess)


_ACTIONS: dict[str, Callable[[dict[str, Any]], dict[str, Any]]] = {
    "remember": _remember,
    "call": _call,
    "compiled": _call_compiled,
    "axes": _axes,
    "each": _each,
    "simulate": _simulate,
    "assess": _assess,
}


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
_asked_at = ""


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
    kind = (_asked_at, id(function), repr(form), repr(fixed))
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
    namespace = _namespace()
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

    _, program = _compiled.setdefault((_asked_at, id(model), *kind), (model, jax.jit(ask)))
    try:
        return program(*args)
    except Exception:
        return ask(*args)


def _plain_call(function: Any, *args: Any, **kwargs: Any) -> Any:
    return function(*args, **kwargs)


def _ask_student(
    request: dict[str, Any],
    describe: Callable[[Any], dict[str, Any]],
    use: Callable[..., Any] = _plain_call,
) -> dict[str, Any]:
    global _asked_at
    _asked_at = request["cell"]
    namespace = _namespace()
    remembered = _remembered[request["cell"]]
    # What is defined only further down was not there yet.
    for name in namespace.keys() - remembered.keys():
        del namespace[name]
    namespace.update(remembered)
    name = request["function"]
    function = namespace.get(name)
    if function is None:
        return {"error": {"kind": "missing"}}
    if not callable(function):
        return {"error": {"kind": "not_callable", "type": type(function).__name__}}
    try:
        args = [_to_student(arg) for arg in request["args"]]
        kwargs = {key: _to_student(arg) for key, arg in request["kwargs"].items()}
        takes_arguments = use in (_plain_call, call_compiled)
        complaint = _signature_complaint(function, args, kwargs) if takes_arguments else ""
        if complaint:
            return {"error": {"kind": "arguments", "message": complaint}}
        return {"answer": describe(use(function, *args, **kwargs))}
    except WireError:
        raise
    except NotAModel:
        return {"error": {"kind": "not_a_model"}}
    except BaseException as error:  # SystemExit and KeyboardInterrupt are answers as well
        return {"error": {"kind": "raised"} | _explain(error, namespace)}


def _signature_complaint(function: Any, args: list[Any], kwargs: dict[str, Any]) -> str:
    try:
        signature = inspect.signature(function)
    except (TypeError, ValueError):
        return ""
    try:
        signature.bind(*args, **kwargs)
    except TypeError as error:
        return str(error)
    return ""


def _to_student(message: dict[str, Any]) -> Any:
    return _as_jax(decode(message))


def _as_jax(value: Any) -> Any:
    import jax
    import numpy as np

    if isinstance(value, Key):
        return jax.random.PRNGKey(value.seed)
    if isinstance(value, np.ndarray):
        return jax.numpy.asarray(value)
    if isinstance(value, (list, tuple)):
        return type(value)(_as_jax(item) for item in value)
    if isinstance(value, dict):
        return {key: _as_jax(item) for key, item in value.items()}
    return value


def _explain(error: BaseException, namespace: dict[str, Any]) -> dict[str, Any]:
    """Type, message and the last line of the student's own code that the error passed through."""
    line, text, inside = 0, "", ""
    traceback = error.__traceback__
    while traceback is not None:
        if traceback.tb_frame.f_globals is namespace:
            line, inside = traceback.tb_lineno, traceback.tb_frame.f_code.co_name
            text = linecache.getline(traceback.tb_frame.f_code.co_filename, line).strip()
        traceback = traceback.tb_next
    try:
        message = str(error)
    except Exception:
        message = ""
    return {
        "type": type(error).__name__[:80],
        "message": message[:500],
        "line": line,
        "text": text[:200],
        "inside": inside[:80],
    }
