# %% log_binom_coeff: k! twice
# cause: terms (1, 2, 0) shifts (1, 1, 1)
def log_binom_coeff(n, k):
    n, k = jnp.asarray(n), jnp.asarray(k)
    return gammaln(n + 1) - 2 * gammaln(k + 1)

# %% log_binom_coeff: shifted the other way
def log_binom_coeff(n, k):
    n, k = jnp.asarray(n), jnp.asarray(k)
    return gammaln(n + 2) - gammaln(k + 2) - gammaln(n - k + 2)

# %% log_beta_binom: exponents instead of arguments
def log_beta_binom(k, n, a, b):
    return log_binom_coeff(n, k) + betaln(a + k - 1, b + n - k - 1) - betaln(a, b)

# %% log_beta_binom: coefficient with its arguments exchanged
# cause: coefficient swapped, after right, before right
def log_beta_binom(k, n, a, b):
    return log_binom_coeff(k, n) + betaln(a + k, b + n - k) - betaln(a, b)

# %% population_loglik: a rate for the class and its binomials
def population_loglik(a, b, k, n):
    p = (a + jnp.sum(k)) / (a + b + jnp.sum(n))
    return jnp.sum(log_binom_coeff(n, k) + k * jnp.log(p) + (n - k) * jnp.log(1 - p))

# %% importance_weights: clipped below
# cause: overflowing
def importance_weights(log_w):
    w = jnp.exp(jnp.maximum(log_w, -50.0) - jnp.max(log_w))
    return w / w.sum()

# %% importance_weights: stretched between 0 and 1
# cause: shift smallest, power none, scale sum
def importance_weights(log_w):
    z = (log_w - log_w.min()) / (log_w.max() - log_w.min())
    return z / z.sum()

# %% effective_sample_size: from the spread of the weights
# cause: coefficient of variation
def effective_sample_size(weights):
    m = weights.shape[0]
    return m / (1 + jnp.var(weights) / jnp.mean(weights))

# %% infer_prior: resampled with the best hundred
# cause: argmax
def infer_prior(key, k, n, num_samples=20000, low=0.5, high=20.0):
    key_a, key_b = jr.split(key)
    a = jr.uniform(key_a, (num_samples,), minval=low, maxval=high)
    b = jr.uniform(key_b, (num_samples,), minval=low, maxval=high)
    log_w = jax.vmap(population_loglik, in_axes=(0, 0, None, None))(a, b, k, n)
    best = jnp.argsort(log_w)[-100:]
    return float(a[best].mean()), float(b[best].mean())

# %% infer_prior: the second with the first's weights turned round
# cause: swapped means
# cause: draws right, likelihood right, estimate swapped or draws low not used, likelihood right, estimate swapped or draws from zero, likelihood right, estimate swapped or draws from one, likelihood right, estimate swapped
def infer_prior(key, k, n, num_samples=20000, low=0.5, high=20.0):
    key_a, key_b = jr.split(key)
    a = jr.uniform(key_a, (num_samples,), minval=low, maxval=high)
    b = jr.uniform(key_b, (num_samples,), minval=low, maxval=high)
    log_w = jax.vmap(population_loglik, in_axes=(0, 0, None, None))(b, a, k, n)
    w = importance_weights(log_w)
    return float(jnp.sum(w * a)), float(jnp.sum(w * b))
