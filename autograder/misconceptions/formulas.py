"""Which formula a function has computed, where no known mistake explains its answers.

A search starts from the right formula; leaves out, exchanges, turns round, doubles or adds a few
terms; and looks for the one formula that gives all the answers. So what is told is true of the
code, however many slips are in it. Where different formulas fit, nothing is told.
"""

from __future__ import annotations

import inspect
import itertools
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np

from autograder.records import Answered

Term = Callable[..., Any]
# New factors of some terms.
Edit = tuple[tuple[str, int], ...]
Args = tuple[Any, ...]

# Fewer numbers might fit one of so many formulas by chance.
_ENOUGH = 5
_MOST_CHANGES = 3
# Far above what float32 loses, far below what a term changes.
_RTOL, _OF_LARGEST = 3e-5, 1e-6
# Logs of Gamma functions are differences of larger numbers.
_LOGS_LOSE = 5
_PIVOTS = 4
# How many of the numbers a formula has to be defined for.
_MOSTLY = 0.7
_DIGITS = range(1, 4)
# Beyond these, products overflow, and nothing is certain.
_HUGE = 1e30
_MANY_FITS = 1000
_ROUNDED = "And it is rounded: round only what you print."
# Two quantities nearer than this say little about the weights in a mean of the two.
_APART = 0.02


@dataclass(frozen=True)
class Found:
    """What an answer turned out to be: what to call it, and what to tell the student.

    ``changes`` is how many changes of the right formula it takes.
    """

    name: str
    teaches: str
    changes: int = 1


@dataclass(frozen=True)
class Around:
    """What may have been done to the value of a formula.

    Attributes:
        form: how to write it, with ``{}`` for the formula.
        teaches: what to tell a student who did so; nothing where it belongs there.
        undo: takes the answers, with the arguments, back to the formula's value.
    """

    form: str
    teaches: str
    undo: Callable[..., Any]


def _where(possible: Any, value: Any) -> Any:
    """The value, and infinity where nothing real can have been there."""
    return np.where(possible, value, np.inf)


PLAIN = Around("{}", "", lambda y, *_: y)
SIGN_TURNED = Around("-({})", "The sign is wrong.", lambda y, *_: -y)
DOUBLED = Around("2 * ({})", "All of it is doubled.", lambda y, *_: y / 2)
HALVED = Around("({}) / 2", "All of it is halved.", lambda y, *_: 2 * y)
OF_NUMBERS = [
    PLAIN,
    SIGN_TURNED,
    DOUBLED,
    HALVED,
    Around("1 - {}", "This is what the answer leaves over to 1.", lambda y, *_: 1 - y),
    Around("100 * {}", "These are per cent.", lambda y, *_: y / 100),
    Around("1 / ({})", "The fraction is upside down.", lambda y, *_: 1 / y),
    Around("sqrt({})", "A square root is taken.", lambda y, *_: _where(y >= 0, y**2)),
    Around("({})**2", "The result is squared.", lambda y, *_: _where(y >= 0, np.sqrt(y))),
    Around("log({})", "A logarithm is taken that nobody asked for.", lambda y, *_: np.exp(y)),
]
OF_LOGS = [
    PLAIN,
    SIGN_TURNED,
    DOUBLED,
    HALVED,
    Around("exp({})", "The logarithm has been undone.", lambda y, *_: _where(y > 0, np.log(y))),
    Around("({}) / log(10)", "It is a logarithm to base 10.", lambda y, *_: y * np.log(10)),
    Around("({}) / log(2)", "It is a logarithm to base 2.", lambda y, *_: y * np.log(2)),
]


def blend(one: str, of_one: Term, other: str, of_other: Term, teaches: str = "") -> Around:
    """A weighted mean of two quantities, whose weight is the formula that is looked for."""

    def weight(y: Any, *args: Any) -> Any:
        first, second = of_one(*args), of_other(*args)
        apart = np.abs(first - second) > _APART
        return np.where(apart, (y - second) / np.where(apart, first - second, 1.0), np.nan)

    return Around(f"w ({one}) + (1 - w) ({other}), with w = {{}}", teaches, weight)


