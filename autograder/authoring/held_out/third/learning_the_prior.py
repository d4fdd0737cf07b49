# %% log_binom_coeff: ordered choices, k! is not divided out
def log_binom_coeff(n, k):
    return gammaln(n + 1) - gammaln(n - k + 1)

# %% log_binom_coeff: logs of base two
def log_binom_coeff(n, k):
    nats = gammaln(n + 1) - gammaln(k + 1) - gammaln(n - k + 1)
    return nats / jnp.log(2.0)

# %% log_binom_coeff: by the Beta function, without the factor n + 1
def log_binom_coeff(n, k):
    return -betaln(k + 1, n - k + 1)

# %% log_binom_coeff: the sign of the last term is wrong
def log_binom_coeff(n, k):
    return gammaln(n + 1) - (gammaln(k + 1) - gammaln(n - k + 1))

# %% log_beta_binom: all n put on the heap of hamburgers
def log_beta_binom(k, n, a, b):
    return log_binom_coeff(n, k) + betaln(a + k, b + n) - betaln(a, b)

# %% log_beta_binom: the area before is added, not subtracted
def log_beta_binom(k, n, a, b):
    after = betaln(a + k, b + n - k)
    before = betaln(a, b)
    return log_binom_coeff(n, k) + after + before

# %% log_beta_binom: a probability, not its log
def log_beta_binom(k, n, a, b):
    return jnp.exp(log_binom_coeff(n, k) + betaln(a + k, b + n - k) - betaln(a, b))

# %% log_beta_binom: a Binomial at the population's mean rate
def log_beta_binom(k, n, a, b):
    p = a / (a + b)
    return log_binom_coeff(n, k) + k * jnp.log(p) + (n - k) * jnp.log(1 - p)

# %% log_beta_binom: k and n swapped in the coefficient, and a and b in the area before
def log_beta_binom(k, n, a, b):
    orders = gammaln(k + 1) - gammaln(n + 1) - gammaln(n - k + 1)
    return orders + betaln(k + a, n - k + b) - betaln(b, a)

# %% population_loglik: the average over students
def population_loglik(a, b, k, n):
    return jnp.mean(log_beta_binom(k, n, a, b))

# %% population_loglik: the class on one heap, as if it were one student
def population_loglik(a, b, k, n):
    return log_beta_binom(jnp.sum(k), jnp.sum(n), a, b)

# %% population_loglik: the log of the summed probabilities
def population_loglik(a, b, k, n):
    return jnp.log(jnp.sum(jnp.exp(log_beta_binom(k, n, a, b))))

# %% importance_weights: relative to the largest, not to the sum
def importance_weights(log_w):
    return jnp.exp(log_w - jnp.max(log_w))

# %% importance_weights: log weights are clipped at 80 either way
def importance_weights(log_w):
    w = jnp.exp(jnp.clip(log_w, -80.0, 80.0))
    return w / jnp.sum(w)

# %% importance_weights: the log weights themselves are scaled to add up to one
def importance_weights(log_w):
    return log_w / jnp.sum(log_w)

# %% effective_sample_size: the exponential of the entropy
def effective_sample_size(weights):
    positive = jnp.where(weights > 0, weights, 1.0)
    return jnp.exp(-jnp.sum(weights * jnp.log(positive)))

# %% effective_sample_size: the square of the sum
def effective_sample_size(weights):
    return 1 / jnp.sum(weights) ** 2

# %% infer_prior: the candidate with the largest likelihood
def infer_prior(key, k, n, num_samples=20000, low=0.5, high=20.0):
    ka, kb = jr.split(key)
    a = jr.uniform(ka, (num_samples,), minval=low, maxval=high)
    b = jr.uniform(kb, (num_samples,), minval=low, maxval=high)
    ll = jax.vmap(lambda x, y: population_loglik(x, y, k, n))(a, b)
    best = jnp.argmax(ll)
    return a[best], b[best]

# %% infer_prior: low and high are ignored
def infer_prior(key, k, n, num_samples=20000, low=0.5, high=20.0):
    ka, kb = jr.split(key)
    a = 0.5 + 19.5 * jr.uniform(ka, (num_samples,))
    b = 0.5 + 19.5 * jr.uniform(kb, (num_samples,))
    w = importance_weights(jax.vmap(lambda x, y: population_loglik(x, y, k, n))(a, b))
    return jnp.sum(w * a), jnp.sum(w * b)

# %% infer_prior: mean rate and strength are returned for a and b
def infer_prior(key, k, n, num_samples=20000, low=0.5, high=20.0):
    ka, kb = jr.split(key)
    a = jr.uniform(ka, (num_samples,), minval=low, maxval=high)
    b = jr.uniform(kb, (num_samples,), minval=low, maxval=high)
    w = importance_weights(jax.vmap(lambda x, y: population_loglik(x, y, k, n))(a, b))
    return jnp.sum(w * a / (a + b)), jnp.sum(w * (a + b))
