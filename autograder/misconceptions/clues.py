"""Where no mistake is recognised: what right and wrong answers have in common, if that is certain.

A clue follows from all that one function answered in a cell's tests, and holds for every number.
"""

from __future__ import annotations

import inspect
import itertools
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from autograder.records import Answered

# Fewer numbers may fit a pattern by chance.
_ENOUGH = 4
_FEW = 3
_HALF = 0.5


def clue(right: Callable[..., Any] | None, asked: Sequence[Answered]) -> str:
    """A sentence, or nothing; ``right`` answers as the function should, in NumPy."""
    if right is None or not asked:
        return ""
    compared = [_compared(right, answered) for answered in asked]
    if any(pair is None for pair in compared):
        return ""
    pairs = [pair for pair in compared if pair is not None]
    of_kind = _of_students(right, asked, pairs)
    if of_kind:
        return of_kind
    right_share = [float(np.mean(_same(*pair))) for pair in pairs]
    alone = [share for share, pair in zip(right_share, pairs, strict=True) if pair[0].ndim == 0]
    together = [share for share, pair in zip(right_share, pairs, strict=True) if pair[0].ndim > 0]
    if len(alone) > 1 and together:
        # One number of a class may be wrong for another reason.
        if min(alone) == 1 and max(together) < _HALF:
            return "(It is right for one student at a time, and wrong for several at once.)"
        if max(alone) == 0 and min(together) == 1:
            return "(It is right for several students at once, and wrong for one alone.)"
    return _of_numbers(pairs) or _depends(right, asked, pairs)


def _compared(
    right: Callable[..., Any], answered: Answered
) -> tuple[np.ndarray, np.ndarray] | None:
    try:
        answer = np.asarray(answered.answer, np.float64)
        with np.errstate(all="ignore"):
            exact = np.asarray(right(*answered.question.args), np.float64)
    except Exception:  # an answer of another form, or a question with a random key
        return None
    return (answer, exact) if answer.shape == exact.shape else None


def _same(answer: np.ndarray, exact: np.ndarray) -> np.ndarray:
    return np.isclose(answer, exact, rtol=1e-3, atol=1e-5)


def _of_numbers(pairs: list[tuple[np.ndarray, np.ndarray]]) -> str:
    answer, exact = (np.concatenate([pair[i].ravel() for pair in pairs]) for i in (0, 1))
    if not np.all(np.isfinite(answer)) or len(np.unique(np.round(exact, 6))) < _ENOUGH:
        return ""
    if np.max(np.abs(answer)) > 0 and np.all(exact != 0):
        factors = answer / exact
        if np.allclose(factors, factors[0], rtol=1e-4) and abs(factors[0] - 1) > 1e-2:
            return "(Every number is the right one, multiplied by one and the same factor.)"
    differences = answer - exact
    size = abs(float(differences[0]))
    if size > 1e-2 and np.allclose(differences, differences[0], rtol=1e-3, atol=1e-5):
        return "(Every number is off by one and the same amount.)"
    return ""


Given = dict[str, np.ndarray]

_NOBODY = "for students who have brought nothing"

# What the numbers that are wrong, and no others, may have in common; where the arguments are there.
_KINDS: dict[str, Callable[[Given], np.ndarray]] = {
    _NOBODY: lambda x: x["n"] == 0,
    "for students with no tonkatsu at all": lambda x: x["k"] == 0,
    "for students with nothing but tonkatsu": lambda x: x["k"] == x["n"],
    "for students with no tonkatsu, or nothing else": lambda x: (x["k"] == 0) | (x["k"] == x["n"]),
    "for students with a single bento": lambda x: x["n"] == 1,
    "unless k and n are the same": lambda x: x["k"] != x["n"],
    "unless k is 0": lambda x: x["k"] != 0,
    "where a and b differ": lambda x: x["a"] != x["b"],
    "where a is below 1": lambda x: x["a"] < 1,
    "where b is below 1": lambda x: x["b"] < 1,
    "where a or b is below 1": lambda x: (x["a"] < 1) | (x["b"] < 1),
    "where lam is below 1": lambda x: x["lam"] < 1,
    "where theta is close to 0 or 1": lambda x: (x["theta"] < 0.02) | (x["theta"] > 0.98),
    "where the raw fraction lies above the prior mean": lambda x: (
        x["k"] * (x["a"] + x["b"]) > x["a"] * x["n"]
    ),
    "where the raw fraction lies below the prior mean": lambda x: (
        x["k"] * (x["a"] + x["b"]) < x["a"] * x["n"]
    ),
    "where a rate of 0 or 1 was predicted": lambda x: x["rates of 0 or 1"] > 0,
    "where not all have the same n": lambda x: x["unequal n"] > 0,
    "for classes of more than one student": lambda x: x["students"] > 1,
}


