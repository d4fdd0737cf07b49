# %% predict_three_ways: NumPy in float64
import numpy as np

def predict_three_ways(k, n, mu, lam):
    k, n = np.asarray(k, float), np.asarray(n, float)
    return {
        "no_pooling": k / n,
        "complete_pooling": np.repeat(k.sum() / n.sum(), len(k)),
        "partial_pooling": (k + mu * lam) / (n + lam),
    }

# %% predict_three_ways: the weighted average of own fraction and mean
def predict_three_ways(k, n, mu, lam):
    w, own = n / (n + lam), k / n
    heap = jnp.sum(k) / jnp.sum(n)
    return dict(partial_pooling=w * own + (1 - w) * mu,
                complete_pooling=heap * jnp.ones_like(own), no_pooling=own)

# %% predict_three_ways: a loop over students
def predict_three_ways(k, n, mu, lam):
    a, b = mu * lam, (1 - mu) * lam
    heap = float(sum(k)) / float(sum(n))
    own, partly = [], []
    for ki, ni in zip(k, n):
        own.append(ki / ni)
        partly.append((a + ki) / (a + b + ni))
    return {"no_pooling": jnp.array(own), "complete_pooling": jnp.array([heap] * len(own)),
            "partial_pooling": jnp.array(partly)}

# %% predict_three_ways: the three strengths of one prior
def predict_three_ways(k, n, mu, lam):
    def shrink(mean, strength):
        return (mean * strength + k) / (strength + n)
    heap = jnp.average(k / n, weights=n)
    return {"no_pooling": shrink(0.5, 0.0), "complete_pooling": 0 * k + heap,
            "partial_pooling": shrink(mu, lam)}

# %% predict_three_ways: TensorFlow Probability's posterior
from tensorflow_probability.substrates.jax import distributions as tfd

def predict_three_ways(k, n, mu, lam):
    k, n = (jnp.asarray(x, dtype=jnp.float32) for x in (k, n))
    posterior = tfd.Beta(mu * lam + k, (1 - mu) * lam + n - k)
    answer = {"no_pooling": jnp.divide(k, n), "partial_pooling": posterior.mean()}
    answer["complete_pooling"] = jnp.tile(k.sum() / n.sum(), k.size)
    return answer

# %% log_score: the library's Binomial
def log_score(rates, k_later, n_later):
    return stats.binom.logpmf(k_later, n_later, rates).sum()

# %% log_score: SciPy in float64
import numpy as np
from scipy import stats as scipy_stats

def log_score(rates, k_later, n_later):
    k, n, p = (np.asarray(x, float) for x in (k_later, n_later, rates))
    return float(scipy_stats.binom.logpmf(k, n, p).sum())

# %% log_score: TensorFlow Probability
from tensorflow_probability.substrates.jax import distributions as tfd

def log_score(rates, k_later, n_later):
    later = tfd.Binomial(jnp.asarray(n_later, dtype=float), probs=jnp.asarray(rates))
    return jnp.sum(later.log_prob(jnp.asarray(k_later, dtype=float)))

# %% log_score: zeros kept out of the logarithms by hand
from jax.scipy.special import gammaln

def log_score(rates, k_later, n_later):
    missed = n_later - k_later
    ways = gammaln(n_later + 1.0) - gammaln(k_later + 1.0) - gammaln(missed + 1.0)
    hits = jnp.where(k_later > 0, k_later * jnp.log(jnp.where(k_later > 0, rates, 1.0)), 0.0)
    misses = jnp.where(missed > 0, missed * jnp.log(jnp.where(missed > 0, 1 - rates, 1.0)), 0.0)
    return jnp.sum(ways + hits + misses)

# %% log_score: one student after the other, in plain Python
import math

def log_score(rates, k_later, n_later):
    total = 0.0
    for p, k, n in zip(rates.tolist(), k_later.tolist(), n_later.tolist()):
        if (p == 0 and k > 0) or (p == 1 and k < n):
            return -math.inf
        total += math.log(math.comb(int(n), int(k)))
        if 0 < p < 1:
            total += k * math.log(p) + (n - k) * math.log1p(-p)
    return total

# %% replicate_class: a GenJAX student, under vmap twice
import jax
from genjax import beta, binomial, gen

@gen
def one_student(a, b, n):
    theta = beta(a, b) @ "theta"
    return binomial(n, probs=theta) @ "k"

def replicate_class(key, n, mu, lam, num_replicates):
    n = 1.0 * jnp.asarray(n)
    def one(key, size):
        return one_student.simulate(key, (1.0 * mu * lam, (1.0 - mu) * lam, size)).get_retval()
    def a_class(key):
        return jax.vmap(one)(jr.split(key, n.size), n)
    return jax.vmap(a_class)(jr.split(key, num_replicates))

# %% replicate_class: NumPy, seeded from the key
import numpy as np

def replicate_class(key, n, mu, lam, num_replicates):
    random = np.random.default_rng(np.asarray(jr.key_data(key)).astype(np.uint32))
    n = np.asarray(n).astype(int)
    rates = random.beta(mu * lam, (1 - mu) * lam, size=(num_replicates, len(n)))
    return random.binomial(n, rates)

# %% replicate_class: TensorFlow Probability's Beta-Binomial
from tensorflow_probability.substrates.jax import distributions as tfd

def replicate_class(key, n, mu, lam, num_replicates):
    counts = tfd.BetaBinomial(jnp.asarray(n, dtype=float), mu * lam, (1 - mu) * lam)
    return counts.sample(num_replicates, seed=key)

# %% replicate_class: one class after the other, with lax.map
import jax

def replicate_class(key, n, mu, lam, num_replicates):
    n = jnp.asarray(n, dtype=float)
    def a_class(key):
        rate_key, count_key = jr.split(key)
        rates = jr.beta(rate_key, mu * lam, lam - mu * lam, n.shape)
        return jr.binomial(count_key, n, rates).astype(int)
    return jax.lax.map(a_class, jr.split(key, num_replicates))

# %% replicate_class: quantiles of uniform numbers
import numpy as np
from scipy.stats import betabinom

def replicate_class(key, n, mu, lam, num_replicates):
    u = np.asarray(jr.uniform(key, (num_replicates, len(n))))
    columns = [betabinom.ppf(u[:, i], int(size), mu * lam, (1 - mu) * lam) if size else 0 * u[:, i]
               for i, size in enumerate(np.asarray(n))]
    return jnp.asarray(np.maximum(np.stack(columns, axis=1), 0))

# %% tail_probability: the sum of a comparison, divided
def tail_probability(observed, replicated):
    return jnp.sum(jnp.where(replicated >= observed, 1, 0)) / jnp.size(replicated)

# %% tail_probability: what the smaller ones leave over
def tail_probability(observed, replicated):
    return 1 - jnp.mean(replicated < observed)

# %% tail_probability: NumPy
import numpy as np

def tail_probability(observed, replicated):
    return np.count_nonzero(np.asarray(replicated) >= observed) / len(replicated)

# %% tail_probability: a loop in plain Python
def tail_probability(observed, replicated):
    at_least = 0
    for value in replicated:
        if value >= observed:
            at_least += 1
    return at_least / len(replicated)

# %% tail_probability: a sorted list and the place in it
def tail_probability(observed, replicated):
    ranked = jnp.sort(jnp.asarray(replicated))
    return 1 - jnp.searchsorted(ranked, observed, side="left") / ranked.size
