# %% log_binom_coeff
import numpy as np
from scipy import special

def log_binom_coeff(n, k):
    n, k = np.asarray(n, float), np.asarray(k, float)
    return special.gammaln(n + 1) - special.gammaln(k + 1) - special.gammaln(n - k + 1)

# %% log_beta_binom
def log_beta_binom(k, n, a, b):
    k, n, a, b = (np.asarray(x, float) for x in (k, n, a, b))
    return log_binom_coeff(n, k) + special.betaln(a + k, b + n - k) - special.betaln(a, b)

# %% population_loglik
def population_loglik(a, b, k, n):
    total = 0.0
    for ki, ni in zip(np.asarray(k), np.asarray(n)):
        total = total + log_beta_binom(ki, ni, a, b)
    return total

# %% importance_weights
def importance_weights(log_w):
    log_w = np.asarray(log_w, float)
    w = np.exp(log_w - log_w.max())
    return w / w.sum()

# %% effective_sample_size
def effective_sample_size(weights):
    return 1 / float(np.sum(np.square(weights)))

# %% infer_prior
def infer_prior(key, k, n, num_samples=20000, low=0.5, high=20.0):
    random = np.random.default_rng(np.asarray(key).astype(np.uint32))
    a, b = random.uniform(low, high, (2, num_samples))
    w = importance_weights(population_loglik(a, b, k, n))
    return float(w @ a), float(w @ b)

# %% [markdown] explain_wobble
# Data: the rate, about 0.64. Box: the size of a and b. Random draws: the differences between runs.
