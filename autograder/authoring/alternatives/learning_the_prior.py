# %% log_binom_coeff: betaln
from jax.scipy.special import betaln

def log_binom_coeff(n, k):
    n, k = jnp.asarray(n) * 1.0, jnp.asarray(k) * 1.0
    return -jnp.log1p(n) - betaln(n - k + 1, k + 1)

# %% log_binom_coeff: SciPy in float64
import numpy as np
from scipy import special

def log_binom_coeff(n, k):
    n, k = np.asarray(n, float), np.asarray(k, float)
    return special.gammaln(n + 1) - special.gammaln(k + 1) - special.gammaln(n - k + 1)

# %% log_binom_coeff: counting in plain Python
import math
import numpy as np

def log_binom_coeff(n, k):
    count = np.vectorize(lambda n, k: math.log(math.comb(int(n), int(k))), otypes=[float])
    return count(np.asarray(n), np.asarray(k))

# %% log_binom_coeff: TensorFlow Probability
import tensorflow_probability.substrates.jax as tfp

def log_binom_coeff(n, k):
    n, k = jnp.asarray(n, jnp.float32), jnp.asarray(k, jnp.float32)
    return tfp.math.lbeta(jnp.ones_like(n), jnp.ones_like(n)) - jnp.log1p(n) - tfp.math.lbeta(
        n - k + 1, k + 1)

# %% log_beta_binom: SciPy's betabinom
import numpy as np
from scipy import stats as scipy_stats

def log_beta_binom(k, n, a, b):
    return scipy_stats.betabinom.logpmf(np.asarray(k), np.asarray(n), np.asarray(a), np.asarray(b))

# %% log_beta_binom: six gammaln
from jax.scipy.special import gammaln

def log_beta_binom(k, n, a, b):
    k, n, a, b = (jnp.asarray(x, dtype=jnp.float32) for x in (k, n, a, b))
    log_beta = lambda x, y: gammaln(x) + gammaln(y) - gammaln(x + y)
    return log_binom_coeff(n, k) + log_beta(a + k, b + (n - k)) - log_beta(a, b)

# %% log_beta_binom: TensorFlow Probability
from tensorflow_probability.substrates.jax import distributions as tfd

def log_beta_binom(k, n, a, b):
    k, n, a, b = (jnp.asarray(x, dtype=jnp.float32) for x in (k, n, a, b))
    return tfd.BetaBinomial(n, a, b).log_prob(k)

# %% log_beta_binom: jitted, without the coefficient function
import jax
from jax.scipy.special import betaln, gammaln

@jax.jit
def log_beta_binom(k, n, a, b):
    k, n, a, b = k * 1.0, n * 1.0, a * 1.0, b * 1.0
    ways = gammaln(n + 1) - gammaln(k + 1) - gammaln(n - k + 1)
    return ways + (betaln(a + k, b + n - k) - betaln(a, b))

# %% population_loglik: a loop over the students
def population_loglik(a, b, k, n):
    total = 0.0
    for ki, ni in zip(k, n):
        total = total + log_beta_binom(ki, ni, a, b)
    return total

# %% population_loglik: vmap over the students
import jax

def population_loglik(a, b, k, n):
    one = lambda ki, ni: log_beta_binom(ki, ni, a, b)
    return jnp.sum(jax.vmap(one)(jnp.asarray(k), jnp.asarray(n)))

# %% population_loglik: a dot product with ones
def population_loglik(a, b, k, n):
    each = log_beta_binom(jnp.asarray(k), jnp.asarray(n), a, b)
    return jnp.ones(each.shape[-1]) @ each

# %% importance_weights: softmax
import jax

def importance_weights(log_w):
    return jax.nn.softmax(jnp.asarray(log_w))

# %% importance_weights: logsumexp
from jax.scipy.special import logsumexp

def importance_weights(log_w):
    return jnp.exp(log_w - logsumexp(log_w))

