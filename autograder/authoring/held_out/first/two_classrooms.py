# %% to_mean_concentration: odds
# cause: odds for mean
def to_mean_concentration(a, b):
    return a / b, a + b

# %% to_mean_concentration: in the wrong order
# cause: swapped pair
def to_mean_concentration(a, b):
    return a + b, a / (a + b)

# %% to_mean_concentration: the average bento
# cause: half the concentration
def to_mean_concentration(a, b):
    return a / (a + b), (a + b) / 2

# %% to_mean_concentration: the variance's denominator
# cause: first right, second plus one
def to_mean_concentration(a, b):
    return a / (a + b), a + b + 1

# %% from_mean_concentration: b is the whole heap
# cause: all of lam for b
def from_mean_concentration(mu, lam):
    return mu * lam, lam

# %% from_mean_concentration: changed places
# cause: swapped a and b
def from_mean_concentration(mu, lam):
    a = (1 - mu) * lam
    b = mu * lam
    return a, b

# %% from_mean_concentration: a fraction of the heap
# cause: divided by lam
def from_mean_concentration(mu, lam):
    return mu / lam, (1 - mu) / lam

# %% from_mean_concentration: minus one forgotten tonkatsu
# cause: first right, second lam - mu
def from_mean_concentration(mu, lam):
    return mu * lam, lam - mu

# %% sample_hyperprior: lam uniform
# cause: uniform for log uniform
def sample_hyperprior(key, n_samples, lam_low=0.1, lam_high=100.0):
    key1, key2 = jr.split(key)
    mu = jr.uniform(key1, (n_samples,), minval=1e-6)
    lam = jr.uniform(key2, (n_samples,), minval=lam_low, maxval=lam_high)
    return mu, lam

# %% sample_hyperprior: one key twice
# cause: same key for both
def sample_hyperprior(key, n_samples, lam_low=0.1, lam_high=100.0):
    mu = jr.uniform(key, (n_samples,), minval=1e-6)
    log_lam = jr.uniform(key, (n_samples,), minval=jnp.log(lam_low), maxval=jnp.log(lam_high))
    return mu, jnp.exp(log_lam)

# %% sample_hyperprior: log10 undone by exp
# cause: two bases mixed
def sample_hyperprior(key, n_samples, lam_low=0.1, lam_high=100.0):
    key1, key2 = jr.split(key)
    mu = jr.uniform(key1, (n_samples,), minval=1e-6)
    log_lam = jr.uniform(key2, (n_samples,), minval=jnp.log10(lam_low), maxval=jnp.log10(lam_high))
    return mu, jnp.exp(log_lam)

# %% sample_hyperprior: from -1 to 2
# cause: bounds not used
def sample_hyperprior(key, n_samples, lam_low=0.1, lam_high=100.0):
    key1, key2 = jr.split(key)
    mu = jr.uniform(key1, (n_samples,), minval=1e-6)
    lam = 10 ** jr.uniform(key2, (n_samples,), minval=-1.0, maxval=2.0)
    return mu, lam

# %% weigh_population: averaged over students
# cause: mean over students
def weigh_population(k, n, mu, lam):
    a, b = from_mean_concentration(mu, lam)
    scores = log_beta_binom(k[None, :], n[None, :], a[:, None], b[:, None]).mean(axis=1)
    return importance_weights(scores)

# %% weigh_population: mu and lam used as a and b
# cause: dials taken for a and b
def weigh_population(k, n, mu, lam):
    scores = log_beta_binom(k[None, :], n[None, :], mu[:, None], lam[:, None]).sum(axis=1)
    return importance_weights(scores)

# %% weigh_population: not normalised
# cause: scores right, weights not normalised
def weigh_population(k, n, mu, lam):
    a, b = from_mean_concentration(mu, lam)
    scores = log_beta_binom(k, n, a[:, None], b[:, None]).sum(axis=1)
    return jnp.exp(scores)

# %% weigh_population: the log scores
# cause: still logs
def weigh_population(k, n, mu, lam):
    a, b = from_mean_concentration(mu, lam)
    return log_beta_binom(k, n, a[:, None], b[:, None]).sum(axis=1)

# %% infer_population: the average of the logarithm
# cause: geometric mean
def infer_population(k, n, seed=0, n_samples=60000, lam_low=0.1, lam_high=100.0):
    mu, lam = sample_hyperprior(jr.PRNGKey(seed), n_samples, lam_low, lam_high)
    w = weigh_population(k, n, mu, lam)
    return float(jnp.sum(w * mu)), float(jnp.exp(jnp.sum(w * jnp.log(lam))))

