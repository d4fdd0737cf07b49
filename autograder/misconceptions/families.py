"""Families of mistakes: slips in the arguments, the formula or the result of a right answer.

A slip turns a function into one that makes it, so that two slips at once are one slip after the
other. Members that answer as the right function does, or as an earlier member, are left out.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

Answer = Callable[..., Any]


@dataclass(frozen=True)
class Slip:
    """A mistake of one kind.

    Attributes:
        name: what it is called, such as ``a and b swapped``.
        teaches: what to tell a student who made it.
        change: turns a function into one that makes it.
        exact: whether it only fits answers that agree to the last digits.
    """

    name: str
    teaches: str
    change: Callable[[Answer], Answer]
    exact: bool = False


def formula(name: str, teaches: str, wrong: Answer) -> Slip:
    """Another formula in place of the right one."""
    return Slip(name, teaches, lambda right: wrong)


def arguments(name: str, teaches: str, change: Callable[..., tuple[Any, ...]]) -> Slip:
    """Other arguments than those that were given."""
    return Slip(name, teaches, lambda right: lambda *args: right(*change(*args)))


def result(name: str, teaches: str, change: Callable[[Any], Any], *, exact: bool = False) -> Slip:
    """Something done to the right result that should not have been."""
    return Slip(name, teaches, lambda right: lambda *args: change(right(*args)), exact)


def members(
    right: Answer,
    slips: Sequence[Slip],
    first: Sequence[Slip] = (),
    then: Sequence[Slip] = (),
    *,
    examples: Sequence[tuple[Any, ...]],
) -> Iterator[tuple[Slip, Answer]]:
    """Slips, and pairs of two at once, each with the function that makes it.

    Args:
        right: the right function.
        slips: those that are made alone.
        first: those that are made together with one of ...
        then: ... these.
        examples: arguments by whose answers two functions are told apart.
    """
    seen = {_print_of(right, examples)}
    for slip in [*slips, *itertools.starmap(_both, itertools.product(first, then))]:
        wrong = slip.change(right)
        print_ = _print_of(wrong, examples)
        if print_ not in seen:
            seen.add(print_)
            yield slip, wrong


def _both(first: Slip, second: Slip) -> Slip:
    return Slip(
        f"{first.name}, {second.name}",
        f"Two slips at once. {first.teaches} And: {second.teaches}",
        lambda right: second.change(first.change(right)),
        first.exact or second.exact,
    )


def _print_of(function: Answer, examples: Sequence[tuple[Any, ...]]) -> str:
    """A text that two functions share if they answer the examples alike."""
    with np.errstate(all="ignore"):
        return repr([_rounded(_answer(function, example)) for example in examples])


def _answer(function: Answer, example: tuple[Any, ...]) -> Any:
    try:
        return function(*example)
    except Exception as error:  # it cannot be made on such arguments
        return type(error).__name__


def _rounded(answer: Any) -> Any:
    if isinstance(answer, dict):
        return {name: _rounded(part) for name, part in answer.items()}
    if isinstance(answer, tuple | list):
        return type(answer).__name__, [_rounded(part) for part in answer]
    if answer is None or isinstance(answer, str):
        return answer
    numbers = np.asarray(answer, np.float64)
    return numbers.shape, [f"{number:.6g}" for number in numbers.ravel() + 0.0]


def _each(answer: Any, change: Callable[[Any], Any]) -> Any:
    """Change a number or an array, or each of several."""
    if isinstance(answer, tuple):
        return tuple(_each(part, change) for part in answer)
    return change(np.asarray(answer, np.float64))


def _round_each(digits: int, answer: Any) -> Any:
    return _each(answer, lambda part: np.round(part, digits))


# What may be done to any number, whatever it stands for.

ROUNDED = [
    result(
        f"rounded to {digits} digits",
        "The answer has been rounded: return it as it is, and round only what you print.",
        partial(_round_each, digits),
        exact=True,
    )
    for digits in range(5)
]
SIGN_TURNED = result("sign turned", "The sign is wrong.", lambda y: _each(y, lambda part: -part))
WITHOUT_SIGN = result(
    "sign lost", "The sign has been taken away.", lambda y: _each(y, lambda part: np.abs(part))
)
PER_CENT = result(
    "per cent",
    "These are per cent: asked for is the number itself, a hundred times smaller.",
    lambda y: _each(y, lambda part: 100 * part),
)
DOUBLED = result(
    "doubled", "All of it is twice what it should be.", lambda y: _each(y, lambda part: 2 * part)
)
HALVED = result(
    "halved", "All of it is half of what it should be.", lambda y: _each(y, lambda part: part / 2)
)
UPSIDE_DOWN = result(
    "upside down", "The fraction is upside down.", lambda y: _each(y, lambda part: 1 / part)
)
LEFT_OVER = result(
    "left over",
    "This is what the answer leaves over to 1.",
    lambda y: _each(y, lambda part: 1 - part),
)
SQUARED = result(
    "squared", "There is one square too many.", lambda y: _each(y, lambda part: part**2)
)
SQUARE_ROOT = result(
    "square root",
    "There is one square root too many.",
    lambda y: _each(y, lambda part: np.sqrt(part)),
)
EXP_TAKEN = result(
    "exp taken",
    "The logarithm has been undone: asked for is the logarithm itself.",
    lambda y: _each(y, lambda part: np.exp(part)),
)
LOG_TAKEN = result(
    "log taken",
    "A logarithm has been taken that nobody asked for.",
    lambda y: _each(y, lambda part: np.log(part)),
)
LOG_TWICE = result(
    "log of the log",
    "A logarithm has been taken of what is a logarithm already.",
    lambda y: _each(y, lambda part: np.log(part)),
)
BASE_TEN = result(
    "base ten",
    "This is a logarithm to base 10; the course's logs are natural.",
    lambda y: _each(y, lambda part: part / np.log(10)),
)
BASE_TWO = result(
    "base two",
    "This is a logarithm to base 2; the course's logs are natural.",
    lambda y: _each(y, lambda part: part / np.log(2)),
)
WHOLE = result(
    "whole numbers",
    "Only whole numbers are left: was it // for /, or int(...)?",
    lambda y: _each(y, np.floor),
    exact=True,
)
NUMBERS = [*ROUNDED, SIGN_TURNED, WITHOUT_SIGN, PER_CENT, DOUBLED, HALVED, UPSIDE_DOWN, LEFT_OVER]
NUMBERS += [SQUARED, SQUARE_ROOT, WHOLE]
OF_LOGS = [*ROUNDED, EXP_TAKEN, SIGN_TURNED, WITHOUT_SIGN, BASE_TEN, BASE_TWO, LOG_TWICE]
OF_LOGS += [DOUBLED, HALVED, PER_CENT]

# What may be done to one number for each student.

FORGOTTEN_RETURN = result(
    "nothing returned", "The function returns nothing: is a `return` missing?", lambda y: None
)
OF_CLASSES = [
    result(
        "mean of the class",
        "The class has been averaged to one number: asked for is one for each student.",
        lambda y: np.mean(y) if np.ndim(y) else y,
    ),
    result(
        "sum of the class",
        "The class has been added up to one number: asked for is one for each student.",
        lambda y: np.sum(y) if np.ndim(y) else y,
    ),
    result(
        "everybody gets the mean",
        "Everybody gets the same number, the mean of those of the class.",
        lambda y: np.full(np.shape(y), np.mean(y)),
    ),
    result(
        "only the first",
        "This is the answer for the first student only: asked for is one for each student.",
        lambda y: np.ravel(y)[0],
    ),
    result(
        "only the last",
        "This is the answer for the last student only: was `return` inside the loop, or a value "
        "overwritten in each round?",
        lambda y: np.ravel(y)[-1],
    ),
    result(
        "a list",
        "This is a Python list: return an array, with which arithmetic goes on.",
        lambda y: np.asarray(y).tolist() if np.ndim(y) else y,
    ),
    result("turned round", "The students come in the opposite order.", lambda y: np.flip(y)),
    result(
        "sorted",
        "The answers have been sorted: the order of the students has been lost.",
        lambda y: np.sort(y) if np.ndim(y) else y,
    ),
    result(
        "one row",
        "There is one axis too many: has an array been put inside another?",
        lambda y: np.asarray(y)[None],
    ),
    result(
        "running totals",
        "Each entry adds up all those before it: asked for is each student's own.",
        lambda y: np.cumsum(y) if np.ndim(y) else y,
    ),
    FORGOTTEN_RETURN,
]


# The slips that are most often made together with another one.
OFTEN = [*ROUNDED[2:], SIGN_TURNED, PER_CENT, LEFT_OVER, *OF_CLASSES[:2], OF_CLASSES[5]]
OFTEN_OF_LOGS = [EXP_TAKEN, SIGN_TURNED, BASE_TEN, BASE_TWO, *ROUNDED[2:]]
