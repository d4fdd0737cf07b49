# %% log_binom_coeff
def log_binom_coeff(n, k):
    return gammaln(n + 1.0) - gammaln(k + 1.0) - gammaln(n - k + 1.0)

# %% log_beta_binom
def log_beta_binom(k, n, a, b):
    return betaln(a + k, b + n - k) - betaln(1.0 * a, 1.0 * b)

# %% population_loglik
def population_loglik(a, b, k, n):
    return log_beta_binom(k, n, a, b).sum()

# %% importance_weights
def importance_weights(log_w):
    w = jnp.exp(log_w - jnp.max(log_w))
    return w / w.sum()

# %% effective_sample_size
def effective_sample_size(weights):
    return 1.0 / jnp.sum(weights**2)

# %% infer_prior
def infer_prior(key, k, n, num_samples=20000, low=0.5, high=20.0):
    key_a, key_b = jr.split(key)
    a = jr.uniform(key_a, (num_samples,), minval=low, maxval=high)
    b = jr.uniform(key_b, (num_samples,), minval=low, maxval=high)
    return a.mean(), b.mean()

# %% [markdown] explain_wobble
# Everything was pinned down by the data, the runs differ because computers are inexact.
