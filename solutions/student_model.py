"""Reference for ps2-student-model: one student as a generative model.

A rate ``theta ~ Beta(a, b)``, then ``k ~ Binomial(n, theta)`` tonkatsu among ``n`` bentos.
"""

import jax
import jax.numpy as jnp
import jax.random as jr
from genjax import ChoiceMapBuilder as C
from genjax import beta, binomial, gen
from jax.typing import ArrayLike

from solutions._common import float_array


@gen
def student_tonkatsu(a: ArrayLike, b: ArrayLike, n: ArrayLike) -> jax.Array:
    """One student: choices "theta" (the rate) and "k" (the count, returned, a whole float).

    ``a``, ``b`` and ``n`` are numbers. The probability is passed to ``binomial`` by name, because
    its second positional argument is a logit. Both distributions want all their arguments of one
    float type; ``1.0 *`` makes it so, for ints and for NumPy's float64 too (GenJAX runs the model
    on its arguments as they are, and a mere conversion to float32 is optimised away before that).
    """
    theta = beta(1.0 * a, 1.0 * b) @ "theta"
    k = binomial(1.0 * n, probs=theta) @ "k"
    return k


def simulate_population(key: jax.Array, a: ArrayLike, b: ArrayLike, n: ArrayLike) -> jax.Array:
    """Simulate one count for each student of a population.

    ``key`` is a JAX random key, ``a`` and ``b`` are numbers, ``n`` has one entry per student.
    Returns counts in the shape of ``n``, independent given ``a`` and ``b``. Raises ValueError
    unless ``n`` has one dimension.
    """
    bentos = float_array(n)
    if bentos.ndim != 1:
        raise ValueError(f"n needs one entry per student, not the shape {bentos.shape}")
    keys = jr.split(key, bentos.shape[0])
    return _simulate_students(keys, float_array(a), float_array(b), bentos)


def log_joint(
    theta: ArrayLike, k: ArrayLike, a: ArrayLike, b: ArrayLike, n: ArrayLike
) -> jax.Array:
    """Log joint density of a student's rate and count, ``log p(theta, k | a, b, n)``.

    The model is asked by ``assess``: its answer is the Beta log density at ``theta`` plus the
    Binomial log probability of ``k``, in nats. Arguments broadcast, each element being a student
    of its own; returns the broadcast shape. Raises ValueError when shapes are incompatible.
    """
    return _assess_students(*(float_array(value) for value in (theta, k, a, b, n)))


def prior_predictive(
    key: jax.Array, a: ArrayLike, b: ArrayLike, n: ArrayLike, num_samples: int
) -> jax.Array:
    """Simulate the count of one student, ``num_samples`` times with a fresh rate each time.

    ``a``, ``b`` and ``n`` are numbers. Returns counts, shape (num_samples,): independent draws of
    the Beta-Binomial distribution.
    """
    return simulate_population(key, a, b, jnp.full(num_samples, float_array(n)))


# Compiled once per shape: without jit, JAX would compile the samplers anew at every call.


@jax.jit
def _simulate_students(keys: jax.Array, a: jax.Array, b: jax.Array, n: jax.Array) -> jax.Array:
    """One count for each key and entry of ``n``."""

    def simulate_one(key: jax.Array, student_n: jax.Array) -> jax.Array:
        return student_tonkatsu.simulate(key, (a, b, student_n)).get_retval()

    return jax.vmap(simulate_one)(keys, n)


@jax.jit
@jnp.vectorize
def _assess_students(
    theta: jax.Array, k: jax.Array, a: jax.Array, b: jax.Array, n: jax.Array
) -> jax.Array:
    """Log joint density of one student; ``vectorize`` broadcasts it."""
    log_density, _ = student_tonkatsu.assess(C.kw(theta=theta, k=k), (a, b, n))
    return log_density
