"""Mistakes in importance sampling: an estimate, and how far a run of that many draws strays."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

BATCHES = 20


def estimate(
    combine: Callable[[np.ndarray, np.ndarray, np.ndarray], tuple[float, float]],
    first: np.ndarray,
    second: np.ndarray,
    log_w: np.ndarray,
    *,
    extreme: bool = False,
) -> dict[str, Any]:
    """Two estimates from weighted draws, and their standard errors by batches.

    Args:
        combine: makes the estimates of the draws of both parameters and their log weights.
        first: draws of the one parameter.
        second: draws of the other.
        log_w: their log weights.
        extreme: whether a single draw decides, so that more of them do not settle it.
    """
    values = combine(first, second, log_w)
    if len(first) < 20 * BATCHES:
        return {"estimates": values, "errors": tuple(np.abs(values))}
    parts = [np.array_split(x, BATCHES) for x in (first, second, log_w)]
    batches = np.array([combine(*batch) for batch in zip(*parts, strict=True)])
    # Sums grow with the number of draws, and so does what they stray.
    sizes = np.abs(values) / np.maximum(np.abs(np.mean(batches, axis=0)), 1e-300)
    spread = np.std(batches, axis=0, ddof=1) * sizes
    errors = spread if extreme else spread / np.sqrt(BATCHES)
    return {"estimates": values, "errors": tuple(errors)}


def normalised(log_w: np.ndarray) -> np.ndarray:
    """Log weights as weights that add up to 1."""
    w = np.exp(log_w - np.max(log_w))
    return w / np.sum(w)


def best_draw(first: np.ndarray, second: np.ndarray, log_w: np.ndarray) -> tuple[float, float]:
    """Both parameters of the draw with the largest weight, taken for their means."""
    best = np.argmax(log_w)
    return float(first[best]), float(second[best])


def weighted_medians(first: np.ndarray, second: np.ndarray, log_w: np.ndarray) -> tuple[float, ...]:
    """The weighted median of either parameter, taken for its mean."""
    w = normalised(log_w)
    found = []
    for x in (first, second):
        order = np.argsort(x)
        found.append(float(x[order][np.searchsorted(np.cumsum(w[order]), 0.5)]))
    return tuple(found)


def is_estimate(answer: Any) -> bool:
    """Whether an answer is what :func:`estimate` gives."""
    return isinstance(answer, dict) and answer.keys() == {"estimates", "errors"}


def agrees(wrong: dict[str, Any], answer: Any, slack: float) -> bool:
    """Whether an answer may come from another run of the same mistake."""
    values, errors = (np.asarray(wrong[name], np.float64) for name in ("estimates", "errors"))
    given = np.asarray([float(part) for part in answer], np.float64)
    # Two runs with this error each; the errors are known to about a sixth.
    allowed = slack * 5 * np.sqrt(2) * errors + 1e-4 * np.abs(values)
    if not np.all(allowed <= slack * 0.15 * np.abs(values)):
        return False  # so much noise that many other mistakes would agree as well
    return given.shape == values.shape and bool(np.all(np.abs(given - values) <= allowed))
