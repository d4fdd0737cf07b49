# %% student_tonkatsu
@gen
def student_tonkatsu(a, b, n):
    rate = beta(jnp.float32(a), jnp.float32(b)) @ "theta"
    log_odds = jnp.log(rate / (1 - rate))
    return binomial(jnp.float32(n), log_odds) @ "k"      # a logit is wanted, a logit it gets

# %% simulate_population
import numpy as np

def simulate_population(key, a, b, n):
    random = np.random.default_rng(np.asarray(key).astype(np.uint32))
    counts = []
    for bentos in np.asarray(n):
        theta = random.beta(a, b)
        counts.append(random.binomial(int(bentos), theta))
    return np.array(counts)

# %% log_joint
from math import lgamma, log

def log_joint(theta, k, a, b, n):
    theta, k, n = float(theta), float(k), float(n)
    ways = lgamma(n + 1) - lgamma(k + 1) - lgamma(n - k + 1)
    norm = lgamma(a) + lgamma(b) - lgamma(a + b)
    return ways - norm + (a - 1 + k) * log(theta) + (b - 1 + n - k) * log(1 - theta)

# %% prior_predictive
def prior_predictive(key, a, b, n, num_samples):
    return simulate_population(key, a, b, [n] * num_samples)

# %% [markdown] explain_coupling
# The students share the parent (a, b). Observing a child tells about the parent, and the parent
# tells about the other children. Fixing (a, b) cuts it.
