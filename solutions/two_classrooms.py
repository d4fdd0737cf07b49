"""Reference for ps4-two-classrooms: mean and concentration, and the verdict on thin data.

``mu = a / (a + b)`` is the population's mean rate and ``lam = a + b`` its concentration, in
bentos: below 1 the Beta density is U-shaped and students differ, far above 1 they are alike.
"""

from collections.abc import Mapping
from typing import TypedDict

import jax
import jax.numpy as jnp
import jax.random as jr
import matplotlib.pyplot as plt
import numpy as np
from jax.typing import ArrayLike
from matplotlib.axes import Axes

from solutions._common import PALETTE, float_array
from solutions.learning_the_prior import importance_weights, population_loglik
from solutions.shrinkage import posterior_mean

LAM_LOW, LAM_HIGH = 0.1, 100.0
NUM_SAMPLES = 60000


class Verdict(TypedDict):
    """What `classroom_verdict` returns."""

    mu: float
    lam: float
    regime: str
    shrunk: jax.Array
    verdicts: list[str]


def to_mean_concentration(a: ArrayLike, b: ArrayLike) -> tuple[jax.Array, jax.Array]:
    """Mean and concentration ``(a / (a + b), a + b)`` of ``Beta(a, b)``; arguments broadcast."""
    a, b = float_array(a), float_array(b)
    return a / (a + b), a + b


def from_mean_concentration(mu: ArrayLike, lam: ArrayLike) -> tuple[jax.Array, jax.Array]:
    """Parameters ``(mu lam, (1 - mu) lam)`` of the Beta with that mean and concentration.

    ``0 < mu < 1`` and ``lam > 0``; arguments broadcast. The inverse of `to_mean_concentration`.
    """
    mu, lam = float_array(mu), float_array(lam)
    return mu * lam, (1.0 - mu) * lam


def sample_hyperprior(
    key: jax.Array, n_samples: int, lam_low: float = LAM_LOW, lam_high: float = LAM_HIGH
) -> tuple[jax.Array, jax.Array]:
    """Draw candidate populations: ``mu`` uniform on (0, 1), ``log lam`` uniform.

    ``key`` is a JAX random key; ``lam`` lies between ``lam_low`` and ``lam_high``. Returns
    ``(mu, lam)``, each of shape (n_samples,), independent. Raises ValueError unless
    ``0 < lam_low < lam_high``.

    JAX's uniform draws are multiples of a small step, 0 among them, where ``a`` would be 0 and its
    log weight not a number; half a step up, they stay off both ends.
    """
    if not 0.0 < lam_low < lam_high:
        raise ValueError(f"lam needs 0 < lam_low < lam_high, not {lam_low} and {lam_high}")
    key_mu, key_lam = jr.split(key)
    half_step = jnp.finfo(float).eps / 2
    mu = jr.uniform(key_mu, (n_samples,), minval=half_step, maxval=1.0)
    log_lam = jr.uniform(key_lam, (n_samples,), minval=jnp.log(lam_low), maxval=jnp.log(lam_high))
    return mu, jnp.exp(log_lam)


def weigh_population(k: ArrayLike, n: ArrayLike, mu: ArrayLike, lam: ArrayLike) -> jax.Array:
    """Normalised importance weights of candidate populations drawn from the hyperprior.

    ``k`` and ``n`` have one entry per student. The weight of a candidate is proportional to the
    probability of the classroom's counts. Returns the shape of ``mu`` (broadcast with ``lam``); the
    weights sum to 1.
    """
    a, b = from_mean_concentration(mu, lam)
    return importance_weights(population_loglik(a, b, k, n))


