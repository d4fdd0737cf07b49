# %% to_mean_concentration: the concentration first
def to_mean_concentration(a, b):
    lam = a + b
    return a / lam, lam

# %% to_mean_concentration: NumPy
import numpy as np

def to_mean_concentration(a, b):
    a, b = np.asarray(a, float), np.asarray(b, float)
    return 1 / (1 + b / a), np.add(a, b)

# %% to_mean_concentration: TensorFlow Probability's mean
from tensorflow_probability.substrates.jax import distributions as tfd

def to_mean_concentration(a, b):
    a, b = jnp.asarray(a, jnp.float32), jnp.asarray(b, jnp.float32)
    beta = tfd.Beta(a, b)
    return beta.mean(), beta.concentration1 + beta.concentration0

# %% from_mean_concentration: b as what is left
def from_mean_concentration(mu, lam):
    a = mu * lam
    return a, lam - a

# %% from_mean_concentration: NumPy in float64
import numpy as np

def from_mean_concentration(mu, lam):
    mu, lam = np.asarray(mu, float), np.asarray(lam, float)
    return np.multiply(mu, lam), np.multiply(1.0 - mu, lam)

# %% from_mean_concentration: a list of two
def from_mean_concentration(mu, lam):
    return [jnp.asarray(mu) * lam, (1 - jnp.asarray(mu)) * lam]

# %% sample_hyperprior: powers of the ratio of the bounds
def sample_hyperprior(key, n_samples, lam_low=0.1, lam_high=100.0):
    u, v = jr.uniform(key, (2, n_samples), minval=1e-6, maxval=1 - 1e-6)
    return u, lam_low * (lam_high / lam_low) ** v

# %% sample_hyperprior: powers of ten, folded keys
def sample_hyperprior(key, n_samples, lam_low=0.1, lam_high=100.0):
    mu = jr.uniform(jr.fold_in(key, 0), (n_samples,), minval=0.0001, maxval=0.9999)
    exponent = jr.uniform(
        jr.fold_in(key, 1), (n_samples,), minval=jnp.log10(lam_low), maxval=jnp.log10(lam_high)
    )
    return mu, 10.0 ** exponent

# %% sample_hyperprior: SciPy's loguniform, seeded from the key
import numpy as np
from scipy import stats as scipy_stats

def sample_hyperprior(key, n_samples, lam_low=0.1, lam_high=100.0):
    random = np.random.default_rng(np.asarray(jr.key_data(key)).astype(np.uint32))
    lam = scipy_stats.loguniform(lam_low, lam_high).rvs(n_samples, random_state=random)
    return random.uniform(1e-6, 1 - 1e-6, n_samples), lam

# %% weigh_population: softmax of a matrix of log marginals
import jax

def weigh_population(k, n, mu, lam):
    k, n = jnp.asarray(k)[:, None], jnp.asarray(n)[:, None]
    return jax.nn.softmax(log_beta_binom(k, n, mu * lam, (1 - mu) * lam).sum(axis=0))

# %% weigh_population: SciPy in float64, a loop over students
import numpy as np
from scipy import stats as scipy_stats

def weigh_population(k, n, mu, lam):
    mu, lam = np.asarray(mu, float), np.asarray(lam, float)
    log_w = sum(
        scipy_stats.betabinom.logpmf(int(ki), int(ni), mu * lam, (1 - mu) * lam)
        for ki, ni in zip(k, n)
    )
    w = np.exp(log_w - np.max(log_w))
    return w / w.sum()

# %% weigh_population: vmap over candidates
import jax

def weigh_population(k, n, mu, lam):
    def score(m, l):
        return jnp.sum(log_beta_binom(k, n, m * l, (1 - m) * l))
    log_w = jax.vmap(score)(mu, lam)
    return jnp.exp(log_w - jax.scipy.special.logsumexp(log_w))

# %% infer_population: the seed folded into another key
def infer_population(k, n, seed=0, n_samples=60000, lam_low=0.1, lam_high=100.0):
    mu, lam = sample_hyperprior(jr.fold_in(jr.PRNGKey(7), seed), n_samples, lam_low, lam_high)
    w = weigh_population(k, n, mu, lam)
    return float(w @ mu), float(w @ lam)

