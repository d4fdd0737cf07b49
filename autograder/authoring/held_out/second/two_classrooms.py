# %% to_mean_concentration: the mean's bracket forgotten
# cause: first precedence, second right
def to_mean_concentration(a, b):
    return a / a + b, a + b

# %% from_mean_concentration: one taken off lam
# cause: first lam less one, second lam less one
def from_mean_concentration(mu, lam):
    return mu * (lam - 1), (1 - mu) * (lam - 1)

# %% sample_hyperprior: lam log-uniform from one
# cause: unit powers
def sample_hyperprior(key, n_samples, lam_low=0.1, lam_high=100.0):
    key1, key2 = jr.split(key)
    mu = jr.uniform(key1, (n_samples,), minval=1e-6)
    lam = jnp.exp(jr.uniform(key2, (n_samples,)) * jnp.log(lam_high))
    return mu, lam

# %% sample_hyperprior: a fresh key for lam
# cause: part of the key not used
def sample_hyperprior(key, n_samples, lam_low=0.1, lam_high=100.0):
    mu = jr.uniform(key, (n_samples,), minval=1e-6)
    u = jr.uniform(jr.PRNGKey(1), (n_samples,))
    lam = jnp.exp(jnp.log(lam_low) + u * (jnp.log(lam_high) - jnp.log(lam_low)))
    return mu, lam

# %% weigh_population: the raw fractions scored
def weigh_population(k, n, mu, lam):
    a, b = from_mean_concentration(mu, lam)
    raw = k / n
    scores = stats.beta.logpdf(jnp.clip(raw, 0.01, 0.99), a[:, None], b[:, None]).sum(axis=1)
    return importance_weights(scores)

# %% weigh_population: weights for each student averaged
# cause: weighed and averaged
def weigh_population(k, n, mu, lam):
    a, b = from_mean_concentration(mu, lam)
    table = log_beta_binom(k, n, a[:, None], b[:, None])
    return jax.vmap(importance_weights, in_axes=1)(table).mean(axis=0)

# %% infer_population: rounded for the reader
def infer_population(k, n, seed=0, n_samples=60000, lam_low=0.1, lam_high=100.0):
    mu, lam = sample_hyperprior(jr.PRNGKey(seed), n_samples, lam_low, lam_high)
    w = weigh_population(k, n, mu, lam)
    return round(float(jnp.sum(w * mu)), 2), round(float(jnp.sum(w * lam)), 2)

# %% infer_population: always sixty thousand
# cause: draws low, scores right, summary right
def infer_population(k, n, seed=0, n_samples=60000, lam_low=0.1, lam_high=100.0):
    mu, lam = sample_hyperprior(jr.PRNGKey(seed), 60000, 0.1, lam_high)
    w = weigh_population(k, n, mu, lam)
    return float(jnp.sum(w * mu)), float(jnp.sum(w * lam))

# %% shrink: the class's n
# cause: (right) / (the class's n)
def shrink(k, n, mu, lam):
    a, b = from_mean_concentration(mu, lam)
    return (a + k) / (a + b + jnp.sum(n))

# %% classroom_verdict: pulled if moved by more than half of the own fraction
# cause: flipped verdicts
def classroom_verdict(k, n, seed=0):
    mu, lam = infer_population(k, n, seed)
    shrunk = shrink(k, n, mu, lam)
    weight = n / (n + lam)
    verdicts = ["pulled to the group" if w > 0.5 else "taken at face value" for w in weight.tolist()]
    return {"mu": mu, "lam": lam, "regime": "alike" if lam >= 1 else "different",
            "shrunk": shrunk, "verdicts": verdicts}

# %% classroom_verdict: verdicts in other words
# cause: verdicts in other words
def classroom_verdict(k, n, seed=0):
    mu, lam = infer_population(k, n, seed)
    shrunk = shrink(k, n, mu, lam)
    pulled = jnp.abs(shrunk - mu) < jnp.abs(shrunk - k / n)
    return {"mu": mu, "lam": lam, "regime": "alike" if lam >= 1 else "different",
            "shrunk": shrunk, "verdicts": ["pulled" if p else "face value" for p in pulled.tolist()]}

# %% plot_concentration: both rooms in one curve
def plot_concentration(classrooms, seed=0):
    _, ax = plt.subplots()
    mu, lam = sample_hyperprior(jr.PRNGKey(seed), 60000)
    k = jnp.concatenate([k for k, n in classrooms.values()])
    n = jnp.concatenate([n for k, n in classrooms.values()])
    w = weigh_population(k, n, mu, lam)
    for label in classrooms:
        ax.hist(lam, bins=jnp.logspace(-1, 2, 61), weights=w, alpha=0.5, label=label)
    ax.set_xscale("log")
    ax.axvline(1)
    ax.set_xlabel("lam")
    ax.legend()
    return ax
