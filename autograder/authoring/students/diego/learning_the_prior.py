# %% log_binom_coeff
def log_binom_coeff(n, k):
    return gammaln(n + 1.0) - gammaln(k + 1.0) - gammaln(n - k + 1.0)

# %% log_beta_binom
def log_beta_binom(k, n, a, b):
    return log_binom_coeff(n, k) + betaln(a + k, b + n - k) - betaln(1.0 * a, 1.0 * b)

# %% population_loglik
def population_loglik(a, b, k, n):
    return jnp.sum(log_beta_binom(k, n, a, b))
