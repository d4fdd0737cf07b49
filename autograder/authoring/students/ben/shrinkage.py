# %% posterior_mean
import numpy as np

def posterior_mean(a, b, k, n):
    # His own way: a weighted average, in NumPy and with a loop over everything.
    a, b, k, n = np.broadcast_arrays(*[np.asarray(x, dtype=float) for x in (a, b, k, n)])
    result = np.empty(a.shape)
    for index in np.ndindex(a.shape):
        imagined, real = a[index] + b[index], n[index]
        share = real / (imagined + real)
        raw = k[index] / real if real else 0.0
        result[index] = share * raw + (1 - share) * a[index] / imagined
    return result if result.shape else float(result)

# %% data_weight
def data_weight(a, b, n):
    return 1 - np.asarray(a + b) / (np.asarray(a + b) + np.asarray(n))

# %% shrinkage_shift
def shrinkage_shift(a, b, k, n):
    raw = np.asarray(k) / np.asarray(n)
    return (1 - data_weight(a, b, n)) * (a / (a + b) - raw)

# %% plot_shrinkage
def plot_shrinkage(names, k, n, a, b, ax=None):
    if ax is None:
        ax = plt.figure().add_subplot()
    ends = np.stack([np.asarray(k) / np.asarray(n), posterior_mean(a, b, k, n)])
    ax.plot([0, 1], ends, color="gray")
    for i in range(len(names)):
        ax.plot(0, ends[0, i], "o", markersize=3 + float(n[i]) ** 0.5)
        ax.plot(1, ends[1, i], "o", markersize=3 + float(n[i]) ** 0.5)
        ax.text(-0.05, ends[0, i], names[i], ha="right")
    ax.hlines(a / (a + b), -0.2, 1.2, colors="darkorange", linestyles="dashed")
    ax.set(xlabel="before and after", ylabel="tonkatsu rate", xticks=[0, 1])
    return ax

# %% [markdown] explain_shrinkage
# Farid (up) and Emi (down) move most because one or two bentos are hardly any data. Carmen and
# Diego agree with the group already.
