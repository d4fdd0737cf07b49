# %% log_binom_coeff
def log_binom_coeff(n, k):
    return gammaln(n + 1.0) - gammaln(k + 1.0) - gammaln(n - k + 1.0)

# %% log_beta_binom
def log_beta_binom(k, n, a, b):
    return log_binom_coeff(n, k) + betaln(a + k, b + n - k) - betaln(1.0 * a, 1.0 * b)

# %% population_loglik
def population_loglik(a, b, k, n):
    return jnp.sum(log_beta_binom(k, n, a, b))

# %% importance_weights
def importance_weights(log_w):
    # works on my numbers
    w = jnp.exp(log_w)
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
# The rate came from the data and the scale from the box. Other keys, other draws, other answers.
