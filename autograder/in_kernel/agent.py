"""The grader's agent inside the student's kernel: it answers questions, and knows no answers.

Its text, with that of the other modules here, is sent into the kernel before the student's first
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
from collections.abc import Callable
from typing import Any

from autograder.in_kernel import questions
from autograder.in_kernel.axes import describe_axes
from autograder.in_kernel.questions import (
    NotAModel,
    assess,
    call_compiled,
    call_each,
    notebook_names,
    simulate,
)
from autograder.in_kernel.wire import Key, WireError, decode, encode, sendable

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


def _remember(request: dict[str, Any]) -> dict[str, Any]:
    _remembered[request["cell"]] = dict(notebook_names())
    return {"answer": encode(None)}


# The names at each test cell as the notebook itself left them, while authors try other answers.
_pristine: dict[str, dict[str, Any]] = {}


def go_back_to(cell: str) -> None:
    """For authors: let the notebook's names be what they were at a test cell."""
    if not _pristine:
        _pristine.update({name: dict(names) for name, names in _remembered.items()})
    namespace = notebook_names()
    namespace.clear()
    namespace.update(_pristine[cell])


def share_what_is_new(cells: list[str]) -> None:
    """For authors: let test cells see what was bound since :func:`go_back_to` the first of them."""
    questions.forget_programs()
    before = _pristine[cells[0]]
    new = {name: value for name, value in notebook_names().items() if before.get(name) is not value}
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
        return {"kind": "opaque", "type": type(ax).__name__[:80]}
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


def _plain_call(function: Any, *args: Any, **kwargs: Any) -> Any:
    return function(*args, **kwargs)


def _ask_student(
    request: dict[str, Any],
    describe: Callable[[Any], dict[str, Any]],
    use: Callable[..., Any] = _plain_call,
) -> dict[str, Any]:
    questions.asked_at = request["cell"]
    namespace = notebook_names()
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
        "type": sendable(type(error).__name__[:80]),
        "message": sendable(message[:500]),
        "line": line,
        "text": sendable(text[:200]),
        "inside": sendable(inside[:80]),
    }
