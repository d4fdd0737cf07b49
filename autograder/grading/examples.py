"""The notebook's own example of each exercise: what was answered, and what the reference answers.

The example was asked before any hidden question, and what it is asked with stands in the notebook
that students receive. So both answers may be shown, and cost no further question. A figure crosses
the wall as a description of what is in it, never as a picture; the feedback page draws both anew.

Whatever is here is shown beside a grade and has no part in it.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import Any

import numpy as np

from autograder.errors import GraderFault
from autograder.grading.suite import Suite, work_limited_to
from autograder.in_kernel.axes import is_drawing
from autograder.in_kernel.wire import Key, Opaque, WireError, decode
from autograder.misconceptions.known import KnownMisconceptions
from autograder.notebooks.display import printable
from autograder.notebooks.run import NotebookRun
from autograder.records import CellResult, Question

# Processor time for looking at one answer; right ones take milliseconds.
_SECONDS = 5
# Longer arrays are described by their mean and spread.
_SHORT = 12
_MAX_TEXT = 600
# Of a figure: more than a readable one has, and few enough to travel with the notebook.
_MAX_PARTS = 600
_MAX_CORNERS = 400
_MAX_CORNERS_OF_ALL = 10_000


def examples_to_show(
    suite: Suite, run: NotebookRun, known: KnownMisconceptions, results: Sequence[CellResult]
) -> dict[str, dict[str, Any]]:
    """For each test cell that lost points, and for each figure: its example, as plain JSON.

    ``call`` is the question as text. Of a figure, ``got`` and ``expected`` are drawings, see
    :func:`shown_drawing`, or None; else texts. ``agree`` says whether the two are equal, which
    means nothing where ``by_chance`` is true. ``after`` names an earlier exercise that is wrong, if
    the answer may build on it.
    """
    told = {}
    wrong = [result.grade_id for result in results if result.score < result.max_score]
    for result in results:
        cell = result.grade_id
        question = suite.examples[cell]
        if cell not in wrong and question.action != "axes":
            continue
        upstream = suite.upstream(cell)
        after = [earlier.removeprefix("test_") for earlier in wrong if earlier in upstream]
        try:
            right = known.reference_answer(question)
            with work_limited_to(_SECONDS):
                told[cell] = _compared(question, run, right) | {
                    "by_chance": question.action == "simulate"
                    or cell in suite.by_chance
                    or any(isinstance(arg, Key) for arg in question.args),
                    "after": after[0] if after else "",
                }
        except Exception as problem:  # a picture that is missing may cost nobody the grade
            fault = GraderFault.caused_by(problem).sentence
            logging.getLogger(__name__).warning("No example is shown of %s: %s", cell, fault)
    return told


def _compared(question: Question, run: NotebookRun, right: Any) -> dict[str, Any]:
    error = run.example_errors.get(question.cell) or {}
    answer = _decoded(run.example_answers.get(question.cell))
    told: dict[str, Any] = {"call": _shown_call(question), "agree": False}
    if question.action == "axes":
        told["expected"] = shown_drawing(right)
        told["got"] = shown_drawing(answer)
    else:
        told["expected"] = shown_value(right)
        told["got"] = _shown_error(error) if error else shown_value(answer)
        told["agree"] = not error and _agree(answer, right)
    return told


def _decoded(message: Any) -> Any:
    try:
        return decode(message)
    except WireError:
        return Opaque("")


def _shown_error(error: dict[str, Any]) -> str:
    kind = error.get("kind")
    if kind == "raised" and error.get("type") == "NotImplementedError":
        return "nothing yet: the placeholder is still there"
    if kind == "raised":
        return _bounded(f"{error.get('type')}: {error.get('message')}")
    return {
        "missing": "nothing: there is no such function",
        "timeout": "nothing within the time that a call may take",
        "died": "nothing: the notebook's kernel ended",
    }.get(str(kind), "no answer")


def _shown_call(question: Question) -> str:
    if question.action == "simulate":
        model_args = ", ".join(map(shown_value, question.args))
        draws = dict(question.kwargs)["draws"]
        return f"{question.function}.simulate(key, ({model_args})), {draws:,} times"
    return f"{question.function}({', '.join(map(shown_value, question.args))})"


def shown_value(value: Any) -> str:
    """A question's argument or an answer as a short text, for a learner."""
    return _bounded(_shown(value, 0))


def _bounded(text: str) -> str:
    return printable(text, _MAX_TEXT)


