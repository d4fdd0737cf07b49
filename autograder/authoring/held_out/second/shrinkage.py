# %% posterior_mean: the update done with the raw fraction
def posterior_mean(a, b, k, n):
    rate = k / n
    return (a + rate) / (a + b + 1)

# %% posterior_mean: the hamburgers of the prior on top
# cause: hamburgers for tonkatsu
def posterior_mean(a, b, k, n):
    alpha, beta = a + (n - k), b + k
    return alpha / (alpha + beta)

# %% data_weight: a standard error's weight
def data_weight(a, b, n):
    return jnp.sqrt(n) / (jnp.sqrt(n) + jnp.sqrt(a + b))

# %% shrinkage_shift: from the posterior mean down to the group
# cause: weighted by the data
def shrinkage_shift(a, b, k, n):
    group = a / (a + b)
    return group - posterior_mean(a, b, k, n)

# %% plot_shrinkage: sorted by height before joining
def plot_shrinkage(names, k, n, a, b, ax=None):
    if ax is None:
        _, ax = plt.subplots()
    left = np.sort(np.asarray(k / n))
    right = np.sort(np.asarray(posterior_mean(a, b, k, n)))
    for y0, y1, size in zip(left, right, np.asarray(n)):
        ax.plot([0, 1], [y0, y1])
        ax.scatter([0, 1], [y0, y1], s=5 * size)
    ax.axhline(a / (a + b), color=ORANGE, linestyle="--")
    return ax

# %% plot_shrinkage: a dotted grey reference line
# cause: another colour
def plot_shrinkage(names, k, n, a, b, ax=None):
    if ax is None:
        _, ax = plt.subplots()
    left, right = np.asarray(k / n), np.asarray(posterior_mean(a, b, k, n))
    for y0, y1, size in zip(left, right, np.asarray(n)):
        ax.plot([0, 1], [y0, y1])
        ax.scatter([0, 1], [y0, y1], s=5 * size)
    ax.axhline(a / (a + b), color=GREY, linestyle=":")
    return ax