# %% importance_weights: NumPy in float64
import numpy as np

def importance_weights(log_w):
    log_w = np.array(log_w, dtype=float)
    log_w -= log_w.max()
    w = np.exp(log_w)
    return w / np.sum(w)

# %% effective_sample_size: a dot product
def effective_sample_size(weights):
    return 1 / jnp.dot(weights, weights)

# %% effective_sample_size: Kish's ratio
def effective_sample_size(weights):
    return jnp.sum(weights) ** 2 / jnp.sum(jnp.square(weights))

# %% effective_sample_size: a Python float
def effective_sample_size(weights):
    return 1.0 / sum(float(w) ** 2 for w in weights)

# %% infer_prior: draws in one array
import jax

def infer_prior(key, k, n, num_samples=20000, low=0.5, high=20.0):
    a, b = low + (high - low) * jr.uniform(key, (2, num_samples))
    w = importance_weights(jax.vmap(lambda a, b: population_loglik(a, b, k, n))(a, b))
    return float(w @ a), float(w @ b)

# %% infer_prior: NumPy's random numbers, SciPy's marginal
import numpy as np
from scipy import stats as scipy_stats

def infer_prior(key, k, n, num_samples=20000, low=0.5, high=20.0):
    random = np.random.default_rng(np.asarray(jr.key_data(key)).astype(np.uint32))
    a, b = random.uniform(low, high, size=(2, num_samples))
    log_w = np.zeros(num_samples)
    for ki, ni in zip(np.asarray(k), np.asarray(n)):
        log_w += scipy_stats.betabinom.logpmf(ki, ni, a, b)
    w = np.exp(log_w - log_w.max())
    return np.average(a, weights=w), np.average(b, weights=w)

# %% infer_prior: keys folded in, answer as one array
import jax

def infer_prior(key, k, n, num_samples=20000, low=0.5, high=20.0):
    shape = dict(shape=(num_samples,), minval=low, maxval=high)
    a, b = jr.uniform(jr.fold_in(key, 1), **shape), jr.uniform(jr.fold_in(key, 2), **shape)
    log_w = log_beta_binom(jnp.asarray(k)[:, None], jnp.asarray(n)[:, None], a, b).sum(axis=0)
    return jnp.stack([a, b]) @ jax.nn.softmax(log_w)

# %% infer_prior: stratified draws of a, plain ones of b
import jax

def infer_prior(key, k, n, num_samples=20000, low=0.5, high=20.0):
    key_a, key_b = jr.split(key)
    strata = (jnp.arange(num_samples) + jr.uniform(key_a, (num_samples,))) / num_samples
    a = low + (high - low) * strata
    b = jr.uniform(key_b, (num_samples,), minval=low, maxval=high)
    w = importance_weights(jax.vmap(population_loglik, in_axes=(0, 0, None, None))(a, b, k, n))
    return (w * a).sum(), (w * b).sum()

# %% infer_prior: quadrature on a grid, which needs no key
import numpy as np
from scipy import stats as scipy_stats

def infer_prior(key, k, n, num_samples=20000, low=0.5, high=20.0):
    edges = np.linspace(low, high, 201)
    a, b = np.meshgrid((edges[:-1] + edges[1:]) / 2, (edges[:-1] + edges[1:]) / 2)
    log_w = sum(scipy_stats.betabinom.logpmf(int(x), int(m), a, b) for x, m in zip(k, n))
    w = np.exp(log_w - log_w.max())
    return np.average(a, weights=w), np.average(b, weights=w)

# %% infer_prior: one likelihood after the other, with lax.map
import jax

def infer_prior(key, k, n, num_samples=20000, low=0.5, high=20.0):
    candidates = jr.uniform(key, (num_samples, 2), minval=low, maxval=high)
    log_w = jax.lax.map(lambda ab: population_loglik(ab[0], ab[1], k, n), candidates)
    return tuple(importance_weights(log_w) @ candidates)
