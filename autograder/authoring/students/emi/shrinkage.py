# %% posterior_mean
def posterior_mean(a, b, k, n):
    return (a + k) / (a + b + n)

# %% after=test_posterior_mean
# How many bentos until Farid is trusted? (It never gets there.)
bentos = 1
while posterior_mean(6.0, 4.0, 0, bentos) > 0.0:
    bentos += 1

# %% data_weight
def data_weight(a, b, n):
    return n / (a + b + n)

# %% shrinkage_shift
def shrinkage_shift(a, b, k, n):
    return posterior_mean(a, b, k, n) - k / n

# %% plot_shrinkage
def plot_shrinkage(names, k, n, a, b, ax=None):
    if ax is None:
        fig, ax = plt.subplots()
    ax.scatter([0] * len(names), k / n, s=10 + 3 * n)
    ax.scatter([1] * len(names), posterior_mean(a, b, k, n), s=10 + 3 * n)
    ax.axhline(a / (a + b), color="orange", ls="--")
    return ax

# %% [markdown] explain_shrinkage
# Farid goes up a lot and Emi goes down, since the prior has ten bentos and they have one and two.
