"""Asking twice: which arguments make no difference to a function's answers, and should.

A question that a hidden test has asked is asked again with one argument changed. Where the answer
stays the same to the last digit, twice, that argument is not used, whatever else is wrong.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from autograder.in_kernel.wire import Key
from autograder.misconceptions.formulas import Found
from autograder.misconceptions.signs import identical, rounded
from autograder.records import Answered, Question

NO_ANSWER = object()
Ask = Callable[[Question], Any]


def _another_share(x: Any) -> Any:
    return 0.35 * x + 0.4


# How to change an argument, so that every right answer changes too.
_CHANGES: dict[str, Callable[[Any], Any]] = {
    "key": lambda key: Key(key.seed + 1000),
    "seed": lambda seed: seed + 1000,
    "a": lambda a: 1.75 * a + 1,
    "b": lambda b: 1.75 * b + 1,
    "lam": lambda lam: 1.75 * lam + 1,
    "mu": _another_share,
    "theta": _another_share,
    "rates": _another_share,
    "n": lambda n: n + 3,
    "low": lambda low: low / 2,
    "high": lambda high: 2 * high,
    "lam_low": lambda low: low / 2,
    "lam_high": lambda high: 2 * high,
}

# What to pass where an argument was left to its default, which is another.
_INSTEAD = {"seed": 12345, "low": 0.05, "high": 60.0, "lam_low": 0.01, "lam_high": 700.0}


def unused(parameters: Sequence[str], asked: Sequence[Answered], ask: Ask) -> Found | None:
    """The arguments that a function does not use, if there are such.

    Args:
        parameters: the names of its parameters, in their order; other words for those that are not
            to be tried.
        asked: all that it was asked and answered in a cell's tests.
        ask: puts a question to it; ``NO_ANSWER`` if there is none.
    """
    usual = [answered for answered in asked if _has_numbers(answered.answer)]
    if rounded(usual):
        return None  # rounding may hide the difference
    different = [a for a in usual if not identical(a.answer, usual[0].answer)]
    if not different:
        return None  # the same answer to everything: no argument is to blame more than another
    bases = [usual[0], different[-1]]
    names = [name for name in parameters if name in _CHANGES]
    idle = [name for name in names if all(_is_idle(parameters, name, base, ask) for base in bases)]
    if not idle or len(idle) == len(names):
        return None
    listed = " and ".join(f"`{name}`" for name in idle)
    verb = "is not used: whatever it is" if len(idle) == 1 else "are not used: whatever they are"
    return Found(f"{' and '.join(idle)} not used", f"{listed} {verb}, the answer stays the same.")


def _is_idle(parameters: Sequence[str], name: str, base: Answered, ask: Ask) -> bool:
    question = _changed(parameters, name, base.question)
    if question is None:
        return False
    answer = ask(question)
    return answer is not NO_ANSWER and identical(answer, base.answer)


def _changed(parameters: Sequence[str], name: str, question: Question) -> Question | None:
    """The question with another argument; None where it would be left to its default."""
    place, given = parameters.index(name), dict(question.kwargs)
    if place < len(question.args):
        args = list(question.args)
        args[place] = _CHANGES[name](args[place])
        return replace(question, args=tuple(args))
    if name in given:
        given[name] = _CHANGES[name](given[name])
    elif name in _INSTEAD:
        given[name] = _INSTEAD[name]
    else:
        return None
    return replace(question, kwargs=tuple(sorted(given.items())))


def _has_numbers(answer: Any) -> bool:
    if isinstance(answer, dict):
        return bool(answer)
    try:
        numbers = np.asarray(answer, np.float64)
    except (TypeError, ValueError, OverflowError):
        return False
    return numbers.size > 0 and bool(np.all(np.isfinite(numbers)))
