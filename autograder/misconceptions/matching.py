"""Recognising a misconception: what it would have answered to the very questions that were asked.

The misconceptions themselves are in ``hidden/misconceptions/``, one module a notebook, each a few
lines of code that makes the mistake and a sentence that teaches.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np

from autograder.misconceptions.estimates import agrees, is_estimate
from autograder.misconceptions.figures import same_drawing, similar_drawing
from autograder.misconceptions.known import KnownMisconceptions
from autograder.misconceptions.library import Misconception
from autograder.misconceptions.probes import NO_ANSWER
from autograder.misconceptions.signs import SIGNS, identical
from autograder.records import Answered

# Far above what float32 loses, far below what a mistake changes.
_FLOAT32_AGREEMENT = 1e-4
# What comparing raises when a student's answer is not of the form that was asked for.
_OF_ANOTHER_FORM = (TypeError, ValueError, KeyError, IndexError, AttributeError, OverflowError)
_ENOUGH_FOR_A_DISTRIBUTION = 1000
_MOST_RIVALS = 4
_EITHER = "Either: "


def explains(
    known: KnownMisconceptions, misconception: Misconception, transcript: list[Answered]
) -> bool:
    """Whether a misconception would have answered as the student did, and not by chance."""
    own = [a for a in transcript if a.question.function == misconception.function]
    if misconception.sign:
        return _shows(misconception, own) is True
    wrong: list[Any] = []
    agreements = []
    for answered in own:
        wrong.append(known.answer(misconception, answered.question))
        agreements.append(_agree(wrong[-1], answered.answer, misconception))
        if agreements[-1] is False:
            return False
    if misconception.quick and not any(w is None or _has_numbers(w) for w in wrong):
        return False  # many mistakes make nothing but NaN
    return True in agreements and _repeats(wrong) == _repeats([a.answer for a in own])


def contradicts(
    known: KnownMisconceptions,
    misconception: Misconception,
    transcript: list[Answered],
    slack: float,
) -> bool:
    """Whether a misconception would have answered otherwise than the student did.

    Where it answers NaN, or not at all, the student may have guarded against that. ``slack``
    multiplies the difference that two Monte Carlo runs may show.
    """
    if misconception.sign:
        own = [a for a in transcript if a.question.function == misconception.function]
        return _shows(misconception, own) is False
    wider = replace(misconception, within=tuple(slack * part for part in _parts(misconception)))
    for answered in transcript:
        if answered.question.function == misconception.function:
            wrong = known.answer(misconception, answered.question)
            if _is_finite(wrong) and _agree(wrong, answered.answer, wider) is False:
                return True
    return False


def _shows(misconception: Misconception, own: list[Answered]) -> bool | None:
    """Whether a sign of the mistake is in the answers; None where it cannot tell."""
    if not own:
        return None
    try:
        with np.errstate(all="ignore"):
            return SIGNS[misconception.sign](own)
    except _OF_ANOTHER_FORM:
        return False


def _agree(wrong: Any, answer: Any, misconception: Misconception) -> bool | None:
    """Whether an answer is the misconception's; None where it cannot tell."""
    if wrong is NO_ANSWER:
        return False
    try:
        return _same(wrong, answer, misconception)
    except _OF_ANOTHER_FORM:
        return False


def _repeats(answers: list[Any]) -> list[bool]:
    """Which answers are the same as the one before: a key that is not used shows here."""
    return [identical(a, b) for a, b in itertools.pairwise(answers)]


def _parts(misconception: Misconception) -> tuple[float, ...]:
    within = misconception.within
    return within if isinstance(within, tuple) else (within,)