class _Sum:
    """A sum of terms, and what up to two changes make of it."""

    def __init__(self, right: dict[str, int], terms: Sequence[str]) -> None:
        self.right = right
        others = [name for name in terms if name not in right]
        self.singles: list[Edit] = [
            ((name, factor * times),) for name, factor in right.items() for times in (0, -1, 2)
        ]
        self.singles += [((name, factor),) for name in others for factor in (1, -1)]
        self.singles += [
            ((gone, 0), (name, factor)) for gone, factor in right.items() for name in others
        ]
        pairs = [
            one + other
            for one, other in itertools.combinations(self.singles, 2)
            if is_one_change_a_term(one + other)
        ]
        self.edits: list[Edit] = [(), *self.singles, *pairs]
        self.changes = np.array([0] + [1] * len(self.singles) + [2] * len(pairs))
        self._names = list(terms)
        row = {name: i for i, name in enumerate(self._names)}
        self._factors = np.zeros((len(self.edits), len(self._names)))
        for i, edit in enumerate(self.edits):
            for name, factor in {**right, **dict(edit)}.items():
                self._factors[i, row[name]] = factor

    def values(self, terms: dict[str, np.ndarray]) -> np.ndarray:
        """The value of each edited sum, a row each."""
        table = np.array([terms[name] for name in self._names])
        known = np.isfinite(table)
        sums = self._factors @ np.where(known, table, 0.0)
        lost = (self._factors != 0) @ (~known).astype(float)
        return np.where(lost > 0, np.nan, sums)

    def value(self, edit: Edit, terms: dict[str, np.ndarray]) -> np.ndarray:
        """The value of one edited sum."""
        factors = {**self.right, **dict(edit)}
        start = 0.0 * terms[next(iter(self.right))]
        return sum((f * terms[name] for name, f in factors.items() if f), np.nan_to_num(start))

    def written(self, edit: Edit) -> str:
        """The edited sum, as a formula."""
        factors = {**self.right, **dict(edit)}
        text = "".join(
            f" {'-' if factor < 0 else '+'} {abs(factor) if abs(factor) != 1 else ''} {name}"
            for name, factor in factors.items()
            if factor
        )
        return " ".join(text.split()).removeprefix("+ ") or "0"

    def faults(self, edit: Edit) -> list[str]:
        """What is wrong with an edited sum, one clause each."""
        gone = [name for name, factor in edit if factor == 0]
        clauses = []
        for name, factor in edit:
            if name not in self.right:
                place = next((term for term in gone if self.right[term] == factor), None)
                if place is not None:
                    gone.remove(place)
                    clauses.append(f"{name} stands where {place} belongs")
                else:
                    clauses.append(f"{name} is {'added' if factor > 0 else 'subtracted'} besides")
            elif factor == -self.right[name]:
                clauses.append(f"{name} has the wrong sign")
            elif factor == 2 * self.right[name]:
                clauses.append(f"{name} is counted twice")
        return clauses + [f"{name} is missing" for name in gone]


def is_one_change_a_term(edit: Edit) -> bool:
    """Whether no term is changed more than once."""
    return len({name for name, _ in edit}) == len(edit)


@dataclass(frozen=True)
class _Fit:
    """A formula that gives all the answers."""

    changes: int
    written: str
    faults: tuple[str, ...]
    value: Callable[[dict[str, np.ndarray]], np.ndarray]


@dataclass(frozen=True)
class _Asked:
    """All numbers that one function was asked for, in a row."""

    args: list[Args]
    given: list[np.ndarray]
    right: np.ndarray
    terms: dict[str, np.ndarray]

    @cached_property
    def answers(self) -> np.ndarray:
        return np.concatenate([answer.ravel() for answer in self.given])

    @cached_property
    def used(self) -> np.ndarray:
        return np.isfinite(self.answers)

    def undone(self, around: Around) -> np.ndarray:
        """The values of the formula, if something has been done to it."""
        pairs = zip(self.given, self.args, strict=True)
        return np.concatenate([np.ravel(around.undo(answer, *args)) for answer, args in pairs])

    def is_explained(self, value: np.ndarray, target: np.ndarray, fit: np.ndarray) -> bool:
        """Whether a formula gives all the answers, as far as it is defined.

        It is NaN where libraries differ, such as for a Beta function of negative numbers.
        """
        sure = ~np.isnan(value) & ~np.isnan(np.where(self.used, target, 0.0))
        if np.any(np.isfinite(value)[sure] != self.used[sure]):
            return False
        known = sure & self.used
        enough = np.sum(known) >= max(_ENOUGH, _MOSTLY * np.sum(self.used))
        return bool(enough and np.all(fit[known]))

    def pivots(self, target: np.ndarray) -> np.ndarray:
        """Some numbers that differ from each other, to try formulas on first."""
        at = np.flatnonzero(self.used & np.isfinite(target))
        lost = np.sum([~np.isfinite(values[at]) for values in self.terms.values()], axis=0)
        at = at[lost <= np.median(lost)] if len(at) else at  # where most terms are defined
        by_size = at[np.argsort(target[at])]
        return by_size[np.unique(np.linspace(0, len(by_size) - 1, _PIVOTS).astype(int))]

    @cached_property
    def digits(self) -> int | None:
        """To how many digits the answers have been rounded, if they have been."""
        return digits_of(self.answers[self.used])

    @property
    def slack(self) -> float:
        """What rounding has taken from the answers, in the unit of ``_OF_LARGEST``."""
        return 0.0 if self.digits is None else 0.51 * 10.0**-self.digits / _OF_LARGEST