# %% infer_population: NumPy and SciPy throughout
import numpy as np
from scipy import stats as scipy_stats

def infer_population(k, n, seed=0, n_samples=60000, lam_low=0.1, lam_high=100.0):
    random = np.random.default_rng(seed)
    mu = random.uniform(0, 1, n_samples)
    lam = np.exp(random.uniform(np.log(lam_low), np.log(lam_high), n_samples))
    log_w = np.zeros(n_samples)
    for ki, ni in zip(np.asarray(k), np.asarray(n)):
        log_w += scipy_stats.betabinom.logpmf(ki, ni, mu * lam, (1 - mu) * lam)
    w = np.exp(log_w - log_w.max())
    return np.average(mu, weights=w), np.average(lam, weights=w)

# %% infer_population: the seeds' truncated mean
import jax

def infer_population(k, n, seed=0, n_samples=60000, lam_low=0.1, lam_high=100.0):
    km, kl = jr.split(jr.key(seed))
    mu = jr.uniform(km, (n_samples,), minval=0.01, maxval=0.99)
    lam = jnp.exp(jr.uniform(kl, (n_samples,), minval=jnp.log(lam_low), maxval=jnp.log(lam_high)))
    w = weigh_population(k, n, mu, lam)
    return float(jnp.sum(w * mu)), float(jnp.sum(w * lam))

# %% infer_population: quadrature on a grid, which needs no seed
def infer_population(k, n, seed=0, n_samples=60000, lam_low=0.1, lam_high=100.0):
    mu = jnp.linspace(0.0025, 0.9975, 200)
    lam = jnp.exp(jnp.linspace(jnp.log(lam_low), jnp.log(lam_high), 300))
    mu, lam = (grid.ravel() for grid in jnp.meshgrid(mu, lam))
    w = weigh_population(k, n, mu, lam)
    return float(jnp.sum(w * mu)), float(jnp.sum(w * lam))

# %% shrink: weighted average
def shrink(k, n, mu, lam):
    n = jnp.asarray(n, dtype=float)
    k = jnp.asarray(k, dtype=float)
    w = n / (n + lam)
    return w * jnp.where(n > 0, k / jnp.where(n > 0, n, 1.0), 0.0) + (1 - w) * mu

# %% shrink: a and b by name
def shrink(k, n, mu, lam):
    a, b = from_mean_concentration(mu, lam)
    return (a + k) / (a + b + n)

# %% shrink: NumPy in float64
import numpy as np

def shrink(k, n, mu, lam):
    return (np.float64(mu) * lam + np.asarray(k, float)) / (lam + np.asarray(n, float))

# %% classroom_verdict: where instead of a loop
def classroom_verdict(k, n, seed=0):
    mu, lam = infer_population(k, n, seed)
    shrunk = shrink(k, n, mu, lam)
    pulled = jnp.abs(shrunk - mu) < jnp.abs(shrunk - k / n)
    words = ["taken at face value", "pulled to the group"]
    return dict(mu=mu, lam=lam, regime="alike" if lam >= 1 else "different", shrunk=shrunk,
                verdicts=[words[int(p)] for p in pulled])

# %% classroom_verdict: a loop over the students, in NumPy
import numpy as np

def classroom_verdict(k, n, seed=0):
    mu, lam = infer_population(k, n, seed=seed)
    out = {"mu": float(mu), "lam": float(lam)}
    out["regime"] = "different" if lam < 1 else "alike"
    out["shrunk"] = np.array([float(shrink(ki, ni, mu, lam)) for ki, ni in zip(k, n)])
    out["verdicts"] = []
    for s, ki, ni in zip(out["shrunk"], k, n):
        near_group = abs(s - mu) < abs(s - float(ki) / float(ni))
        out["verdicts"].append("pulled to the group" if near_group else "taken at face value")
    return out