def name_misconceptions(
    known: KnownMisconceptions,
    cell: str,
    transcripts: dict[str, list[Answered]],
    failed: list[str],
    would_fail: Callable[[Misconception, str], bool],
    *,
    only_by_numbers: bool = False,
) -> dict[str, Misconception]:
    """The misconception that explains a failed test of a cell, by test, where there is one.

    It must agree with all that the student's function answered in any of the cell's tests, give the
    very answers of the failed test, and fail that test itself. Where several do, the one that
    explains most of the cell's tests is taken.

    Args:
        known: the notebook's misconceptions.
        cell: grade_id of the test cell.
        transcripts: what was asked and answered, by test.
        failed: the tests that failed.
        would_fail: whether a misconception fails a test.
        only_by_numbers: let answers of nothing but NaN and infinities count for nothing, because an
            earlier mistake makes them too.
    """
    told = {
        name: [a for a in transcript if not only_by_numbers or _has_numbers(a.answer)]
        for name, transcript in transcripts.items()
    }
    # Few agree with a density, which is soon computed; draws take longer, and come last.
    soonest_first = sorted(
        told.items(), key=lambda item: not any(a.question.action == "assess" for a in item[1])
    )
    possible = [
        misconception
        for misconception in known.entries
        if f"test_{misconception.function}" == cell
        and not any(
            # Tests of a seed or a key make short, noisy runs, and pass.
            contradicts(known, misconception, transcript, slack=1 if name in failed else 5)
            for name, transcript in soonest_first
        )
    ]
    # The best explanation first; of equally good ones the first in the library.
    possible.sort(
        key=lambda m: -sum(explains(known, m, transcript) for transcript in told.values())
    )
    named = {}
    for name in failed:
        for misconception in possible:
            if explains(known, misconception, told[name]) and would_fail(misconception, name):
                may_be = _with_rivals(known, misconception, possible, told)
                if may_be is not None:
                    named[name] = may_be
                break
    return named


def _with_rivals(
    known: KnownMisconceptions,
    best: Misconception,
    possible: list[Misconception],
    told: dict[str, list[Answered]],
) -> Misconception | None:
    """The best explanation, or what it may be as well; None where it may be too much.

    Draws and estimates of different mistakes can be alike: hamburgers counted for tonkatsu and a
    exchanged for b, for example. Which of them it was, nobody can tell from the answers.
    """
    is_noisy = (
        best.random or max(_parts(best)) > 0 or (not best.quick and known.is_systematic(best))
    )
    if best.sign or not is_noisy:
        return best
    explained = [name for name in told if explains(known, best, told[name])]
    rivals: dict[str, str] = {}
    for rival in possible:
        if known.is_systematic(rival) and all(explains(known, rival, told[n]) for n in explained):
            rivals.setdefault(rival.teaches, rival.name)
    if len(rivals) < 2:
        return best
    if len(rivals) > _MOST_RIVALS:
        return None
    name = " or ".join(rivals.values())
    return replace(best, name=name, teaches=f"{_EITHER}{' Or: '.join(rivals)}")


def is_ambiguous(misconception: Misconception) -> bool:
    """Whether it stands for several mistakes that look alike."""
    return misconception.teaches.startswith(_EITHER)


def _has_numbers(answer: Any) -> bool:
    try:
        return bool(np.any(np.isfinite(np.asarray(answer, np.float64))))
    except (TypeError, ValueError, OverflowError):  # a figure, a dictionary, a text
        return True


def _is_finite(answer: Any) -> bool:
    try:
        return bool(np.all(np.isfinite(np.asarray(answer, np.float64))))
    except (TypeError, ValueError, OverflowError):
        return answer is not NO_ANSWER


def _same(wrong: Any, answer: Any, misconception: Misconception) -> bool | None:
    if isinstance(wrong, dict) and "lines" in wrong:
        alike = similar_drawing if misconception.random else same_drawing
        return isinstance(answer, dict) and alike(wrong, answer)
    if is_estimate(wrong):
        return agrees(wrong, answer, slack=max(_parts(misconception)) or 1.0)
    if isinstance(wrong, dict):
        if not isinstance(answer, dict) or wrong.keys() != answer.keys():
            return False
        return _all_same([(wrong[name], answer[name]) for name in wrong], misconception)
    if isinstance(wrong, list) and not isinstance(answer, list | tuple):
        return False
    if isinstance(wrong, list) and _is_of_numbers(wrong) and _is_of_numbers(answer):
        return _same_numbers(np.asarray(wrong), np.asarray(answer, np.float64), misconception)
    if isinstance(wrong, tuple | list):
        if not isinstance(answer, tuple | list | np.ndarray) or len(wrong) != len(answer):
            return False
        pairs = list(zip(wrong, answer, strict=True))
        parts = _parts(misconception)
        if len(parts) == len(pairs) > 1:
            one_by_one = [
                _same(*pair, replace(misconception, within=within))
                for pair, within in zip(pairs, parts, strict=True)
            ]
            return False if False in one_by_one else True if any(one_by_one) else None
        return _all_same(pairs, misconception) if _same_correlation(pairs, misconception) else False
    if isinstance(wrong, str):
        return isinstance(answer, str) and wrong == answer
    if isinstance(answer, tuple | list):
        return False
    if wrong is None or answer is None:  # which NumPy takes for NaN
        return wrong is answer
    return _same_numbers(
        np.asarray(wrong, np.float64), np.asarray(answer, np.float64), misconception
    )


