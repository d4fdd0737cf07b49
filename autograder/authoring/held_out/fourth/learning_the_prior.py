# %% log_binom_coeff: logs of the numbers in place of logs of their factorials, n log n
def log_binom_coeff(n, k):
    n, k = jnp.asarray(n, float), jnp.asarray(k, float)
    def log_factorial(m):
        return jnp.where(m > 0, m * jnp.log(jnp.maximum(m, 1.0)), 0.0)
    return log_factorial(n) - log_factorial(k) - log_factorial(n - k)

# %% log_beta_binom: k - 1 and n - k - 1 in the area after, the posterior's exponents
def log_beta_binom(k, n, a, b):
    return log_binom_coeff(n, k) + betaln(a + k - 1, b + n - k) - betaln(a, b)

# %% population_loglik: hamburgers for tonkatsu, and averaged
def population_loglik(a, b, k, n):
    each = log_beta_binom(n - k, n, a, b)
    return each.sum() / each.shape[0]

# %% importance_weights: logs to base ten undone with exp
def importance_weights(log_w):
    shifted = (log_w - jnp.max(log_w)) / jnp.log(10.0)
    w = jnp.exp(shifted)
    return w / w.sum()

# %% importance_weights: a temperature of the number of draws
def importance_weights(log_w):
    m = log_w.shape[0]
    return jax.nn.softmax(log_w / m)

# %% effective_sample_size: rounded down to whole draws
def effective_sample_size(weights):
    return jnp.floor(1 / jnp.sum(weights ** 2))

# %% effective_sample_size: the weights' standard deviation, and the number of draws below
def effective_sample_size(weights):
    return 1 / (jnp.std(weights) * jnp.sqrt(weights.shape[0]))

# %% infer_prior: the width of the box is high, not high less low
def infer_prior(key, k, n, num_samples=20000, low=0.5, high=20.0):
    key_a, key_b = jr.split(key)
    a = low + high * jr.uniform(key_a, (num_samples,))
    b = low + high * jr.uniform(key_b, (num_samples,))
    log_w = jax.vmap(lambda x, y: population_loglik(x, y, k, n))(a, b)
    w = importance_weights(log_w)
    return float(jnp.sum(w * a)), float(jnp.sum(w * b))

# %% infer_prior: an old likelihood is used, that of each student's raw fraction
def infer_prior(key, k, n, num_samples=20000, low=0.5, high=20.0):
    key_a, key_b = jr.split(key)
    a = jr.uniform(key_a, (num_samples,), minval=low, maxval=high)
    b = jr.uniform(key_b, (num_samples,), minval=low, maxval=high)
    raw = jnp.clip(k / n, 0.01, 0.99)
    log_w = jax.vmap(lambda x, y: jnp.sum(stats.beta.logpdf(raw, x, y)))(a, b)
    w = importance_weights(log_w)
    return float(jnp.sum(w * a)), float(jnp.sum(w * b))
