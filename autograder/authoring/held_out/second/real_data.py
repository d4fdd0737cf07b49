# %% predict_three_ways: the heap shrunk, too
# cause: alone right, together with the prior
def predict_three_ways(k, n, mu, lam):
    heap = (k.sum() + mu * lam) / (n.sum() + lam)
    return {"no_pooling": k / n, "complete_pooling": jnp.full(k.shape, heap),
            "partial_pooling": (k + mu * lam) / (n + lam)}

# %% predict_three_ways: a weight for the whole class
# cause: partial weight of the class, together right
def predict_three_ways(k, n, mu, lam):
    w = n.sum() / (n.sum() + lam)
    return {"no_pooling": k / n, "complete_pooling": jnp.full(k.shape, k.sum() / n.sum()),
            "partial_pooling": w * k / n + (1 - w) * mu}

# %% log_score: the mean per at-bat
def log_score(rates, k_later, n_later):
    return jnp.sum(stats.binom.logpmf(k_later, n_later, rates)) / jnp.sum(n_later)

# %% replicate_class: a beta for the heap's size
def replicate_class(key, n, mu, lam, num_replicates):
    k1, k2 = jr.split(key)
    theta = jr.beta(k1, mu * n, (1 - mu) * n, (num_replicates, len(n)))
    return jr.binomial(k2, n, theta)

# %% tail_probability: observed at least as large
# cause: doubled
def tail_probability(observed, replicated):
    return jnp.mean(jnp.abs(replicated) >= jnp.abs(observed)) * 2