# %% infer_population: the bounds not passed on
# cause: bounds not used in the inference
# cause: lam_low and lam_high not used
def infer_population(k, n, seed=0, n_samples=60000, lam_low=0.1, lam_high=100.0):
    mu, lam = sample_hyperprior(jr.PRNGKey(seed), n_samples)
    w = weigh_population(k, n, mu, lam)
    return float(jnp.sum(w * mu)), float(jnp.sum(w * lam))

# %% infer_population: always seed 0
# cause: seed not used
def infer_population(k, n, seed=0, n_samples=60000, lam_low=0.1, lam_high=100.0):
    key = jr.PRNGKey(0)
    mu, lam = sample_hyperprior(key, n_samples, lam_low, lam_high)
    w = weigh_population(k, n, mu, lam)
    return float(jnp.dot(w, mu)), float(jnp.dot(w, lam))

# %% infer_population: a and b
# cause: a and b for mu and lam
# cause: draws right, scores right, summary means of a and b or draws right, scores right, summary a and b of the means
def infer_population(k, n, seed=0, n_samples=60000, lam_low=0.1, lam_high=100.0):
    mu, lam = sample_hyperprior(jr.PRNGKey(seed), n_samples, lam_low, lam_high)
    w = weigh_population(k, n, mu, lam)
    mean, conc = float(jnp.sum(w * mu)), float(jnp.sum(w * lam))
    return from_mean_concentration(mean, conc)

# %% shrink: mu in the place of a
# cause: mu for a
def shrink(k, n, mu, lam):
    return (mu + k) / (lam + n)

# %% shrink: the weights change places
# cause: weights swapped
def shrink(k, n, mu, lam):
    w = lam / (lam + n)
    return w * k / n + (1 - w) * mu

# %% shrink: no shrinkage
# cause: raw fractions
def shrink(k, n, mu, lam):
    return k / n

# %% shrink: lam is counted twice
# cause: (right) / (two lam)
def shrink(k, n, mu, lam):
    a, b = from_mean_concentration(mu, lam)
    return (a + k) / (a + b + lam + n)

# %% classroom_verdict: alike and different mixed up
# cause: flipped regime
def classroom_verdict(k, n, seed=0):
    mu, lam = infer_population(k, n, seed=seed)
    shrunk = shrink(k, n, mu, lam)
    raw = k / n
    verdicts = ["pulled to the group" if abs(s - mu) < abs(s - r) else "taken at face value"
                for s, r in zip(shrunk.tolist(), raw.tolist())]
    return {"mu": mu, "lam": lam, "regime": "different" if lam >= 1 else "alike",
            "shrunk": shrunk, "verdicts": verdicts}

# %% classroom_verdict: the seed is not passed on
# cause: seed not passed on
def classroom_verdict(k, n, seed=0):
    mu, lam = infer_population(k, n)
    shrunk = shrink(k, n, mu, lam)
    raw = k / n
    verdicts = ["pulled to the group" if abs(s - mu) < abs(s - r) else "taken at face value"
                for s, r in zip(shrunk.tolist(), raw.tolist())]
    return {"mu": mu, "lam": lam, "regime": "alike" if lam >= 1 else "different",
            "shrunk": shrunk, "verdicts": verdicts}

# %% classroom_verdict: nearer to a half than to the raw fraction
# cause: compared with a half
def classroom_verdict(k, n, seed=0):
    mu, lam = infer_population(k, n, seed)
    shrunk = shrink(k, n, mu, lam)
    raw = k / n
    verdicts = ["pulled to the group" if abs(s - 0.5) < abs(s - r) else "taken at face value"
                for s, r in zip(shrunk.tolist(), raw.tolist())]
    return {"mu": mu, "lam": lam, "regime": "alike" if lam >= 1 else "different",
            "shrunk": shrunk, "verdicts": verdicts}

# %% classroom_verdict: everybody gets the class's verdict
# cause: verdict by regime
def classroom_verdict(k, n, seed=0):
    mu, lam = infer_population(k, n, seed)
    shrunk = shrink(k, n, mu, lam)
    regime = "alike" if lam >= 1 else "different"
    verdict = "pulled to the group" if regime == "alike" else "taken at face value"
    return {"mu": mu, "lam": lam, "regime": regime, "shrunk": shrunk,
            "verdicts": [verdict] * len(k)}

# %% plot_concentration: unweighted draws
# cause: prior drawn for posterior
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
# cause: linear axis
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
# cause: mean drawn for concentration
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
# cause: line at one missing
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
