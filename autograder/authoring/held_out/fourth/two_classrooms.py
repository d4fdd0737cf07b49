# %% to_mean_concentration: the variance of the rates for the concentration
def to_mean_concentration(a, b):
    mu = a / (a + b)
    return mu, mu * (1 - mu) / (a + b + 1)

# %% from_mean_concentration: solved from the mode, and a alone
def from_mean_concentration(mu, lam):
    a = mu * (lam - 2) + 1
    return a, lam - a

# %% sample_hyperprior: mu by a triangle around a half, lam uniform
def sample_hyperprior(key, n_samples, lam_low=0.1, lam_high=100.0):
    k1, k2, k3 = jr.split(key, 3)
    mu = 0.5 * (jr.uniform(k1, (n_samples,), minval=1e-6) + jr.uniform(k2, (n_samples,)))
    lam = jr.uniform(k3, (n_samples,), minval=lam_low, maxval=lam_high)
    return mu, lam

# %% sample_hyperprior: whole powers of ten only
def sample_hyperprior(key, n_samples, lam_low=0.1, lam_high=100.0):
    k1, k2 = jr.split(key)
    mu = jr.uniform(k1, (n_samples,), minval=1e-6)
    low, high = jnp.log10(lam_low), jnp.log10(lam_high)
    power = jnp.round(jr.uniform(k2, (n_samples,), minval=low, maxval=high))
    return mu, 10.0 ** power

# %% weigh_population: students weighted by how many bentos they have brought
def weigh_population(k, n, mu, lam):
    a, b = from_mean_concentration(mu, lam)
    table = log_beta_binom(k, n, a[:, None], b[:, None])
    share = n / n.sum()
    return importance_weights((table * share).sum(axis=1))

# %% infer_population: the weighted median of lam
def infer_population(k, n, seed=0, n_samples=60000, lam_low=0.1, lam_high=100.0):
    mu, lam = sample_hyperprior(jr.PRNGKey(seed), n_samples, lam_low, lam_high)
    w = weigh_population(k, n, mu, lam)
    order = jnp.argsort(lam)
    middle = jnp.searchsorted(jnp.cumsum(w[order]), 0.5)
    return float(w @ mu), float(lam[order][middle])

# %% infer_population: the key made from the number of draws, and lam_high fixed at 100
def infer_population(k, n, seed=0, n_samples=60000, lam_low=0.1, lam_high=100.0):
    mu, lam = sample_hyperprior(jr.PRNGKey(n_samples), n_samples, lam_low, 100.0)
    w = weigh_population(k, n, mu, lam)
    return float(w @ mu), float(w @ lam)

# %% shrink: the standard error decides how far
def shrink(k, n, mu, lam):
    w = jnp.sqrt(n) / (jnp.sqrt(n) + jnp.sqrt(lam))
    raw = jnp.where(n > 0, k / jnp.maximum(n, 1), mu)
    return w * raw + (1 - w) * mu

# %% shrink: one more bento, and lam counted as hamburgers only
def shrink(k, n, mu, lam):
    return (mu * lam + k + 1) / (mu * lam + lam + n + 1)

# %% classroom_verdict: the verdict compares n with lam the other way, and the regime says so too
def classroom_verdict(k, n, seed=0):
    mu, lam = infer_population(k, n, seed)
    shrunk = shrink(k, n, mu, lam)
    verdicts = ["taken at face value" if lam > m else "pulled to the group" for m in n.tolist()]
    return {"mu": mu, "lam": lam, "regime": "different" if lam >= 1 else "alike",
            "shrunk": shrunk, "verdicts": verdicts}

# %% classroom_verdict: a student above the group is taken at face value
def classroom_verdict(k, n, seed=0):
    mu, lam = infer_population(k, n, seed)
    rates = shrink(k, n, mu, lam)
    words = []
    for rate, raw in zip(rates.tolist(), (k / n).tolist()):
        words.append("pulled to the group" if raw < rate else "taken at face value")
    return {"mu": mu, "lam": lam, "regime": "alike" if lam >= 1 else "different",
            "shrunk": rates, "verdicts": words}

# %% plot_concentration: log lam on a linear axis
def plot_concentration(classrooms, seed=0):
    fig, ax = plt.subplots()
    mu, lam = sample_hyperprior(jr.PRNGKey(seed), 60000)
    for label, (k, n) in classrooms.items():
        w = np.asarray(weigh_population(k, n, mu, lam))
        ax.hist(np.log(np.asarray(lam)), bins=60, weights=w, alpha=0.5, label=label)
    ax.axvline(0.0, color=BLACK)
    ax.set_xlabel("log concentration")
    ax.legend()
    return ax

# %% plot_concentration: the first classroom's weights for every classroom
def plot_concentration(classrooms, seed=0):
    fig, ax = plt.subplots()
    mu, lam = sample_hyperprior(jr.PRNGKey(seed), 60000)
    k, n = next(iter(classrooms.values()))
    w = np.asarray(weigh_population(k, n, mu, lam))
    for label in classrooms:
        ax.hist(np.asarray(lam), bins=np.logspace(-1, 2, 61), weights=w, alpha=0.5, label=label)
    ax.axvline(1.0, color=BLACK)
    ax.set_xscale("log")
    ax.set_xlabel("concentration")
    ax.legend()
    return ax
