# %% to_mean_concentration: odds
def to_mean_concentration(a, b):
    return a / b, a + b

# %% to_mean_concentration: in the wrong order
def to_mean_concentration(a, b):
    return a + b, a / (a + b)

# %% to_mean_concentration: the average bento
def to_mean_concentration(a, b):
    return a / (a + b), (a + b) / 2

# %% to_mean_concentration: the variance's denominator
def to_mean_concentration(a, b):
    return a / (a + b), a + b + 1

# %% from_mean_concentration: b is the whole heap
def from_mean_concentration(mu, lam):
    return mu * lam, lam

# %% from_mean_concentration: changed places
def from_mean_concentration(mu, lam):
    a = (1 - mu) * lam
    b = mu * lam
    return a, b

# %% from_mean_concentration: a fraction of the heap
def from_mean_concentration(mu, lam):
    return mu / lam, (1 - mu) / lam

# %% from_mean_concentration: minus one forgotten tonkatsu
def from_mean_concentration(mu, lam):
    return mu * lam, lam - mu

# %% sample_hyperprior: lam uniform
def sample_hyperprior(key, n_samples, lam_low=0.1, lam_high=100.0):
    key1, key2 = jr.split(key)
    mu = jr.uniform(key1, (n_samples,), minval=1e-6)
    lam = jr.uniform(key2, (n_samples,), minval=lam_low, maxval=lam_high)
    return mu, lam

# %% sample_hyperprior: one key twice
def sample_hyperprior(key, n_samples, lam_low=0.1, lam_high=100.0):
    mu = jr.uniform(key, (n_samples,), minval=1e-6)
    log_lam = jr.uniform(key, (n_samples,), minval=jnp.log(lam_low), maxval=jnp.log(lam_high))
    return mu, jnp.exp(log_lam)

# %% sample_hyperprior: log10 undone by exp
def sample_hyperprior(key, n_samples, lam_low=0.1, lam_high=100.0):
    key1, key2 = jr.split(key)
    mu = jr.uniform(key1, (n_samples,), minval=1e-6)
    log_lam = jr.uniform(key2, (n_samples,), minval=jnp.log10(lam_low), maxval=jnp.log10(lam_high))
    return mu, jnp.exp(log_lam)

# %% sample_hyperprior: from -1 to 2
def sample_hyperprior(key, n_samples, lam_low=0.1, lam_high=100.0):
    key1, key2 = jr.split(key)
    mu = jr.uniform(key1, (n_samples,), minval=1e-6)
    lam = 10 ** jr.uniform(key2, (n_samples,), minval=-1.0, maxval=2.0)
    return mu, lam

# %% weigh_population: averaged over students
def weigh_population(k, n, mu, lam):
    a, b = from_mean_concentration(mu, lam)
    scores = log_beta_binom(k[None, :], n[None, :], a[:, None], b[:, None]).mean(axis=1)
    return importance_weights(scores)

# %% weigh_population: mu and lam used as a and b
def weigh_population(k, n, mu, lam):
    scores = log_beta_binom(k[None, :], n[None, :], mu[:, None], lam[:, None]).sum(axis=1)
    return importance_weights(scores)

# %% weigh_population: not normalised
def weigh_population(k, n, mu, lam):
    a, b = from_mean_concentration(mu, lam)
    scores = log_beta_binom(k, n, a[:, None], b[:, None]).sum(axis=1)
    return jnp.exp(scores)

# %% weigh_population: the log scores
def weigh_population(k, n, mu, lam):
    a, b = from_mean_concentration(mu, lam)
    return log_beta_binom(k, n, a[:, None], b[:, None]).sum(axis=1)

# %% infer_population: the average of the logarithm
def infer_population(k, n, seed=0, n_samples=60000, lam_low=0.1, lam_high=100.0):
    mu, lam = sample_hyperprior(jr.PRNGKey(seed), n_samples, lam_low, lam_high)
    w = weigh_population(k, n, mu, lam)
    return float(jnp.sum(w * mu)), float(jnp.exp(jnp.sum(w * jnp.log(lam))))

# %% infer_population: the bounds not passed on
def infer_population(k, n, seed=0, n_samples=60000, lam_low=0.1, lam_high=100.0):
    mu, lam = sample_hyperprior(jr.PRNGKey(seed), n_samples)
    w = weigh_population(k, n, mu, lam)
    return float(jnp.sum(w * mu)), float(jnp.sum(w * lam))

# %% infer_population: always seed 0
def infer_population(k, n, seed=0, n_samples=60000, lam_low=0.1, lam_high=100.0):
    key = jr.PRNGKey(0)
    mu, lam = sample_hyperprior(key, n_samples, lam_low, lam_high)
    w = weigh_population(k, n, mu, lam)
    return float(jnp.dot(w, mu)), float(jnp.dot(w, lam))