def digits_of(numbers: np.ndarray) -> int | None:
    """To how many digits numbers have been rounded, if at least some of them have been."""
    for digits in _DIGITS:
        scaled = numbers * 10.0**digits
        if np.all(np.abs(scaled - np.round(scaled)) <= 1e-3 + 1e-6 * np.abs(scaled)):
            return digits
    return None


class Search:
    """Looks for the formula behind a function's answers.

    Args:
        right: the right function, in NumPy.
        terms: functions of the same arguments, by how they are written.
        arounds: what may have been done to the whole; first what belongs there.
        examples: arguments by whose values two formulas are told apart.
    """

    def __init__(
        self,
        right: Callable[..., Any],
        terms: dict[str, Term],
        arounds: Sequence[Around],
        examples: Sequence[Args],
    ) -> None:
        self._right = right
        self._terms = terms
        self._arounds = arounds
        self._examples = examples

    def find(self, asked: Sequence[Answered]) -> Found | None:
        """The one formula that gives all that a function answered, if there is one."""
        with np.errstate(all="ignore"):
            try:
                numbers = self._numbers(asked)
            except Exception:  # an answer of another form
                return None
            found = np.round(numbers.answers[numbers.used], 6)
            if np.allclose(found, numbers.right[numbers.used], rtol=1e-4, atol=1e-5):
                return None  # what is wrong is that there are no numbers elsewhere
            if len(found) < _ENOUGH or len(np.unique(found)) < _ENOUGH - 1:
                return None
            if np.max(np.abs(found)) > _HUGE:
                return None
            fits = list(itertools.islice(self._fits(numbers), _MANY_FITS))
            if len(fits) == _MANY_FITS:
                return None
            return self._told(fits, f" {_ROUNDED}" if numbers.digits is not None else "")

    def _told(self, fits: list[_Fit], besides: str) -> Found | None:
        fewest = min((fit.changes for fit in fits), default=0)
        best = [fit for fit in fits if fit.changes == fewest]
        if fewest == 0 or not self._are_one(best):
            return None
        nearly = [fit for fit in fits if fit.changes <= fewest + 1]
        simplest = min(nearly if self._are_one(nearly) else best, key=lambda fit: len(fit.written))
        told = f"This computes {simplest.written}. {' '.join(simplest.faults)}{besides}"
        return Found(f"computes {simplest.written}", told, fewest)

    def _are_one(self, fits: list[_Fit]) -> bool:
        """Whether these are one formula, written in several ways."""
        terms = self._values(self._examples)
        values = np.array([fit.value(terms) for fit in fits])
        return bool(np.allclose(values, values[0], rtol=1e-6, equal_nan=True))

    def _values(self, asked: Sequence[Args]) -> dict[str, np.ndarray]:
        """Each term's value for every number that was asked for."""
        shapes = [np.shape(self._right(*args)) for args in asked]
        return {
            name: np.concatenate(
                [
                    np.ravel(np.broadcast_to(np.asarray(term(*args), np.float64), shape))
                    for args, shape in zip(asked, shapes, strict=True)
                ]
            )
            for name, term in self._terms.items()
        }

    def _numbers(self, asked: Sequence[Answered]) -> _Asked:
        args = [_arguments(self._right, answered) for answered in asked]
        answers = [np.asarray(answered.answer, np.float64) for answered in asked]
        rights = [np.asarray(self._right(*some), np.float64) for some in args]
        if [right.shape for right in rights] != [answer.shape for answer in answers]:
            raise ValueError
        right = np.concatenate([right.ravel() for right in rights])
        return _Asked(args, answers, right, self._values(args))

    def _fits(self, asked: _Asked) -> Iterator[_Fit]:
        raise NotImplementedError


