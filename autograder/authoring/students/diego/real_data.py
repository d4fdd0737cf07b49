# %% predict_three_ways
def predict_three_ways(k, n, mu, lam):
    return {
        "no_pooling": k / n,
        "complete_pooling": jnp.full(len(k), jnp.sum(k) / jnp.sum(n)),
        "partial_pooling": (mu * lam + k) / (lam + n),
    }

# %% tail_probability
def tail_probability(observed, replicated):
    return jnp.mean(replicated > observed)
