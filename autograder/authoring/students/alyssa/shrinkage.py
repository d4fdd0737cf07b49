# %% posterior_mean
def posterior_mean(a, b, k, n):
    return (a + k) / (a + b + n)

# %% data_weight
def data_weight(a, b, n):
    return n / (a + b + n)

# %% shrinkage_shift
def shrinkage_shift(a, b, k, n):
    return posterior_mean(a, b, k, n) - k / n

# %% plot_shrinkage
def plot_shrinkage(names, k, n, a, b, ax=None):
    if ax is None:
        _, ax = plt.subplots()
    raw, pooled = k / n, posterior_mean(a, b, k, n)
    for i, name in enumerate(names):
        line, = ax.plot([0, 1], [raw[i], pooled[i]])
        ax.scatter([0, 1], [raw[i], pooled[i]], s=20 + 4 * n[i], color=line.get_color(), zorder=3)
        ax.annotate(name, (1, pooled[i]), xytext=(12, 0), textcoords="offset points", va="center")
    ax.axhline(a / (a + b), color=ORANGE, linestyle="--", label="population mean")
    ax.set_xticks([0, 1], ["raw fraction", "posterior mean"])
    ax.set_ylabel("rate of tonkatsu")
    ax.set_xlim(-0.3, 1.5)
    ax.legend()
    return ax

# %% [markdown] explain_shrinkage
# Farid moves most, up from 0 to 0.545, and Emi next, down from 1 to 0.667: both towards the
# population mean of 0.6. They brought one and two bentos, so the ten imaginary bentos of the
# prior outweigh them by far, while Alyssa's hundred bentos outweigh the prior.
# Carmen and Diego already stand at 0.6. The pull goes towards the group, and there is nothing
# to pull where student and group agree, however few bentos Diego has brought.
