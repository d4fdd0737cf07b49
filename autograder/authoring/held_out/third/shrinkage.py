# %% posterior_mean: the raw fraction and the prior mean, half and half
def posterior_mean(a, b, k, n):
    group = a / (a + b)
    own = jnp.where(n > 0, k / jnp.maximum(n, 1), group)
    return 0.5 * own + 0.5 * group

# %% posterior_mean: the tonkatsu put on the heap of hamburgers as well
def posterior_mean(a, b, k, n):
    tonkatsu = a + k
    hamburgers = b + n
    return tonkatsu / (tonkatsu + hamburgers)

# %% posterior_mean: the posterior's mode, and rounded to two digits
def posterior_mean(a, b, k, n):
    new_a = a + k
    new_b = b + (n - k)
    return jnp.round((new_a - 1) / (new_a + new_b - 2), 2)

# %% posterior_mean: divided in whole numbers
def posterior_mean(a, b, k, n):
    return (a + k) // (a + b + n)

# %% posterior_mean: the notebook's prior whatever a and b are
def posterior_mean(a, b, k, n):
    imaginary_tonkatsu, imaginary_total = 6.0, 10.0
    return (imaginary_tonkatsu + k) / (imaginary_total + n)

# %% posterior_mean: without bentos the answer is one half
def posterior_mean(a, b, k, n):
    return jnp.where(n == 0, 0.5, (a + k) / (a + b + n))

# %% data_weight: the hamburgers of the prior are left out
def data_weight(a, b, n):
    return n / (a + n)

# %% data_weight: one bento too many in the denominator
def data_weight(a, b, n):
    total = a + b + n + 1
    return n / total

# %% shrinkage_shift: relative to the raw fraction
def shrinkage_shift(a, b, k, n):
    raw = k / n
    return (posterior_mean(a, b, k, n) - raw) / raw

# %% shrinkage_shift: the notebook's prior whatever a and b are
def shrinkage_shift(a, b, k, n):
    return posterior_mean(6.0, 4.0, k, n) - k / n

# %% shrinkage_shift: the data weight times the distance, instead of the group's weight
def shrinkage_shift(a, b, k, n):
    w = data_weight(a, b, n)
    return w * (a / (a + b) - k / n)

# %% plot_shrinkage: markers grow with the tonkatsu bentos only
def plot_shrinkage(names, k, n, a, b, ax=None):
    if ax is None:
        ax = plt.gca()
    raw = np.array(k / n)
    post = np.array(posterior_mean(a, b, k, n))
    for i in range(len(names)):
        ax.plot([0, 1], [raw[i], post[i]], color=GREY)
        ax.scatter([0, 1], [raw[i], post[i]], s=20 + 3 * float(k[i]))
    ax.axhline(a / (a + b), ls="--", c=ORANGE)
    return ax

# %% plot_shrinkage: the dashed line at the class's heap
def plot_shrinkage(names, k, n, a, b, ax=None):
    if ax is None:
        fig, ax = plt.subplots()
    raw = k / n
    post = posterior_mean(a, b, k, n)
    ax.scatter([0] * len(names), raw, s=4 * n + 10)
    ax.scatter([1] * len(names), post, s=4 * n + 10)
    for r, p in zip(raw, post):
        ax.plot([0, 1], [r, p])
    ax.axhline(float(k.sum() / n.sum()), color=ORANGE, linestyle="--")
    return ax