# %% classroom_verdict: a tuple of verdicts, decided by n against lam
def classroom_verdict(k, n, seed=0):
    mu, lam = infer_population(k, n, seed=seed)
    # Real bentos pull with n, imagined ones with lam: the stronger side keeps the student nearer.
    verdicts = tuple(
        "pulled to the group" if ni < lam else "taken at face value" for ni in n.tolist()
    )
    regime = ("different", "alike")[lam >= 1]
    return {"verdicts": verdicts, "shrunk": shrink(k, n, mu, lam), "regime": regime,
            "lam": lam, "mu": mu}

# %% plot_concentration: stairs
import numpy as np

def plot_concentration(classrooms, seed=0):
    _, ax = plt.subplots()
    edges = np.logspace(-1, 2, 50)
    mu, lam = sample_hyperprior(jr.PRNGKey(seed), 60000)
    for label, (k, n) in classrooms.items():
        height, _ = np.histogram(np.asarray(lam), edges, weights=np.asarray(weigh_population(k, n, mu, lam)))
        ax.stairs(height, edges, label=label)
    ax.axvline(1, color="k")
    ax.set_xscale("log")
    ax.set_xlabel("lambda")
    ax.legend()
    return ax

# %% plot_concentration: filled bars, names written into the figure
import numpy as np

def plot_concentration(classrooms, seed=0):
    fig, ax = plt.subplots()
    edges = np.geomspace(0.1, 100, 40)
    for i, (label, (k, n)) in enumerate(classrooms.items()):
        mu, lam = sample_hyperprior(jr.PRNGKey(seed + i), 60000)
        w = np.asarray(weigh_population(k, n, mu, lam))
        heights = np.histogram(np.asarray(lam), edges, weights=w)[0]
        ax.bar(edges[:-1], heights, np.diff(edges), align="edge", alpha=0.5, color=f"C{i}")
        ax.text(edges[heights.argmax()], heights.max(), label)
    ax.semilogx()
    ax.plot([1, 1], ax.get_ylim(), "k--")
    ax.set(xlabel="concentration", ylabel="posterior")
    return ax

# %% plot_concentration: a smooth curve per unit of log lam
import numpy as np

def plot_concentration(classrooms, seed=0):
    ax = plt.figure().add_subplot()
    grid = np.linspace(np.log(0.1), np.log(100), 200)
    for label, (k, n) in classrooms.items():
        mu, lam = sample_hyperprior(jr.PRNGKey(seed), 20000)
        w, x = np.asarray(weigh_population(k, n, mu, lam)), np.log(np.asarray(lam))
        density = [float(np.sum(w * np.exp(-0.5 * ((g - x) / 0.15) ** 2))) for g in grid]
        ax.plot(np.exp(grid), density, label=f"classroom {label}")
    ax.vlines(1.0, 0, 1.05 * max(density), colors="gray")
    ax.set_xscale("log")
    ax.set_xlabel(r"$\lambda$")
    ax.legend()
    return ax

# %% plot_concentration: the exact posterior on a grid
def plot_concentration(classrooms, seed=0):
    _, ax = plt.subplots()
    mu, lam = jnp.linspace(0.0025, 0.9975, 200), jnp.geomspace(0.1, 100, 150)
    table = [grid.ravel() for grid in jnp.meshgrid(mu, lam, indexing="ij")]
    for label, (k, n) in classrooms.items():
        ax.fill_between(lam, weigh_population(k, n, *table).reshape(200, 150).sum(axis=0), alpha=0.4)
        ax.annotate(label, (10.0, 0.001))
    ax.axvline(1, linestyle=":")
    ax.set(xscale="log", xlabel="lam")
    return ax

# %% plot_concentration: a histogram with bins of equal width
import numpy as np

def plot_concentration(classrooms, seed=0):
    _, ax = plt.subplots()
    for label, (k, n) in classrooms.items():
        mu, lam = sample_hyperprior(jr.PRNGKey(seed), 60000)
        weights = np.asarray(weigh_population(k, n, mu, lam))
        ax.hist(np.asarray(lam), bins=35, weights=weights, alpha=0.5, label=label)
    ax.axvline(1.0, color="black")
    ax.set_xscale("log")
    ax.set_xlabel("lambda")
    ax.legend()
    return ax
