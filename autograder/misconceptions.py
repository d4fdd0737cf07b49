"""Recognising a misconception: what it would have answered to the very questions that were asked.

The misconceptions themselves are in ``hidden/misconceptions/``, one module a notebook, each a few
lines of code that makes the mistake and a sentence that teaches.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from autograder.proxy import Answered
from autograder.wire import Key


@dataclass(frozen=True)
class Misconception:
    """A mistake that learners make, as code.

    Attributes:
        name: a short name, that of the Python function that makes the mistake.
        function: the graded function whose place it takes.
        teaches: what to tell a student who made it; says what was mixed up, not the answer.
        answer: makes the mistake: takes the graded function's arguments, gives the wrong answer.
    """

    name: str
    function: str
    teaches: str
    answer: Callable[..., Any]


class Library:
    """The misconceptions of one notebook, in the order in which they are looked for."""

    def __init__(self) -> None:
        self.entries: list[Misconception] = []

    def of(self, function: str, teaches: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
        """Decorator: the function below makes the mistake in place of ``function``."""

        def add(answer: Callable[..., Any]) -> Callable[..., Any]:
            name = answer.__name__.replace("_", " ")
            self.entries.append(Misconception(name, function, teaches, answer))
            return answer

        return add


def library_of(notebook: str) -> Library:
    """The library of a notebook, e.g. ``shrinkage``."""
    module = importlib.import_module(f"autograder.hidden.misconceptions.{notebook}")
    library: Library = module.library
    return library


def recognise(library: Library, transcript: list[Answered]) -> Misconception | None:
    """The misconception that explains every answer of a failed test, if there is one."""
    for misconception in library.entries:
        if transcript and all(
            answered.question.function == misconception.function
            and _agrees(misconception, answered)
            for answered in transcript
        ):
            return misconception
    return None


def _agrees(misconception: Misconception, answered: Answered) -> bool:
    question = answered.question
    args = [_as_argument(arg) for arg in question.args]
    try:
        wrong = misconception.answer(*args, **dict(question.kwargs))
    except Exception:  # the mistake does not answer this question
        return False
    if question.action == "axes":
        return _same_drawing(wrong, answered.answer)
    return same_answer(wrong, answered.answer)


def _as_argument(arg: Any) -> Any:
    if isinstance(arg, Key):
        import jax

        return jax.random.PRNGKey(arg.seed)
    return arg


def same_answer(first: Any, second: Any) -> bool:
    """Whether two numeric answers agree to float32 precision (a relative 1e-4 is far above it)."""
    try:
        a, b = np.asarray(first, np.float64), np.asarray(second, np.float64)
    except (TypeError, ValueError):
        return False
    return a.shape == b.shape and bool(np.allclose(a, b, rtol=1e-4, atol=1e-6, equal_nan=True))


def _same_drawing(first: Any, second: Any) -> bool:
    import matplotlib.pyplot as plt

    from autograder.axes import describe_axes

    try:
        drawing = describe_axes(first)
    finally:
        plt.close("all")
    return all(
        np.allclose(_corners(drawing, kind), _corners(second, kind), rtol=1e-3, atol=1e-4)
        if len(_corners(drawing, kind)) == len(_corners(second, kind))
        else False
        for kind in ("points", "lines")
    )


def _corners(drawing: dict[str, Any], kind: str) -> np.ndarray:
    """The end points of lines, or the markers, in a fixed order."""
    if kind == "points":
        corners = [(p["x"], p["y"]) for p in drawing["points"]]
    else:
        corners = [
            (float(line["x"][i]), float(line["y"][i]))
            for line in drawing["lines"]
            if len(line["x"]) and not line["dashed"]
            for i in (0, -1)
        ]
    return np.array(sorted(corners), float).reshape(-1, 2)
