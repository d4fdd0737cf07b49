# %% log_binom_coeff: the shift of gammaln forgotten
# cause: off by one gamma
def log_binom_coeff(n, k):
    return gammaln(n) - gammaln(k) - gammaln(n - k)

# %% log_binom_coeff: k! only once below the line
# cause: one factorial too few
def log_binom_coeff(n, k):
    n, k = jnp.asarray(n), jnp.asarray(k)
    return gammaln(n + 1) - gammaln(k + 1)

# %% log_binom_coeff: a bracket misplaced
# cause: terms (1, 1, -1) shifts (1, 1, 1)
def log_binom_coeff(n, k):
    n, k = jnp.asarray(n), jnp.asarray(k)
    return gammaln(n + 1) - gammaln(k + 1) + gammaln(n - k + 1)

# %% log_binom_coeff: not the log but the coefficient
# cause: log forgotten
def log_binom_coeff(n, k):
    n, k = jnp.asarray(n), jnp.asarray(k)
    return jnp.exp(gammaln(n + 1) - gammaln(k + 1) - gammaln(n - k + 1))

# %% log_beta_binom: in a certain order
# cause: missing coefficient
def log_beta_binom(k, n, a, b):
    return betaln(a + k, b + n - k) - betaln(a, b)

# %% log_beta_binom: the hamburgers get n
# cause: n taken for failures
def log_beta_binom(k, n, a, b):
    return log_binom_coeff(n, k) + betaln(a + k, b + n) - betaln(a, b)

# %% log_beta_binom: the binomial at the mean rate
# cause: plug in rate
def log_beta_binom(k, n, a, b):
    p = a / (a + b)
    return log_binom_coeff(n, k) + k * jnp.log(p) + (n - k) * jnp.log(1 - p)

# %% log_beta_binom: without the area before the data
# cause: normaliser missing
def log_beta_binom(k, n, a, b):
    return log_binom_coeff(n, k) + betaln(a + k, b + n - k)

# %% population_loglik: mean over students
# cause: mean for sum
def population_loglik(a, b, k, n):
    return jnp.mean(log_beta_binom(k, n, a, b))

# %% population_loglik: one value for each student
# cause: sum missing
def population_loglik(a, b, k, n):
    return log_beta_binom(k, n, a, b)

# %% population_loglik: all bentos on one heap
# cause: one heap
def population_loglik(a, b, k, n):
    return log_beta_binom(jnp.sum(k), jnp.sum(n), a, b)

# %% population_loglik: the arguments in the order of this function
# cause: data and population swapped
def population_loglik(a, b, k, n):
    return jnp.sum(log_beta_binom(a, b, k, n))

# %% importance_weights: no care for overflow
# cause: overflowing
def importance_weights(log_w):
    w = jnp.exp(log_w)
    return w / w.sum()

# %% importance_weights: the largest is one
# cause: unnormalised
def importance_weights(log_w):
    return jnp.exp(log_w - jnp.max(log_w))

# %% importance_weights: the mean subtracted
# cause: mean subtracted
def importance_weights(log_w):
    w = jnp.exp(log_w - jnp.mean(log_w))
    return w / jnp.sum(w)

# %% importance_weights: divided by the largest
# cause: smallest subtracted
def importance_weights(log_w):
    w = jnp.exp(log_w - jnp.min(log_w))
    return w / jnp.sum(w)

# %% effective_sample_size: the square of the sum
# cause: squares forgotten
def effective_sample_size(weights):
    return 1 / jnp.sum(weights) ** 2

# %% effective_sample_size: the inverse of the mean square
# cause: mean square
def effective_sample_size(weights):
    return 1 / jnp.mean(weights ** 2)

# %% effective_sample_size: as a share of the draws
# cause: share for number
def effective_sample_size(weights):
    return 1 / jnp.sum(weights ** 2) / len(weights)

# %% effective_sample_size: the draws that weigh more than average
# cause: above the average
def effective_sample_size(weights):
    return jnp.sum(weights > 1 / len(weights))

# %% infer_prior: one key for both
# cause: same key for both
# cause: draws one key, likelihood right, estimate right or draws one key, likelihood right, estimate swapped
def infer_prior(key, k, n, num_samples=20000, low=0.5, high=20.0):
    a = jr.uniform(key, (num_samples,), minval=low, maxval=high)
    b = jr.uniform(key, (num_samples,), minval=low, maxval=high)
    log_w = jax.vmap(population_loglik, in_axes=(0, 0, None, None))(a, b, k, n)
    w = importance_weights(log_w)
    return jnp.sum(w * a), jnp.sum(w * b)

# %% infer_prior: the best candidate
# cause: argmax
def infer_prior(key, k, n, num_samples=20000, low=0.5, high=20.0):
    key_a, key_b = jr.split(key)
    a = jr.uniform(key_a, (num_samples,), minval=low, maxval=high)
    b = jr.uniform(key_b, (num_samples,), minval=low, maxval=high)
    log_w = jax.vmap(population_loglik, in_axes=(0, 0, None, None))(a, b, k, n)
    best = jnp.argmax(log_w)
    return float(a[best]), float(b[best])

# %% infer_prior: the box of the notebook
# cause: bounds not used
# cause: low and high not used
def infer_prior(key, k, n, num_samples=20000, low=0.5, high=20.0):
    key_a, key_b = jr.split(key)
    a = jr.uniform(key_a, (num_samples,), minval=0.5, maxval=20.0)
    b = jr.uniform(key_b, (num_samples,), minval=0.5, maxval=20.0)
    log_w = jax.vmap(population_loglik, in_axes=(0, 0, None, None))(a, b, k, n)
    w = importance_weights(log_w)
    return float(jnp.sum(w * a)), float(jnp.sum(w * b))

# %% infer_prior: the mean of weighted draws
# cause: draws right, likelihood right, estimate divided by the number
def infer_prior(key, k, n, num_samples=20000, low=0.5, high=20.0):
    key_a, key_b = jr.split(key)
    a = jr.uniform(key_a, (num_samples,), minval=low, maxval=high)
    b = jr.uniform(key_b, (num_samples,), minval=low, maxval=high)
    log_w = jax.vmap(population_loglik, in_axes=(0, 0, None, None))(a, b, k, n)
    w = importance_weights(log_w)
    return float(jnp.mean(w * a)), float(jnp.mean(w * b))
