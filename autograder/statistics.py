"""How random answers are judged: bounds with a stated probability of a false alarm."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
from scipy.special import ndtri

# The probability that one check fails a right answer. A test makes up to eight such checks,
# which keeps a test below 1e-6.
FALSE_ALARM = 1e-7

# A right estimate is further off than this many standard errors with that probability (5.33).
Z = float(-ndtri(FALSE_ALARM / 2))


def dkw_bound(draws: int, false_alarm: float = FALSE_ALARM) -> float:
    """The distance of distribution functions that ``draws`` right draws seldom exceed.

    Massart (1990), The tight constant in the Dvoretzky-Kiefer-Wolfowitz inequality.
    """
    return math.sqrt(math.log(2 / false_alarm) / (2 * draws))


def distribution_distance(draws: np.ndarray, cdf: Callable[[np.ndarray], Any]) -> float:
    """The largest distance between the draws' distribution function and ``cdf``.

    ``cdf`` must be right-continuous and is evaluated at the draws and just below them.
    """
    values, counts = np.unique(draws, return_counts=True)
    above = np.cumsum(counts) / len(draws)
    below = above - counts / len(draws)
    at = np.asarray(cdf(values), float)
    just_before = np.asarray(cdf(np.nextafter(values, -np.inf)), float)
    return float(max(np.max(np.abs(above - at)), np.max(np.abs(below - just_before))))


def distribution_fits(draws: np.ndarray, cdf: Callable[[np.ndarray], Any]) -> bool:
    """Whether draws lie within the bound of ``cdf``; a NaN or an infinity never does."""
    return bool(np.all(np.isfinite(draws))) and (
        distribution_distance(draws, cdf) <= dkw_bound(len(draws))
    )


def same_distribution(first: np.ndarray, second: np.ndarray) -> bool:
    """Whether two samples may come from one distribution: their distances to it add up."""
    if not (np.all(np.isfinite(first)) and np.all(np.isfinite(second))):
        return False
    points = np.union1d(first, second)
    difference = np.searchsorted(np.sort(first), points, "right") / len(first) - np.searchsorted(
        np.sort(second), points, "right"
    ) / len(second)
    bound = dkw_bound(len(first), FALSE_ALARM / 2) + dkw_bound(len(second), FALSE_ALARM / 2)
    return float(np.max(np.abs(difference))) <= bound
