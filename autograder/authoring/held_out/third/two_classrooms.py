# %% to_mean_concentration: one added to the concentration
def to_mean_concentration(a, b):
    return a / (a + b), a + b + 1

# %% to_mean_concentration: the mode for the mean
def to_mean_concentration(a, b):
    lam = a + b
    return (a - 1) / (lam - 2), lam

# %% from_mean_concentration: the mean is subtracted instead of its share
def from_mean_concentration(mu, lam):
    return mu * lam, lam - mu

# %% sample_hyperprior: a uniform draw between the bounds is exponentiated
def sample_hyperprior(key, n_samples, lam_low=0.1, lam_high=100.0):
    k1, k2 = jr.split(key)
    mu = jr.uniform(k1, (n_samples,), minval=1e-6, maxval=1.0)
    lam = jnp.exp(jr.uniform(k2, (n_samples,), minval=lam_low, maxval=lam_high))
    return mu, lam

# %% sample_hyperprior: the natural log undone with powers of ten
def sample_hyperprior(key, n_samples, lam_low=0.1, lam_high=100.0):
    k1, k2 = jr.split(key)
    mu = jr.uniform(k1, (n_samples,), minval=1e-6)
    loglam = jr.uniform(k2, (n_samples,), minval=jnp.log(lam_low), maxval=jnp.log(lam_high))
    return mu, 10.0 ** loglam

# %% sample_hyperprior: the range is ignored, always 0.1 to 100
def sample_hyperprior(key, n_samples, lam_low=0.1, lam_high=100.0):
    k1, k2 = jr.split(key)
    mu = jr.uniform(k1, (n_samples,), minval=1e-6)
    return mu, 10.0 ** jr.uniform(k2, (n_samples,), minval=-1.0, maxval=2.0)

# %% weigh_population: the log density of the hyperprior is added to the scores
def weigh_population(k, n, mu, lam):
    a, b = from_mean_concentration(mu[:, None], lam[:, None])
    log_w = log_beta_binom(k, n, a, b).sum(axis=1)
    return importance_weights(log_w - jnp.log(lam))

# %% weigh_population: averaged over students instead of summed
def weigh_population(k, n, mu, lam):
    a, b = from_mean_concentration(mu, lam)
    scores = log_beta_binom(k[None, :], n[None, :], a[:, None], b[:, None])
    return importance_weights(scores.mean(axis=1))

# %% weigh_population: each student's weights normalised first, then averaged
def weigh_population(k, n, mu, lam):
    a, b = from_mean_concentration(mu, lam)
    scores = log_beta_binom(k[None, :], n[None, :], a[:, None], b[:, None])
    each = jax.vmap(importance_weights, in_axes=1, out_axes=1)(scores)
    return each.mean(axis=1)

# %% infer_population: the weighted average of the logs, undone afterwards
def infer_population(k, n, seed=0, n_samples=60000, lam_low=0.1, lam_high=100.0):
    mu, lam = sample_hyperprior(jr.PRNGKey(seed), n_samples, lam_low, lam_high)
    w = weigh_population(k, n, mu, lam)
    return float(jnp.sum(w * mu)), float(jnp.exp(jnp.sum(w * jnp.log(lam))))

# %% infer_population: the seed is ignored
def infer_population(k, n, seed=0, n_samples=60000, lam_low=0.1, lam_high=100.0):
    mu, lam = sample_hyperprior(jr.PRNGKey(0), n_samples, lam_low, lam_high)
    w = weigh_population(k, n, mu, lam)
    return float(w @ mu), float(w @ lam)

# %% infer_population: the bounds are not passed on
def infer_population(k, n, seed=0, n_samples=60000, lam_low=0.1, lam_high=100.0):
    mu, lam = sample_hyperprior(jr.PRNGKey(seed), n_samples)
    w = weigh_population(k, n, mu, lam)
    return float(w @ mu), float(w @ lam)

# %% shrink: the two weights exchanged
def shrink(k, n, mu, lam):
    w = lam / (lam + n)
    return jnp.where(n > 0, w * k / jnp.maximum(n, 1) + (1 - w) * mu, mu)

# %% shrink: not a number without bentos
def shrink(k, n, mu, lam):
    w = n / (n + lam)
    return w * (jnp.asarray(k) / n) + (1 - w) * mu

# %% classroom_verdict: pulled when the shrunk rate is within 0.1 of the mean
def classroom_verdict(k, n, seed=0):
    mu, lam = infer_population(k, n, seed)
    shrunk = shrink(k, n, mu, lam)
    verdicts = ["pulled to the group" if abs(float(s) - mu) < 0.1 else "taken at face value"
                for s in shrunk]
    return {"mu": mu, "lam": lam, "regime": "alike" if lam >= 1 else "different",
            "shrunk": shrunk, "verdicts": verdicts}

# %% classroom_verdict: one verdict for all, from the regime
def classroom_verdict(k, n, seed=0):
    mu, lam = infer_population(k, n, seed)
    regime = "alike" if lam >= 1 else "different"
    word = "pulled to the group" if regime == "alike" else "taken at face value"
    return {"mu": mu, "lam": lam, "regime": regime, "shrunk": shrink(k, n, mu, lam),
            "verdicts": [word] * len(k)}

# %% plot_concentration: the draws are not weighted
def plot_concentration(classrooms, seed=0):
    fig, ax = plt.subplots()
    bins = np.logspace(-1, 2, 61)
    for label, (k, n) in classrooms.items():
        mu, lam = sample_hyperprior(jr.PRNGKey(seed), 60000)
        ax.hist(np.asarray(lam), bins=bins, histtype="step", label=label)
    ax.axvline(1, color=BLACK)
    ax.set_xscale("log")
    ax.set_xlabel("concentration")
    ax.legend()
    return ax

# %% plot_concentration: the vertical line at log lam = 1, that is at 10
def plot_concentration(classrooms, seed=0):
    fig, ax = plt.subplots()
    mu, lam = sample_hyperprior(jr.PRNGKey(seed), 60000)
    for label, (k, n) in classrooms.items():
        w = weigh_population(k, n, mu, lam)
        ax.hist(np.asarray(lam), bins=np.logspace(-1, 2, 61), weights=np.asarray(w), alpha=0.5, label=label)
    ax.axvline(10 ** 1, color=BLACK, linestyle=":")
    ax.set_xscale("log")
    ax.set_xlabel("lambda (bentos)")
    ax.legend()
    return ax
