# %% posterior_mean: the mode of the posterior
# cause: mode for mean
def posterior_mean(a, b, k, n):
    return (a + k - 1) / (a + b + n - 2)

# %% posterior_mean: data and prior averaged, half and half
# cause: half and half
def posterior_mean(a, b, k, n):
    return 0.5 * k / n + 0.5 * a / (a + b)

# %% posterior_mean: rounded as in the table
# cause: rounded to 2 digits
def posterior_mean(a, b, k, n):
    return jnp.round((a + k) / (a + b + n), 2)

# %% posterior_mean: the student's bentos are k and n
# cause: n taken for failures
def posterior_mean(a, b, k, n):
    alpha = a + k
    beta = b + n
    return alpha / (alpha + beta)

# %% data_weight: the group's weight
# cause: weight of the prior
def data_weight(a, b, n):
    return (a + b) / (a + b + n)

# %% data_weight: real bentos against imaginary ones
# cause: ratio for share
def data_weight(a, b, n):
    return n / (a + b)

# %% data_weight: only imaginary tonkatsu beside the real ones
# cause: strength without b
def data_weight(a, b, n):
    return n / (n + a)

# %% data_weight: the prior's strength is ten
# cause: the notebook's prior
def data_weight(a, b, n):
    return n / (n + 10.0)

# %% shrinkage_shift: the other way round
# cause: wrong sign
def shrinkage_shift(a, b, k, n):
    return k / n - posterior_mean(a, b, k, n)

# %% shrinkage_shift: how far, whichever way
# cause: without its sign
def shrinkage_shift(a, b, k, n):
    return jnp.abs(posterior_mean(a, b, k, n) - k / n)

# %% shrinkage_shift: from the prior mean
# cause: measured from the prior
def shrinkage_shift(a, b, k, n):
    return posterior_mean(a, b, k, n) - a / (a + b)

# %% shrinkage_shift: in per cent
# cause: per cent
def shrinkage_shift(a, b, k, n):
    return 100 * (posterior_mean(a, b, k, n) - k / n)

# %% plot_shrinkage: all markers of one size
# cause: same areas
def plot_shrinkage(names, k, n, a, b, ax=None):
    if ax is None:
        fig, ax = plt.subplots()
    start = np.asarray(k) / np.asarray(n)
    end = np.asarray(posterior_mean(a, b, k, n))
    for i, name in enumerate(names):
        ax.plot([0, 1], [start[i], end[i]])
        ax.scatter([0, 1], [start[i], end[i]], s=60)
        ax.text(-0.05, start[i], name, ha="right")
    ax.axhline(a / (a + b), color=ORANGE, linestyle="--")
    ax.set_xticks([0, 1], ["raw", "shrunk"])
    return ax

# %% plot_shrinkage: the dashed line at the average of the class
# cause: line at the mean of the fractions
def plot_shrinkage(names, k, n, a, b, ax=None):
    if ax is None:
        fig, ax = plt.subplots()
    start = np.asarray(k) / np.asarray(n)
    end = np.asarray(posterior_mean(a, b, k, n))
    for i, name in enumerate(names):
        ax.plot([0, 1], [start[i], end[i]], label=name)
        ax.scatter([0, 1], [start[i], end[i]], s=20 + 2 * float(n[i]))
    ax.axhline(float(start.mean()), color=ORANGE, linestyle="--")
    ax.legend()
    return ax

# %% plot_shrinkage: a marker grows on the right only
# cause: areas in one column
def plot_shrinkage(names, k, n, a, b, ax=None):
    if ax is None:
        fig, ax = plt.subplots()
    start = np.asarray(k) / np.asarray(n)
    end = np.asarray(posterior_mean(a, b, k, n))
    for i, name in enumerate(names):
        ax.plot([0, 1], [start[i], end[i]])
    ax.scatter(np.zeros(len(names)), start, s=40)
    ax.scatter(np.ones(len(names)), end, s=10 * np.sqrt(np.asarray(n)))
    ax.axhline(a / (a + b), color="orange", ls="--")
    return ax

# %% plot_shrinkage: nothing returned
# cause: nothing returned
def plot_shrinkage(names, k, n, a, b, ax=None):
    if ax is None:
        ax = plt.gca()
    for name, ki, ni in zip(names, k.tolist(), n.tolist()):
        ends = [ki / ni, float(posterior_mean(a, b, ki, ni))]
        ax.plot([0, 1], ends, label=name)
        ax.scatter([0, 1], ends, s=3 * ni)
    ax.axhline(a / (a + b), color=ORANGE, linestyle="--")
    plt.show()