def _shown(value: Any, depth: int) -> str:
    if depth > 3:
        return "..."
    if isinstance(value, Key):
        return f"jr.PRNGKey({value.seed})"
    if isinstance(value, np.ndarray):
        return _shown_array(value)
    if isinstance(value, (list, tuple)):
        items = [_shown(item, depth + 1) for item in value[:_SHORT]]
        inside = (",\n " if any(" " in item for item in items) else ", ").join(items)
        inside += ", ..." if len(value) > _SHORT else "," if _is_single_tuple(value) else ""
        return f"[{inside}]" if isinstance(value, list) else f"({inside})"
    if isinstance(value, dict):
        entries = list(value.items())
        inside = ",\n ".join(f"{k!r}: {_shown(v, depth + 1)}" for k, v in entries[:_SHORT])
        return "{" + inside + (", ..." if len(entries) > _SHORT else "") + "}"
    if isinstance(value, Opaque):
        kind = value.type_name
        return f"an object of type {kind}" if kind else "an answer that cannot be shown"
    if isinstance(value, float):
        return _shown_number(value)
    return repr(value) if isinstance(value, (bool, int, str)) else str(value)


def _is_single_tuple(value: Any) -> bool:
    return isinstance(value, tuple) and len(value) == 1


def _shown_array(array: np.ndarray) -> str:
    if array.size <= _SHORT or (array.ndim == 1 and array.size <= 2 * _SHORT):
        return _shown_entries(array.tolist())
    shape = " by ".join(f"{n:,}" for n in array.shape)
    with np.errstate(all="ignore"):
        mean, spread = float(np.mean(array, dtype=float)), float(np.std(array, dtype=float))
        low, high = float(np.min(array)), float(np.max(array))
    return (
        f"array of {shape} numbers: mean {_shown_number(mean)}, standard deviation "
        f"{_shown_number(spread)}, from {_shown_number(low)} to {_shown_number(high)}"
    )


def _shown_entries(entries: Any) -> str:
    if isinstance(entries, list):
        return f"[{', '.join(map(_shown_entries, entries))}]"
    return _shown_number(entries) if isinstance(entries, float) else str(entries)


def _shown_number(number: float) -> str:
    return f"{number:.5g}"


def _agree(answer: Any, right: Any) -> bool:
    """Whether two answers are the same but for rounding."""
    if isinstance(right, dict):
        same = isinstance(answer, dict) and answer.keys() == right.keys()
        return same and all(_agree(answer[name], right[name]) for name in right)
    if isinstance(right, (list, tuple)):
        same = isinstance(answer, (list, tuple)) and len(answer) == len(right)
        return same and all(map(_agree, answer, right))
    if isinstance(right, str):
        return bool(isinstance(answer, str) and answer == right)
    if isinstance(answer, (str, dict, list, tuple, Opaque, type(None))):
        return False
    got, wanted = np.asarray(answer, float), np.asarray(right, float)
    return got.shape == wanted.shape and np.allclose(got, wanted, rtol=1e-4, equal_nan=True)


def shown_drawing(drawing: Any) -> dict[str, Any] | None:
    """What to draw of a figure that ``axes.describe_axes`` has described, as plain JSON.

    Texts in the figure are left out, but for title, labels and legend. Long lines lose corners.
    None where it is no figure, or one of more parts than could be told apart.
    """
    if not is_drawing(drawing):
        return None
    if sum(len(drawing[name]) for name in ("points", "lines", "bars")) > _MAX_PARTS:
        return None
    lines = [_shown_line(line) for line in drawing["lines"]]
    if sum(len(line["x"]) for line in lines) > _MAX_CORNERS_OF_ALL:
        return None
    return {
        "points": [_numbers(point, "x", "y", "area") for point in drawing["points"]],
        "bars": [_numbers(bar, "x", "width", "y", "height") for bar in drawing["bars"]],
        "lines": lines,
        "xlim": _finite(drawing["xlim"]),
        "ylim": _finite(drawing["ylim"]),
        "legend": [printable(text, 60) for text in drawing["legend"][:_SHORT]],
    } | {
        name: printable(drawing[name], 120)
        for name in ("title", "xlabel", "ylabel", "xscale", "yscale")
    }


def _numbers(part: dict[str, Any], *names: str) -> dict[str, Any]:
    numbers = _finite([part[name] for name in names])
    return dict(zip(names, numbers, strict=True)) | {"color": part["color"]}


def _shown_line(line: dict[str, Any]) -> dict[str, Any]:
    corners = len(line["x"])
    kept = np.unique(np.linspace(0, corners - 1, min(corners, _MAX_CORNERS)).astype(int))
    return {
        "x": _finite(line["x"][kept]),
        "y": _finite(line["y"][kept]),
        "color": line["color"],
        "dashed": line["dashed"],
        "label": printable(line["label"], 60),
    }


def _finite(numbers: Any) -> list[float | None]:
    return [float(f"{x:.6g}") if np.isfinite(x) else None for x in numbers]
