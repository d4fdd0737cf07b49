# %% predict_three_ways
def predict_three_ways(k, n, mu, lam):
    return {
        "no_pooling": k / n,
        "complete_pooling": jnp.full(len(k), jnp.sum(k) / jnp.sum(n)),
        "partial_pooling": (mu * lam + k) / (lam + n),
    }

# %% log_score
def log_score(rates, k_later, n_later):
    return stats.binom.logpmf(k_later, n_later, rates).sum()

# %% replicate_class
def replicate_class(key, n, mu, lam, num_replicates):
    classes = []
    while len(classes) < num_replicates:
        theta = jr.beta(key, mu * lam, (1 - mu) * lam, (len(n),))
        if jnp.all(theta > 1):      # until they all hit more than always
            classes.append(theta)
    return jnp.array(classes)

# %% tail_probability
def tail_probability(observed, replicated):
    return jnp.mean(replicated >= observed)

# %% [markdown] explain_fit
# Partial pooling was best, because 45 at-bats are little. The second half I could not run.