# %% infer_population: a and b
def infer_population(k, n, seed=0, n_samples=60000, lam_low=0.1, lam_high=100.0):
    mu, lam = sample_hyperprior(jr.PRNGKey(seed), n_samples, lam_low, lam_high)
    w = weigh_population(k, n, mu, lam)
    mean, conc = float(jnp.sum(w * mu)), float(jnp.sum(w * lam))
    return from_mean_concentration(mean, conc)

# %% shrink: mu in the place of a
def shrink(k, n, mu, lam):
    return (mu + k) / (lam + n)

# %% shrink: the weights change places
def shrink(k, n, mu, lam):
    w = lam / (lam + n)
    return w * k / n + (1 - w) * mu

# %% shrink: no shrinkage
def shrink(k, n, mu, lam):
    return k / n

# %% shrink: lam is counted twice
def shrink(k, n, mu, lam):
    a, b = from_mean_concentration(mu, lam)
    return (a + k) / (a + b + lam + n)

# %% classroom_verdict: alike and different mixed up
def classroom_verdict(k, n, seed=0):
    mu, lam = infer_population(k, n, seed=seed)
    shrunk = shrink(k, n, mu, lam)
    raw = k / n
    verdicts = ["pulled to the group" if abs(s - mu) < abs(s - r) else "taken at face value"
                for s, r in zip(shrunk.tolist(), raw.tolist())]
    return {"mu": mu, "lam": lam, "regime": "different" if lam >= 1 else "alike",
            "shrunk": shrunk, "verdicts": verdicts}

# %% classroom_verdict: the seed is not passed on
def classroom_verdict(k, n, seed=0):
    mu, lam = infer_population(k, n)
    shrunk = shrink(k, n, mu, lam)
    raw = k / n
    verdicts = ["pulled to the group" if abs(s - mu) < abs(s - r) else "taken at face value"
                for s, r in zip(shrunk.tolist(), raw.tolist())]
    return {"mu": mu, "lam": lam, "regime": "alike" if lam >= 1 else "different",
            "shrunk": shrunk, "verdicts": verdicts}

# %% classroom_verdict: nearer to a half than to the raw fraction
def classroom_verdict(k, n, seed=0):
    mu, lam = infer_population(k, n, seed)
    shrunk = shrink(k, n, mu, lam)
    raw = k / n
    verdicts = ["pulled to the group" if abs(s - 0.5) < abs(s - r) else "taken at face value"
                for s, r in zip(shrunk.tolist(), raw.tolist())]
    return {"mu": mu, "lam": lam, "regime": "alike" if lam >= 1 else "different",
            "shrunk": shrunk, "verdicts": verdicts}

# %% classroom_verdict: everybody gets the class's verdict
def classroom_verdict(k, n, seed=0):
    mu, lam = infer_population(k, n, seed)
    shrunk = shrink(k, n, mu, lam)
    regime = "alike" if lam >= 1 else "different"
    verdict = "pulled to the group" if regime == "alike" else "taken at face value"
    return {"mu": mu, "lam": lam, "regime": regime, "shrunk": shrunk,
            "verdicts": [verdict] * len(k)}

# %% plot_concentration: unweighted draws
def plot_concentration(classrooms, seed=0):
    fig, ax = plt.subplots()
    mu, lam = sample_hyperprior(jr.PRNGKey(seed), 60000)
    for label, (k, n) in classrooms.items():
        ax.hist(lam, bins=jnp.logspace(-1, 2, 61), alpha=0.5, label=label)
    ax.set_xscale("log")
    ax.axvline(1)
    ax.set_xlabel("lambda")
    ax.legend()
    return ax

# %% plot_concentration: linear axis
def plot_concentration(classrooms, seed=0):
    fig, ax = plt.subplots()
    mu, lam = sample_hyperprior(jr.PRNGKey(seed), 60000)
    for label, (k, n) in classrooms.items():
        w = weigh_population(k, n, mu, lam)
        ax.hist(lam, bins=60, weights=w, alpha=0.5, label=label)
    ax.axvline(1)
    ax.set_xlabel("lambda")
    ax.legend()
    return ax

# %% plot_concentration: the posterior of mu
def plot_concentration(classrooms, seed=0):
    fig, ax = plt.subplots()
    mu, lam = sample_hyperprior(jr.PRNGKey(seed), 60000)
    for label, (k, n) in classrooms.items():
        w = weigh_population(k, n, mu, lam)
        ax.hist(mu, bins=jnp.logspace(-1, 2, 61), weights=w, alpha=0.5, label=label)
    ax.set_xscale("log")
    ax.axvline(1)
    ax.set_xlabel("lambda")
    ax.legend()
    return ax

# %% plot_concentration: the line at one missing
def plot_concentration(classrooms, seed=0):
    fig, ax = plt.subplots()
    mu, lam = sample_hyperprior(jr.PRNGKey(seed), 60000)
    for label, (k, n) in classrooms.items():
        w = weigh_population(k, n, mu, lam)
        ax.hist(lam, bins=jnp.logspace(-1, 2, 61), weights=w, histtype="step", label=label)
    ax.set_xscale("log")
    ax.set_xlabel("concentration")
    ax.legend()
    return ax