class Fraction(Search):
    """A sum over a sum, such as (a + k) / (a + b + n)."""

    def __init__(
        self,
        right: Callable[..., Any],
        terms: dict[str, Term],
        above: dict[str, int],
        below: dict[str, int],
        *,
        examples: Sequence[Args],
        arounds: Sequence[Around] = OF_NUMBERS,
    ) -> None:
        super().__init__(right, terms, arounds, examples)
        self._parts = above, below

    @cached_property
    def _above(self) -> _Sum:  # most searches are never made
        return _Sum(self._parts[0], list(self._terms))

    @cached_property
    def _below(self) -> _Sum:
        return _Sum(self._parts[1], list(self._terms))

    def _fits(self, asked: _Asked) -> Iterator[_Fit]:
        above, below = self._above.values(asked.terms), self._below.values(asked.terms)
        for around in self._arounds:
            target = asked.undone(around)
            if np.any(np.isinf(target[asked.used])):
                continue
            i, j = self._pairs(_MOST_CHANGES - bool(around.teaches))
            slack = 0.0 if around.teaches else asked.slack
            pivots = asked.pivots(target)
            if len(pivots) < _PIVOTS:
                continue
            for at in pivots:
                size = 1.0 + slack * np.abs(below[j, at])
                fit = _close(target[at] * below[j, at], above[i, at], size)
                i, j = i[fit], j[fit]
            if len(i) > _MANY_FITS:  # so much is rounded away that many a formula fits
                continue
            for x, y in zip(i.tolist(), j.tolist(), strict=True):
                fit = _close(target * below[y], above[x], 1.0 + slack * np.abs(below[y]))
                if asked.is_explained(above[x] / below[y], target, fit):
                    yield self._fit(around, x, y)

    def _pairs(self, most: int) -> tuple[np.ndarray, np.ndarray]:
        """Which sums to put above and below the line, so that there are not too many changes."""
        grids = [
            np.meshgrid(np.flatnonzero(self._above.changes == n), below, indexing="ij")
            for n in range(most + 1)
            for below in [np.flatnonzero(self._below.changes <= most - n)]
        ]
        i, j = (np.concatenate([grid[axis].ravel() for grid in grids]) for axis in (0, 1))
        return i, j

    def _fit(self, around: Around, x: int, y: int) -> _Fit:
        above, below = self._above.edits[x], self._below.edits[y]
        both = (("Above the line", self._above, above), ("Below the line", self._below, below))
        faults = [
            f"{where}, {' and '.join(its.faults(edit))}." for where, its, edit in both if edit
        ]
        written = f"({self._above.written(above)}) / ({self._below.written(below)})"
        return _Fit(
            int(self._above.changes[x] + self._below.changes[y]) + bool(around.teaches),
            around.form.format(written),
            (*faults, *filter(None, [around.teaches])),
            lambda terms: self._above.value(above, terms) / self._below.value(below, terms),
        )


class Total(Search):
    """A sum of terms, such as the logarithm of a product."""

    def __init__(
        self,
        right: Callable[..., Any],
        terms: dict[str, Term],
        summands: dict[str, int],
        *,
        examples: Sequence[Args],
        arounds: Sequence[Around] = OF_LOGS,
    ) -> None:
        super().__init__(right, terms, arounds, examples)
        self._summands = summands

    @cached_property
    def _sum(self) -> _Sum:
        return _Sum(self._summands, list(self._terms))

    def _fits(self, asked: _Asked) -> Iterator[_Fit]:
        sums, singles = self._sum.values(asked.terms), self._sum.singles
        size = np.sum([np.abs(asked.terms[name]) for name in self._sum.right], axis=0)
        size = 1 + _LOGS_LOSE * np.nan_to_num(size) + asked.slack
        right, changes = sums[0], self._sum.changes
        for around in self._arounds:
            target = asked.undone(around)
            if np.any(np.isinf(target[asked.used])):
                continue
            room, pivots = _MOST_CHANGES - bool(around.teaches), asked.pivots(target)
            if len(pivots) < _PIVOTS:
                continue
            for third in range(-1, len(singles) if room == _MOST_CHANGES else 0):
                more = sums[third + 1] - right if third >= 0 else np.zeros_like(right)
                (i,) = np.nonzero((changes == 2) if third >= 0 else (changes <= room))
                for at in pivots:
                    i = i[_close(sums[i, at] + more[at], target[at], size[at])]
                for x in i.tolist():
                    edit = self._sum.edits[x] + (singles[third] if third >= 0 else ())
                    value = self._sum.value(edit, asked.terms)
                    fit = _close(value, target, size)
                    if is_one_change_a_term(edit) and asked.is_explained(value, target, fit):
                        yield self._fit(around, edit, int(changes[x]) + (third >= 0))

    def _fit(self, around: Around, edit: Edit, changes: int) -> _Fit:
        clauses = self._sum.faults(edit)
        faults = [f"Compared with what is asked for, {' and '.join(clauses)}."] if clauses else []
        return _Fit(
            changes + bool(around.teaches),
            around.form.format(self._sum.written(edit)),
            (*faults, *filter(None, [around.teaches])),
            lambda terms: self._sum.value(edit, terms),
        )


