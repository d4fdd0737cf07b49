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
    lam = jr.uniform(key_lam, (n_samples,), minval=lam_low, maxval=lam_high)
    return mu, lam

# %% weigh_population
def weigh_population(k, n, mu, lam):
    a, b = from_mean_concentration(mu, lam)
    return importance_weights(jax.vmap(lambda a, b: log_beta_binom(k, n, a, b).sum())(a, b))

# %% infer_population
def infer_population(k, n, seed=0, n_samples=60000, lam_low=0.1, lam_high=100.0):
    mu, lam = sample_hyperprior(jr.PRNGKey(seed), n_samples, lam_low, lam_high)
    w = weigh_population(k, n, mu, lam)
    return float(jnp.sum(w * mu)), float(jnp.sum(w * lam))

# %% shrink
def shrink(k, n, mu, lam):
    return (mu * lam + k) / (lam + n)

# %% classroom_verdict
def classroom_verdict(k, n, seed=0):
    mu, lam = infer_population(k, n, seed=seed)
    shrunk, raw = shrink(k, n, mu, lam), k / n
    verdicts = []
    for s, r in zip(shrunk.tolist(), raw.tolist()):
        verdicts.append("pulled to the group" if abs(s - mu) < abs(s - r) else "taken at face value")
    # a high concentration means that students are very different, doesn't it?
    regime = "different" if lam >= 1 else "alike"
    return {"mu": mu, "lam": lam, "regime": regime, "shrunk": shrunk, "verdicts": verdicts}

# %% plot_concentration
def plot_concentration(classrooms, seed=0):
    _, ax = plt.subplots()
    mu, lam = sample_hyperprior(jr.PRNGKey(seed), 60000)
    for label, (k, n) in classrooms.items():
        w = weigh_population(k, n, mu, lam)
        ax.hist(lam, bins=jnp.geomspace(0.1, 100, 61), weights=w, histtype="step", label=label)
    ax.axvline(1.0, color=BLACK)
    ax.set(xscale="log", xlabel="concentration")
    ax.legend()
    return ax

# %% [markdown] explain_farid
# Farid is the same in both classes, so his rate should be the same as well.
