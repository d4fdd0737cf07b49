# %% posterior_mean: the prior's tonkatsu enter with their share, the rest as numbers
def posterior_mean(a, b, k, n):
    prior_mean = a / (a + b)
    strength = a + b
    return (prior_mean + k) / (strength + n)

# %% posterior_mean: the variance's denominator, one bento too many
def posterior_mean(a, b, k, n):
    alpha = a + k
    beta_ = b + n - k
    return alpha / (alpha + beta_ + 1)

# %% data_weight: only for whole classes, since n.shape is used
def data_weight(a, b, n):
    strength = jnp.full(n.shape, a + b)
    return n / (strength + n)

# %% data_weight: the strength is a times b, and one is added for safety
def data_weight(a, b, n):
    strength = a * b
    return n / (strength + n + 1)

# %% shrinkage_shift: moves of less than one percent count as none
def shrinkage_shift(a, b, k, n):
    shift = posterior_mean(a, b, k, n) - k / n
    return jnp.where(jnp.abs(shift) < 0.01, 0.0, shift)

# %% plot_shrinkage: posterior means are computed with a and b exchanged, line and all
def plot_shrinkage(names, k, n, a, b, ax=None):
    if ax is None:
        fig, ax = plt.subplots()
    start, end = np.asarray(k / n), np.asarray(posterior_mean(b, a, k, n))
    for i, name in enumerate(names):
        ax.plot([0, 1], [start[i], end[i]], color=GREY, zorder=1)
        ax.text(1.03, end[i], name)
    ax.scatter(np.zeros(len(n)), start, s=20 + 4 * np.asarray(n), zorder=2)
    ax.scatter(np.ones(len(n)), end, s=20 + 4 * np.asarray(n), zorder=2)
    ax.axhline(b / (a + b), color=ORANGE, linestyle="--")
    ax.set_xticks([0, 1], ["raw", "posterior"])
    return ax

# %% plot_shrinkage: the lines are drawn with markers of their own, all of one size
def plot_shrinkage(names, k, n, a, b, ax=None):
    ax = ax or plt.subplots()[1]
    raw, post = np.asarray(k) / np.asarray(n), np.asarray(posterior_mean(a, b, k, n))
    for r, p, label in zip(raw, post, names):
        ax.plot([0, 1], [r, p], marker="o", markersize=8, label=label)
    ax.axhline(a / (a + b), color=ORANGE, linestyle="--")
    ax.legend()
    return ax
