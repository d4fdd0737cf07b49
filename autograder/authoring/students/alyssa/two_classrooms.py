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

# %% weigh_population
def weigh_population(k, n, mu, lam):
    a, b = from_mean_concentration(mu, lam)
    log_w = jax.vmap(lambda a, b: log_beta_binom(k, n, a, b).sum())(a, b)
    return importance_weights(log_w)

# %% infer_population
def infer_population(k, n, seed=0, n_samples=60000, lam_low=0.1, lam_high=100.0):
    mu, lam = sample_hyperprior(jr.PRNGKey(seed), n_samples, lam_low, lam_high)
    w = weigh_population(k, n, mu, lam)
    return float(jnp.sum(w * mu)), float(jnp.sum(w * lam))

# %% shrink
def shrink(k, n, mu, lam):
    a, b = from_mean_concentration(mu, lam)
    return (a + k) / (a + b + n)

# %% classroom_verdict
def classroom_verdict(k, n, seed=0):
    mu, lam = infer_population(k, n, seed=seed)
    shrunk, raw = shrink(k, n, mu, lam), k / n
    pulled = jnp.abs(shrunk - mu) < jnp.abs(shrunk - raw)
    return {
        "mu": mu, "lam": lam, "regime": "alike" if lam >= 1 else "different", "shrunk": shrunk,
        "verdicts": ["pulled to the group" if p else "taken at face value" for p in pulled.tolist()],
    }

# %% plot_concentration
def plot_concentration(classrooms, seed=0):
    _, ax = plt.subplots()
    mu, lam = sample_hyperprior(jr.PRNGKey(seed), 60000)
    for label, (k, n) in classrooms.items():
        w = weigh_population(k, n, mu, lam)
        ax.hist(lam, bins=jnp.geomspace(0.1, 100, 61), weights=w, alpha=0.5, label=label)
    ax.axvline(1.0, color=BLACK, linestyle=":")
    ax.set(xscale="log", xlabel="concentration (bentos)", ylabel="posterior probability")
    ax.legend()
    return ax

# %% [markdown] explain_farid
# In A everybody else is moderate, so the class says: students are alike, and one hamburger is
# luck. In B everybody else is extreme, so one hamburger probably means a hamburger person. Had
# the hyperprior stopped at 1 it could not have described B at all, and Farid would have been
# pulled up to 0.28 although nothing in class B speaks for it.