class AnyOf:
    """Several searches for one function: the fewest changes win."""

    def __init__(self, *searches: Search | Rules) -> None:
        self._searches = searches

    def find(self, asked: Sequence[Answered]) -> Found | None:
        """What one of them has found."""
        found = [its for search in self._searches if (its := search.find(asked)) is not None]
        return min(found, key=lambda its: its.changes, default=None)


class Rules:
    """Looks for the one rule by which all answers were made; the first is the right one.

    Each goes by a name, with what to tell a student who follows it; it takes the arguments.
    """

    def __init__(self, rules: dict[str, tuple[str, Callable[..., Any]]]) -> None:
        self._rules = rules

    def find(self, asked: Sequence[Answered]) -> Found | None:
        """What is known of the rule, if it is a wrong one and no other fits."""
        with np.errstate(all="ignore"):
            fitting = [
                (name, teaches)
                for name, (teaches, rule) in self._rules.items()
                if all(_is_same(rule(*a.question.args), a.answer) for a in asked)
            ]
        if not fitting or len({teaches for _, teaches in fitting}) > 1 or not fitting[0][1]:
            return None
        return Found(*fitting[0])


class Parts:
    """A function that answers with several things under names: each is looked at on its own.

    Args:
        searches: what looks for the mistake in each part.
        also: names of parts that are taken for further arguments.
    """

    def __init__(
        self, searches: dict[str, Search | AnyOf | Rules], also: Sequence[str] = ()
    ) -> None:
        self._searches = searches
        self._also = also

    def find(self, asked: Sequence[Answered]) -> Found | None:
        """What is known of the wrong parts."""
        found = {}
        for name, search in self._searches.items():
            try:
                its = search.find([self._part(name, answered) for answered in asked])
            except Exception:  # an answer of another form
                its = None
            if its is not None:
                found[name] = its
        if not found:
            return None
        return Found(
            "; ".join(f"{name}: {its.name}" for name, its in found.items()),
            " ".join(f'"{name}": {its.teaches}' for name, its in found.items()),
        )

    def _part(self, name: str, answered: Answered) -> Answered:
        given = [np.asarray(arg, np.float64) for arg in answered.question.args]
        given += [np.asarray(answered.answer[other], np.float64) for other in self._also]
        question = replace(answered.question, args=tuple(given), kwargs=())
        return Answered(question, answered.answer[name])


def _is_same(one: Any, other: Any) -> bool:
    """Whether two answers are the same, texts or numbers."""
    if isinstance(one, str) or not np.issubdtype(np.asarray(one).dtype, np.number):
        return bool(np.array_equal(np.asarray(one), np.asarray(other)))
    numbers = np.asarray(other, np.float64)
    return numbers.shape == np.shape(one) and bool(
        np.allclose(numbers, one, rtol=1e-4, atol=1e-6, equal_nan=True)
    )


def _close(one: np.ndarray, other: np.ndarray, size: Any) -> np.ndarray:
    allowed = _RTOL * np.maximum(np.abs(one), np.abs(other)) + _OF_LARGEST * size
    return np.asarray(np.abs(one - other) <= allowed)


def _arguments(right: Callable[..., Any], answered: Answered) -> Args:
    """What was passed, in the order of the right function's parameters."""
    asked = answered.question
    bound = inspect.signature(right).bind(*asked.args, **dict(asked.kwargs))
    bound.apply_defaults()
    return tuple(np.asarray(arg, np.float64) for arg in bound.arguments.values())
