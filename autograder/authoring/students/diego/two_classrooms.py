# %% to_mean_concentration
def to_mean_concentration(a, b):
    return a / (a + b), a + b

# %% from_mean_concentration
def from_mean_concentration(mu, lam):
    return mu * lam, (1 - mu) * lam

# %% sample_hyperprior
def sample_hyperprior(key, n_samples, lam_low=0.1, lam_high=100.0):
    key_mu, key_lam = jr.split(key)
    mu = jr.uniform(key_mu, (n_samples,), minval=1e-6, maxval=1 - 1e-6)
    log_lam = jr.uniform(
        key_lam, (n_samples,), minval=jnp.log(lam_low), maxval=jnp.log(lam_high))
    return mu, jnp.exp(log_lam)

