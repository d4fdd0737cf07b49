"""Reference for ps5-real-data: predictions scored on what came later, and checks of the fit.

``k`` of a student's ``n`` bentos are tonkatsu (or ``k`` of a batter's ``n`` at-bats are hits). The
population has the mean rate ``mu`` and the concentration ``lam``, as in problem set 4.
"""

from typing import TypedDict

import jax
import jax.numpy as jnp
import jax.random as jr
from jax.scipy.special import xlog1py, xlogy
from jax.typing import ArrayLike

from solutions._common import float_array
from solutions.learning_the_prior import log_binom_coeff
from solutions.two_classrooms import from_mean_concentration, shrink


class Predictions(TypedDict):
    """What `predict_three_ways` returns: a rate for each student, three times."""

    no_pooling: jax.Array
    complete_pooling: jax.Array
    partial_pooling: jax.Array


def predict_three_ways(k: ArrayLike, n: ArrayLike, mu: ArrayLike, lam: ArrayLike) -> Predictions:
    """Predict each student's rate from the student alone, from the heap, and from both.

    ``k`` and ``n`` have one entry per student, every ``n`` at least 1; ``mu`` and ``lam`` are
    numbers. Returns a dict of arrays of shape (students,):

    - ``no_pooling``: the raw fractions ``k / n``;
    - ``complete_pooling``: the fraction of the whole heap, the same for everyone;
    - ``partial_pooling``: the posterior means under the population ``(mu, lam)``.
    """
    k, n = float_array(k), float_array(n)
    return {
        "no_pooling": k / n,
        "complete_pooling": jnp.full(k.shape, k.sum() / n.sum()),
        "partial_pooling": shrink(k, n, mu, lam),
    }


def log_score(rates: ArrayLike, k_later: ArrayLike, n_later: ArrayLike) -> jax.Array:
    """Log probability, in nats, that predicted rates gave to what came later.

    The sum over students of the Binomial log probability of ``k_later`` among ``n_later`` at the
    rate that was predicted; arguments have one entry per student. Returns a number, at most 0:
    ``-inf`` when a rate of 0 or 1 is contradicted. A rate of 0 or 1 that is borne out, and a
    student with ``n_later = 0``, add 0.
    """
    rates, k, n = float_array(rates), float_array(k_later), float_array(n_later)
    by_student = log_binom_coeff(n, k) + xlogy(k, rates) + xlog1py(n - k, -rates)
    return jnp.sum(by_student)


def replicate_class(
    key: jax.Array, n: ArrayLike, mu: ArrayLike, lam: ArrayLike, num_replicates: int
) -> jax.Array:
    """Draw new classes from the population ``(mu, lam)``: fresh rates, then fresh counts.

    ``key`` is a JAX random key, ``n`` has one entry per student. Returns counts of shape
    (num_replicates, students): Beta-Binomial, independent between students and replicates.
    """
    bentos = float_array(n)
    a, b = from_mean_concentration(mu, lam)
    key_rates, key_counts = jr.split(key)
    rates = jr.beta(key_rates, a, b, (num_replicates, *bentos.shape))
    return jr.binomial(key_counts, bentos, rates)


def tail_probability(observed: ArrayLike, replicated: ArrayLike) -> jax.Array:
    """Share of the ``replicated`` values, of any shape, that are at least ``observed``.

    ``observed`` is a number, the same summary of the data. Returns a fraction.
    """
    return jnp.mean(float_array(replicated) >= float_array(observed))
