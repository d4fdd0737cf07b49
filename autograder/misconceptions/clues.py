"""Where no mistake is recognised: what right and wrong answers have in common, if that is certain.

A clue follows from all that one function answered in a cell's tests, and holds for every number.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np

from autograder.records import Answered

# Fewer numbers may fit a pattern by chance.
_ENOUGH = 4


def clue(right: Callable[..., Any] | None, asked: Sequence[Answered]) -> str:
    """A sentence, or nothing; ``right`` answers as the function should, in NumPy."""
    if right is None or not asked:
        return ""
    compared = [_compared(right, answered) for answered in asked]
    if any(pair is None for pair in compared):
        return ""
    pairs = [pair for pair in compared if pair is not None]
    fits = [bool(np.all(_same(*pair))) for pair in pairs]
    of_class = [pair[0].ndim > 0 for pair in pairs]
    if fits == [not many for many in of_class] and any(fits) and not all(fits):
        return "(It is right for one student at a time, and wrong for several at once.)"
    if fits == of_class and any(fits) and not all(fits):
        return "(It is right for several students at once, and wrong for one alone.)"
    return _of_numbers(pairs) or _of_students(right, asked, pairs)


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


_KINDS: dict[str, Callable[[np.ndarray, np.ndarray], np.ndarray]] = {
    "who have brought nothing": lambda k, n: n == 0,
    "with no tonkatsu at all": lambda k, n: k == 0,
    "with nothing but tonkatsu": lambda k, n: k == n,
    "with no tonkatsu, or nothing else": lambda k, n: (k == 0) | (k == n),
    "with a single bento": lambda k, n: n == 1,
}


def _of_students(
    right: Callable[..., Any],
    asked: Sequence[Answered],
    pairs: list[tuple[np.ndarray, np.ndarray]],
) -> str:
    wrong = np.concatenate([~_same(*pair).ravel() for pair in pairs])
    if not np.sum(wrong) >= 2 or not np.sum(~wrong) >= _ENOUGH:
        return ""
    students = list(_students(right, asked, pairs))
    if len(students) < len(pairs):
        return ""
    k, n = (np.concatenate([student[i] for student in students]) for i in (0, 1))
    for kind, is_one in _KINDS.items():
        if np.array_equal(is_one(k, n), wrong):
            return f"(It is wrong for students {kind}, and right for all others.)"
    return ""


def _students(
    right: Callable[..., Any],
    asked: Sequence[Answered],
    pairs: list[tuple[np.ndarray, np.ndarray]],
) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """k and n behind each number, where there is one for each student."""
    names = list(inspect.signature(right).parameters)
    for answered, (_, exact) in zip(asked, pairs, strict=True):
        given = dict(zip(names, answered.question.args, strict=False))
        if {"k", "n"} <= given.keys():
            try:
                k, n = (np.broadcast_to(given[name], exact.shape).ravel() for name in ("k", "n"))
            except ValueError:
                return
            yield k, n
