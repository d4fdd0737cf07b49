# %% log_binom_coeff
def log_binom_coeff(n, k):
    n, k = jnp.asarray(n) * 1.0, jnp.asarray(k) * 1.0
    return gammaln(n + 1) - gammaln(k + 1) - gammaln(n - k + 1)

# %% log_beta_binom
def log_beta_binom(k, n, a, b):
    a, b = jnp.asarray(a) * 1.0, jnp.asarray(b) * 1.0
    return log_binom_coeff(n, k) + betaln(a + k, b + (n - k)) - betaln(a, b)

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
    w = importance_weights(jax.vmap(lambda a, b: population_loglik(a, b, k, n))(a, b))
    return jnp.sum(w * a), jnp.sum(w * b)

# %% [markdown] explain_wobble
# The data pinned down the rate a/(a+b): it hardly changed when the box grew. How large a and b
# are together was decided by the box; they followed its wall. Runs differ because the candidates
# are drawn at random; 20,000 draws are worth about 5,000, so E[a] wobbles by 0.04.
