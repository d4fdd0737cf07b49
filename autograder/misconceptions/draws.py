"""From which population counts were drawn, where no known mistake explains them.

Counts of many students with the same n are compared with what every population, every chance of a
tonkatsu and every size in question would give, so that several slips at once are found as well.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from autograder.misconceptions.formulas import Found
from autograder.records import Answered
from autograder.statistics import distribution_fits

Choice = dict[str, tuple[str, Callable[..., Any]]]
_MOST_FAULTS = 2
# The middles of equally probable slices of a distribution.
_SLICES = (np.arange(400) + 0.5) / 400


@dataclass(frozen=True)
class Group:
    """Counts of students with the same n.

    Attributes:
        given: the population's two parameters, as they were asked about.
        n: how many bentos each student of the class brings.
        at: where in the class these students are.
        counts: what was drawn for them.
    """

    given: tuple[float, float]
    n: np.ndarray
    at: Any
    counts: np.ndarray


class Draws:
    """Looks for the population, chance and size behind counts; the first of each is right.

    Args:
        populations: the parameters of the rates' Beta, by those given and n.
        chances: the probability of one tonkatsu, by the rate and those given.
        sizes: how many bentos are drawn, by the class's n.
        groups: the groups of students in what was asked.
    """

    def __init__(
        self,
        populations: Choice,
        chances: Choice,
        sizes: Choice,
        groups: Callable[[Answered], Iterable[Group]],
    ) -> None:
        self._populations = populations
        self._chances = chances
        self._sizes = sizes
        self._groups = groups

    def find(self, asked: Sequence[Answered]) -> Found | None:
        """The one combination that fits all counts, if there is one and it is wrong."""
        try:
            groups = [group for answered in asked for group in self._groups(answered)]
        except Exception:  # an answer of another form
            return None
        if not groups:
            return None
        with np.errstate(all="ignore"):
            fitting = [
                (len(faults), ", ".join(names), " ".join(faults))
                for names, faults in self._fitting(groups)
            ]
        # Hamburgers counted, and a and b exchanged, look alike: either may be the cause.
        fitting = [its for its in fitting if its[0] <= _MOST_FAULTS]
        told = {teaches: name for _, name, teaches in sorted(fitting, reverse=True)}
        if not fitting or min(fitting)[0] == 0 or len(told) > 2:
            return None
        first, *others = sorted(told, key=len)
        also = "".join(f" Or: {teaches}" for teaches in others)
        return Found(told[first], f"{'Either: ' if others else ''}{first}{also}", min(fitting)[0])

    def _fitting(self, groups: list[Group]) -> Iterable[tuple[list[str], list[str]]]:
        for population, chance in itertools.product(self._populations, self._chances):
            rates = [self._rates(population, chance, group) for group in groups]
            for size in self._sizes:
                picked = (
                    (population, self._populations),
                    (chance, self._chances),
                    (size, self._sizes),
                )
                sizes = [float(self._sizes[size][1](g.n)[g.at].ravel()[0]) for g in groups]
                drawn = list(zip(groups, rates, sizes, strict=True))
                if all(map(_may_fit, *zip(*drawn, strict=True))) and all(
                    map(_fits, *zip(*drawn, strict=True))
                ):
                    faults = [teaches for name, of in picked if (teaches := of[name][0])]
                    yield [name for name, _ in picked], faults

    def _rates(self, population: str, chance: str, group: Group) -> np.ndarray:
        from scipy.stats import beta  # Loading it takes long, and wrong answers alone need it.

        n = float(group.n[group.at].ravel()[0])
        parameters = self._populations[population][1](*group.given, n)
        rates = self._chances[chance][1](beta.ppf(_SLICES, *parameters), *group.given)
        return np.asarray(np.clip(rates, 0, 1))


def _may_fit(group: Group, rates: np.ndarray, n: float) -> bool:
    """Whether mean and variance are about right, which is soon known."""
    mean = n * np.mean(rates)
    variance = n * np.mean(rates * (1 - rates)) + n**2 * np.var(rates)
    counts = group.counts
    near = abs(np.mean(counts) - mean) <= 6 * np.sqrt(variance / len(counts)) + 0.002 * n
    return bool(near and abs(np.var(counts) - variance) <= 0.15 * variance + 1e-9)


def _fits(group: Group, rates: np.ndarray, n: float) -> bool:
    """Whether the counts may have been drawn so."""
    from scipy.stats import binom  # Loading it takes long, and wrong answers alone need it.

    steps = np.arange(int(n) + 1)
    shares = np.mean(binom.cdf(steps[:, None], int(n), rates[None, :]), axis=1)
    shares = np.append(shares, 1.0)

    def cdf(k: np.ndarray) -> np.ndarray:
        return np.where(k < 0, 0.0, shares[np.clip(np.floor(k), 0, int(n) + 1).astype(int)])

    return n == int(n) and bool(distribution_fits(group.counts, cdf))
