# %% posterior_mean
def posterior_mean(a, b, k, n):
    # The most probable rate: the top of the posterior.
    return (a + k - 1) / (a + b + n - 2)

# %% data_weight
def data_weight(a, b, n):
    return n / (a + b + n)

# %% shrinkage_shift
def shrinkage_shift(a, b, k, n):
    return k / n - (a + k) / (a + b + n)

# %% plot_shrinkage
def plot_shrinkage(names, k, n, a, b, ax=None):
    if ax is None:
        _, ax = plt.subplots()
    pooled = (a + k) / (a + b + n)
    for i, name in enumerate(names):
        ax.plot([0, 1], [k[i] / n[i], pooled[i]], color=BLUE)
        ax.scatter([0, 1], [k[i] / n[i], pooled[i]], s=5 * n[i] + 10, color=BLUE)
    ax.axhline(a / (a + b), color="orange", linestyle="--")
    return ax

# %% [markdown] explain_shrinkage
# Emi and Farid, because their fractions are the most extreme ones.