def infer_population(
    k: ArrayLike,
    n: ArrayLike,
    seed: int = 0,
    n_samples: int = NUM_SAMPLES,
    lam_low: float = LAM_LOW,
    lam_high: float = LAM_HIGH,
) -> tuple[float, float]:
    """Posterior means of ``mu`` and ``lam``, by importance sampling from the hyperprior.

    ``k`` and ``n`` have one entry per student. Returns ``(E[mu], E[lam])`` as Python floats. Raises
    ValueError unless ``0 < lam_low < lam_high``.
    """
    mu, lam = sample_hyperprior(jr.key(seed), n_samples, lam_low, lam_high)
    weights = weigh_population(k, n, mu, lam)
    return float(jnp.sum(weights * mu)), float(jnp.sum(weights * lam))


def shrink(k: ArrayLike, n: ArrayLike, mu: ArrayLike, lam: ArrayLike) -> jax.Array:
    """Each student's posterior mean rate under the population ``(mu, lam)``.

    ``(mu lam + k) / (lam + n)``: the plug-in estimate, which treats the inferred population as if
    it were known. Arguments broadcast, and the broadcast shape is returned.
    """
    a, b = from_mean_concentration(mu, lam)
    return posterior_mean(a, b, k, n)


def classroom_verdict(k: ArrayLike, n: ArrayLike, seed: int = 0) -> Verdict:
    """Infer a classroom's population and say what it makes of every student.

    ``k`` and ``n`` have one entry per student. Returns a dict:

    - ``mu``, ``lam``: posterior means, as `infer_population` gives them;
    - ``regime``: "alike" when ``lam >= 1``, else "different";
    - ``shrunk``: each student's rate under that population, shape (students,);
    - ``verdicts``: per student "pulled to the group" when the shrunk rate is nearer to ``mu`` than
      to the raw fraction, else "taken at face value". A student without bentos has no raw fraction,
      and is pulled to the group.
    """
    mu, lam = infer_population(k, n, seed)
    shrunk = shrink(k, n, mu, lam)
    to_group = jnp.abs(shrunk - mu)
    to_raw = jnp.abs(shrunk - float_array(k) / float_array(n))
    pulled = (to_group < to_raw) | jnp.isnan(to_raw)
    return {
        "mu": mu,
        "lam": lam,
        "regime": "alike" if lam >= 1.0 else "different",
        "shrunk": shrunk,
        "verdicts": ["pulled to the group" if p else "taken at face value" for p in pulled],
    }


def plot_concentration(
    classrooms: Mapping[str, tuple[ArrayLike, ArrayLike]], seed: int = 0
) -> Axes:
    """Draw the posterior of ``lam`` for each classroom, ``{label: (k, n)}``.

    A histogram of the weighted draws, per decade on a logarithmic axis, so that areas are
    probabilities; a vertical line at ``lam = 1`` divides the regimes. Returns the Axes of a new
    figure.
    """
    _, ax = plt.subplots(figsize=(7.0, 4.0), layout="constrained")
    mu, lam = sample_hyperprior(jr.key(seed), NUM_SAMPLES)
    edges = np.geomspace(LAM_LOW, LAM_HIGH, 46)
    decades_per_bin = np.log10(LAM_HIGH / LAM_LOW) / 45
    for index, (label, (k, n)) in enumerate(classrooms.items()):
        # In float64: NumPy adds up in the type of the weights, and float32 loses some mass.
        weights = np.asarray(weigh_population(k, n, mu, lam), dtype=float)
        masses, _ = np.histogram(lam, bins=edges, weights=weights)
        colour = PALETTE[index % len(PALETTE)]
        ax.stairs(masses / decades_per_bin, edges, fill=True, color=colour, alpha=0.3)
        ax.stairs(masses / decades_per_bin, edges, color=colour, linewidth=1.5, label=label)
    ax.axvline(1.0, color="#000000", linestyle="--", linewidth=1.5, label=r"$\lambda = 1$")

    ax.set_xscale("log")
    ax.set_xlim(LAM_LOW, LAM_HIGH)
    ax.set_ylim(bottom=0.0)
    ax.set_xlabel(r"concentration $\lambda$ (students differ below 1, are alike above)")
    ax.set_ylabel("posterior density per decade")
    ax.set_title("How alike are the students of a classroom?")
    ax.legend(frameon=False)
    return ax