def _is_of_numbers(values: Any) -> bool:
    return all(isinstance(value, int | float) for value in values)


def _all_same(pairs: list[tuple[Any, Any]], misconception: Misconception) -> bool | None:
    agreements = [_same(wrong, answer, misconception) for wrong, answer in pairs]
    return False if False in agreements else True if any(agreements) else None


def _same_correlation(pairs: list[tuple[Any, Any]], misconception: Misconception) -> bool:
    """Whether two series of draws hang together as much as the mistake's do."""
    if not misconception.random or len(pairs) != 2:
        return True
    wrong, answer = (np.asarray([pair[i] for pair in pairs], np.float64) for i in (0, 1))
    if wrong.ndim != 2 or wrong.shape[1] < _ENOUGH_FOR_A_DISTRIBUTION:
        return True
    with np.errstate(all="ignore"):
        if not (np.all(np.isfinite(np.float32(wrong))) and np.all(np.isfinite(answer))):
            return True
        difference = np.corrcoef(wrong)[0, 1] - np.corrcoef(answer)[0, 1]
    return bool(abs(difference) < 0.15)


def _same_numbers(
    wrong: np.ndarray, answer: np.ndarray, misconception: Misconception
) -> bool | None:
    if wrong.shape != answer.shape:
        return False
    rtol = max(_parts(misconception)) or _FLOAT32_AGREEMENT
    # Many small numbers, such as weights, would all be alike beside a fixed difference.
    finite = np.abs(wrong[np.isfinite(wrong)])
    largest = float(np.max(finite, initial=0.0)) if wrong.size > 1 else 1.0
    atol = 1e-6 * (min(1.0, largest) or 1.0)
    equal = bool(np.allclose(wrong, answer, rtol=rtol, atol=atol, equal_nan=True))
    if equal or not misconception.random:
        return equal
    if wrong.size < _ENOUGH_FOR_A_DISTRIBUTION:
        return None
    return _alike(wrong.ravel(), answer.ravel())


def _alike(wrong: np.ndarray, answer: np.ndarray) -> bool:
    """Whether two samples may come from one distribution, by the test of Kolmogorov and Smirnov.

    It tells one pair in a thousand apart wrongly; a student is then told no cause, which is
    better than a wrong one.
    """
    wrong, answer = _in_float32(wrong), _in_float32(answer)
    if np.any(np.isnan(wrong)) or np.any(np.isnan(answer)):
        return False
    # Fractions differ in the last digit, and would stand in another order.
    wrong, answer = np.round(wrong, 5), np.round(answer, 5)
    shares = 1 / len(wrong) + 1 / len(answer)
    spread = max(float(np.std(wrong)), float(np.std(answer)))
    if abs(np.mean(wrong) - np.mean(answer)) > 6 * spread * np.sqrt(shares):
        return False  # most are told apart so, without sorting them
    points = np.union1d(wrong, answer)
    steps = [
        np.searchsorted(np.sort(draws), points, "right") / len(draws) for draws in (wrong, answer)
    ]
    return bool(np.max(np.abs(steps[0] - steps[1])) <= np.sqrt(np.log(2 / 0.001) / 2 * shares))


def _in_float32(numbers: np.ndarray) -> np.ndarray:
    """Numbers as JAX would hold them, with its largest number in place of infinity."""
    with np.errstate(over="ignore"):
        return np.asarray(np.nan_to_num(np.float32(numbers), nan=np.nan), np.float64)
