"""Reference for ps3-learning-the-prior: the population's ``(a, b)`` by importance sampling.

Log probabilities are in nats. Incompatible shapes raise TypeError or ValueError, as JAX does.
"""

import jax
import jax.numpy as jnp
import jax.random as jr
from jax.scipy.special import betaln, gammaln
from jax.typing import ArrayLike

from solutions._common import float_array


def log_binom_coeff(n: ArrayLike, k: ArrayLike) -> jax.Array:
    """Log of "``n`` choose ``k``", from ``log n! = log Gamma(n + 1)``.

    Needs ``0 <= k <= n``. Arguments broadcast, and the broadcast shape is returned.
    """
    n, k = float_array(n), float_array(k)
    return gammaln(n + 1) - gammaln(k + 1) - gammaln(n - k + 1)


def log_beta_binom(k: ArrayLike, n: ArrayLike, a: ArrayLike, b: ArrayLike) -> jax.Array:
    """Log marginal probability of ``k`` in ``n`` when the rate is ``Beta(a, b)``.

    The Beta-Binomial, that is the Binomial with the rate integrated out:
    ``C(n, k) B(a + k, b + n - k) / B(a, b)``. Needs ``0 <= k <= n`` and ``a, b > 0``. Arguments
    broadcast, and the broadcast shape is returned.

    The misses ``n - k`` are subtracted first: a small ``b`` would be rounded away in ``b + n``, and
    ``(b + n) - k`` would then be 0 and the answer infinite for a student with ``k = n``.
    """
    k, n, a, b = (float_array(value) for value in (k, n, a, b))
    return log_binom_coeff(n, k) + betaln(a + k, b + (n - k)) - betaln(a, b)


def population_loglik(a: ArrayLike, b: ArrayLike, k: ArrayLike, n: ArrayLike) -> jax.Array:
    """Log probability of all students' counts under ``Beta(a, b)``.

    Students are independent given ``(a, b)``, so this is the sum of `log_beta_binom` over them.
    ``k`` and ``n`` have one entry per student; ``a`` and ``b`` are numbers, or arrays of candidates
    that broadcast against each other, and the result has their shape.
    """
    a, b = float_array(a)[..., None], float_array(b)[..., None]
    return log_beta_binom(k, n, a, b).sum(axis=-1)


def importance_weights(log_w: ArrayLike) -> jax.Array:
    """Normalise log weights: weights in the shape of ``log_w`` that sum to 1.

    The largest log weight is subtracted before the exponential, which cannot overflow then, nor
    underflow everywhere. A log weight of minus infinity gives a weight of 0; at least one must be
    finite.
    """
    log_w = float_array(log_w)
    w = jnp.exp(log_w - log_w.max())
    return w / w.sum()


def effective_sample_size(weights: ArrayLike) -> jax.Array:
    """How many equally weighted draws the normalised ``weights`` are worth.

    Kish's ``1 / sum(weights**2)``: 1 when one draw has all the weight, their number when all are
    equal. Returns a number.
    """
    return 1.0 / jnp.sum(float_array(weights) ** 2)


def infer_prior(
    key: jax.Array,
    k: ArrayLike,
    n: ArrayLike,
    num_samples: int = 20000,
    low: float = 0.5,
    high: float = 20.0,
) -> tuple[jax.Array, jax.Array]:
    """Posterior means of ``a`` and ``b``, by importance sampling.

    Candidates are drawn from the prior, which is uniform on ``(low, high)`` for ``a`` and for
    ``b``, and weighted by the likelihood of the classroom's counts. ``key`` is a JAX random key;
    ``k`` and ``n`` have one entry per student. Returns ``(E[a], E[b])``, two numbers. Raises
    ValueError unless ``0 < low < high``.
    """
    if not 0.0 < low < high:
        raise ValueError(f"the box needs 0 < low < high, not {low} and {high}")
    key_a, key_b = jr.split(key)
    a = jr.uniform(key_a, (num_samples,), minval=low, maxval=high)
    b = jr.uniform(key_b, (num_samples,), minval=low, maxval=high)
    weights = importance_weights(population_loglik(a, b, k, n))
    return jnp.sum(weights * a), jnp.sum(weights * b)