def _of_students(
    right: Callable[..., Any],
    asked: Sequence[Answered],
    pairs: list[tuple[np.ndarray, np.ndarray]],
) -> str:
    wrong = np.concatenate([~_same(*pair).ravel() for pair in pairs])
    if not np.any(wrong) or not np.sum(~wrong) >= _FEW:
        return ""
    given = _given(right, asked, pairs)
    for kind, is_one in _KINDS.items():
        try:
            alike = np.array_equal(is_one(given), wrong)
        except KeyError:  # no such argument
            continue
        # A single wrong number may be so for many a reason.
        if alike and (np.sum(wrong) > 1 or kind == _NOBODY):
            return f"(It is wrong {kind}, and right in all other cases.)"
    return ""


def _given(
    right: Callable[..., Any],
    asked: Sequence[Answered],
    pairs: list[tuple[np.ndarray, np.ndarray]],
) -> Given:
    """The arguments behind each number, where there is one of each for each number."""
    names = list(inspect.signature(right).parameters)
    columns: dict[str, list[np.ndarray]] = {}
    for answered, (_, exact) in zip(asked, pairs, strict=True):
        given = dict(zip(names, answered.question.args, strict=False))
        rates, n = (np.asarray(given.get(name, 0.5), float) for name in ("rates", "n"))
        given["rates of 0 or 1"] = np.sum((rates == 0) | (rates == 1))
        given["unequal n"] = float(np.ptp(n) > 0)
        given["students"] = float(n.size)
        for name, value in given.items():
            try:
                column = np.broadcast_to(np.asarray(value, float), exact.shape).ravel()
            except (TypeError, ValueError):  # of the class, not of a student
                continue
            columns.setdefault(name, []).append(column)
    size = sum(exact.size for _, exact in pairs)
    together = {name: np.concatenate(column) for name, column in columns.items()}
    return {name: column for name, column in together.items() if column.size == size}


def _depends(
    right: Callable[..., Any],
    asked: Sequence[Answered],
    pairs: list[tuple[np.ndarray, np.ndarray]],
) -> str:
    """On which arguments alone the difference from what is right depends."""
    answer, exact = (np.concatenate([pair[i].ravel() for pair in pairs]) for i in (0, 1))
    if not np.all(np.isfinite(answer)) or not np.all(np.isfinite(exact)):
        return ""
    off = answer - exact
    names = list(inspect.signature(right).parameters)
    given = {name: x for name, x in _given(right, asked, pairs).items() if name in names}
    if len(given) < len(names):
        return ""
    for size in (1, 2):
        for some in itertools.combinations(names, size):
            groups: dict[tuple[float, ...], list[float]] = {}
            for values in zip(*(given[name] for name in some), off, strict=True):
                groups.setdefault(values[:-1], []).append(values[-1])
            several = [group for group in groups.values() if len(group) > 2]
            level = all(np.ptp(group) <= 1e-3 + 1e-4 * np.max(np.abs(group)) for group in several)
            if len(several) > 1 and level and np.ptp([group[0] for group in several]) > 1e-2:
                return f"(It is off by an amount that depends on {' and '.join(some)} alone.)"
    return ""
