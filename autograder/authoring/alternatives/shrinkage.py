# %% posterior_mean: the weighted average, in jax
def posterior_mean(a, b, k, n):
    strength = jnp.asarray(a) + b
    share = n / (strength + n)
    raw = jnp.where(jnp.asarray(n) > 0, k / jnp.maximum(jnp.asarray(n), 1), 0.0)
    return share * raw + (1 - share) * (a / strength)

# %% posterior_mean: SciPy's Beta distribution in float64
import numpy as np
from scipy import stats as scipy_stats

def posterior_mean(a, b, k, n):
    a, b, k, n = (np.asarray(x, dtype=float) for x in (a, b, k, n))
    return scipy_stats.beta(a + k, b + n - k).mean()

# %% posterior_mean: TensorFlow Probability
from tensorflow_probability.substrates.jax import distributions as tfd

def posterior_mean(a, b, k, n):
    f = lambda x: jnp.asarray(x, dtype=jnp.float32)
    return tfd.Beta(f(a) + f(k), f(b) + f(n) - f(k)).mean()

# %% posterior_mean: a loop in plain Python
import numpy as np

def posterior_mean(a, b, k, n):
    def one(a, b, k, n):
        tonkatsu, hamburgers = a + k, b + (n - k)
        return tonkatsu / (tonkatsu + hamburgers)
    if all(np.ndim(x) == 0 for x in (a, b, k, n)):
        return one(a, b, k, n)
    entries = np.broadcast(*(np.asarray(x, dtype=float) for x in (a, b, k, n)))
    return np.array([one(*entry) for entry in entries]).reshape(entries.shape)

# %% posterior_mean: one more bento, by the ratio of two Beta functions
from jax.scipy.special import betaln

def posterior_mean(a, b, k, n):
    a, b, k, n = (jnp.asarray(x, dtype=jnp.float32) for x in (a, b, k, n))
    after = (a + k, b + n - k)
    return jnp.exp(betaln(after[0] + 1, after[1]) - betaln(*after))

# %% posterior_mean: quadrature on a grid of rates
import numpy as np

def posterior_mean(a, b, k, n):
    rate = np.linspace(0, 1, 20001)[1:-1, None]
    a, b, k, n = (np.ravel(x).astype(float) for x in np.broadcast_arrays(a, b, k, n))
    log_density = (a + k - 1) * np.log(rate) + (b + n - k - 1) * np.log1p(-rate)
    weights = np.exp(log_density - log_density.max(axis=0))
    means = (weights * rate).sum(axis=0) / weights.sum(axis=0)
    return means if means.size > 1 else means[0]

# %% data_weight: one minus the prior's share
def data_weight(a, b, n):
    prior = jnp.asarray(a) + b
    return 1.0 - prior / (prior + n)

# %% data_weight: from the strength over n, jitted
import jax

@jax.jit
def data_weight(a, b, n):
    n = jnp.asarray(n, dtype=jnp.float32)
    return jnp.where(n > 0, 1.0 / (1.0 + (a + b) / jnp.where(n > 0, n, 1.0)), 0.0)

# %% data_weight: NumPy in float64
import numpy as np

def data_weight(a, b, n):
    n = np.asarray(n, dtype=np.float64)
    return np.true_divide(n, np.add(a, b) + n)

# %% shrinkage_shift: prior's share times the disagreement
def shrinkage_shift(a, b, k, n):
    return (1 - data_weight(a, b, n)) * (a / (a + b) - k / n)

# %% shrinkage_shift: one fraction
def shrinkage_shift(a, b, k, n):
    return (a * (n - k) - b * k) / (n * (a + b + n))

# %% shrinkage_shift: NumPy in float64
import numpy as np

def shrinkage_shift(a, b, k, n):
    k, n = np.asarray(k, float), np.asarray(n, float)
    return np.subtract((a + k) / (a + b + n), k / n)

# %% plot_shrinkage: line collection and two scatters
import numpy as np
from matplotlib.collections import LineCollection

def plot_shrinkage(names, k, n, a, b, ax=None):
    ax = ax or plt.figure().gca()
    raw, pooled = np.asarray(k) / np.asarray(n), np.asarray(posterior_mean(a, b, k, n))
    ax.add_collection(LineCollection([[(0, r), (1, p)] for r, p in zip(raw, pooled)], colors="gray"))
    ax.scatter(np.zeros(len(raw)), raw, s=10 * np.sqrt(np.asarray(n)))
    ax.scatter(np.ones(len(raw)), pooled, s=10 * np.sqrt(np.asarray(n)))
    ax.plot([-0.5, 1.5], [a / (a + b)] * 2, linestyle="dashed", color="#ff7f0e")
    return ax

# %% plot_shrinkage: plot with markers only
def plot_shrinkage(names, k, n, a, b, ax=None):
    if ax is None:
        fig, ax = plt.subplots(figsize=(5, 4))
    for name, ki, ni in zip(names, k, n):
        ys = [float(ki / ni), float(posterior_mean(a, b, ki, ni))]
        ax.plot([0, 1], ys, "o-", markersize=2 + 0.8 * float(ni) ** 0.5, label=name)
    ax.axhline(float(a / (a + b)), ls=(0, (6, 3)), c="darkorange")
    ax.legend()
    return ax

# %% plot_shrinkage: from right to left, and one broken line
def plot_shrinkage(names, k, n, a, b, ax=None):
    if ax is None:
        ax = plt.subplots()[1]
    raw, pooled = k / n, posterior_mean(a, b, k, n)
    xs, ys = [], []
    for r, p in zip(raw.tolist(), pooled.tolist()):
        xs += [1, 0, float("nan")]
        ys += [p, r, float("nan")]
    ax.plot(xs, ys, color="black", lw=1)
    for x, heights in enumerate([raw, pooled]):
        ax.scatter(jnp.full(len(names), x), heights, s=3 * n + 5, c=range(len(names)))
    ax.hlines(a / (a + b), 0, 1, colors=ORANGE, linestyles="--")
    return ax

# %% plot_shrinkage: lines of many points, with a marker at either end
def plot_shrinkage(names, k, n, a, b, ax=None):
    ax = ax or plt.figure().add_subplot()
    across = jnp.linspace(0, 1, 7)
    for ki, ni in zip(k, n):
        start, end = ki / ni, posterior_mean(a, b, ki, ni)
        ax.plot(across, start + across * (end - start), marker="o", markevery=6, ms=ni**0.5)
    ax.plot(across, jnp.full(7, a / (a + b)), "--", color="orange")
    return ax

# %% plot_shrinkage: pyplot's own functions, a scatter for each student
def plot_shrinkage(names, k, n, a, b, ax=None):
    plt.sca(ax) if ax is not None else plt.figure()
    for name, ki, ni in zip(names, k, n):
        heights = [ki / ni, posterior_mean(a, b, ki, ni)]
        plt.plot([1, 0], heights[::-1], "-", c="k")
        plt.scatter([0, 1], heights, s=5 * ni, label=name)
    plt.axhline(y=a / (a + b), color="orange", linestyle=(0, (5, 5)))
    return plt.gca()
