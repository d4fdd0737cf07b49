"""The grader's agent inside the student's kernel: it answers questions, and knows no answers.

Its text, with that of ``wire`` and ``axes``, is sent into the kernel before the student's first
cell. Nothing here is trusted by the grader: student code shares the process and may change all of
it, which can only spoil the student's own answers.

A request is JSON with a ``do``:

``remember``  keep the notebook's names as they are now, under the name of a test cell, so that
              what a later cell overwrites does not change what is graded
``call``      call one function, with the names as they were at that test cell
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
    from IPython import get_ipython

    return get_ipython().user_ns  # type: ignore[no-any-return, no-untyped-call]


def _remember(request: dict[str, Any]) -> dict[str, Any]:
    _remembered[request["cell"]] = dict(_namespace())
    return {"answer": encode(None)}


def _call(request: dict[str, Any]) -> dict[str, Any]:
    return _ask_student(request, encode)


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


# Compiled programs by kind of question and model, each with its model, so that ids stay unique.
_compiled: dict[tuple[Any, ...], tuple[Any, Callable[..., Any]]] = {}


def _with_compiled(kind: tuple[str, ...], model: Any, ask: Callable[..., Any], *args: Any) -> Any:
    """``ask(*args)``, compiled once for a model and a kind of question, the numbers left open.

    A model that cannot be traced so, because it branches on its numbers, is asked plainly.
    """
    import jax

    _, program = _compiled.setdefault((*kind, id(model)), (model, jax.jit(ask)))
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
        complaint = _signature_complaint(function, args, kwargs) if use is _plain_call else ""
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
