"""How many solve each exercise: raw fractions, and the course's own model beside them.

The model is that of problem set 4, with exercises in the place of students: exercise ``j`` was
solved by ``k[j]`` of ``n[j]`` students, its rate is ``theta[j] ~ Beta(mu lam, (1 - mu) lam)``, with
``mu`` uniform and ``lam`` log-uniform. It is integrated exactly, by ``solutions.exact``.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import betainc

from autograder.report.records import ClassData
from solutions.exact import Posterior, population_posterior

CREDIBLE = 0.9

# Nodes of the quadrature with less posterior mass than this, all together, are left out.
_NEGLIGIBLE = 1e-6
_BISECTIONS = 30


@dataclass(frozen=True)
class PassRate:
    """How many students solved an exercise, and what that says of the next ones.

    Attributes:
        exercise: its name.
        solved: students with all of its points.
        students: those who were graded.
        estimate: posterior mean of the rate.
        low: lower end of the central credible interval.
        high: its upper end.
    """

    exercise: str
    solved: int
    students: int
    estimate: float
    low: float
    high: float

    @property
    def fraction(self) -> float:
        """The raw fraction."""
        return self.solved / self.students


@dataclass(frozen=True)
class PassRates:
    """The rates of an assignment's exercises, and of the group that they come from.

    Attributes:
        rates: in the exercises' order.
        mean: posterior mean of ``mu``, the group's mean rate.
        concentration: posterior mean of ``lam``.
    """

    rates: tuple[PassRate, ...]
    mean: float
    concentration: float


def pass_rates(data: ClassData) -> PassRates | None:
    """The pass rate of each programmed exercise; None where nobody was graded."""
    graded, exercises = data.graded, data.programs
    if not graded or not exercises:
        return None
    solved = [
        sum((student.scores.get(exercise.name) or 0.0) >= exercise.max_score for student in graded)
        for exercise in exercises
    ]
    students = len(graded)
    posterior = population_posterior(solved, [students] * len(exercises))
    lows, highs = (
        _quantiles(posterior, quantile) for quantile in (0.5 - CREDIBLE / 2, 0.5 + CREDIBLE / 2)
    )
    rates = tuple(
        PassRate(exercise.name, k, students, float(mean), float(low), float(high))
        for exercise, k, mean, low, high in zip(
            exercises, solved, posterior.student_rates, lows, highs, strict=True
        )
    )
    return PassRates(rates, posterior.mean_mu, posterior.mean_lam)


def _quantiles(posterior: Posterior, quantile: float) -> NDArray[np.float64]:
    """A quantile of each exercise's rate: a mixture, over the population, of Beta posteriors."""
    order = np.argsort(posterior.mass)[::-1]
    kept = order[: np.searchsorted(np.cumsum(posterior.mass[order]), 1 - _NEGLIGIBLE) + 1]
    mass = posterior.mass[kept] / posterior.mass[kept].sum()
    alpha = posterior.a[kept] + posterior.k[:, None]
    beta = posterior.b[kept] + (posterior.n - posterior.k)[:, None]
    low, high = np.zeros(len(posterior.k)), np.ones(len(posterior.k))
    for _ in range(_BISECTIONS):
        middle = 0.5 * (low + high)
        below = betainc(alpha, beta, middle[:, None]) @ mass
        low, high = (
            np.where(below < quantile, middle, low),
            np.where(below < quantile, high, middle),
        )
    return 0.5 * (low + high)
