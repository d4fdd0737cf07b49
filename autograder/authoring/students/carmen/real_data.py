# %% predict_three_ways
def predict_three_ways(k, n, mu, lam):
    return {
        "no_pooling": k / n,
        "complete_pooling": jnp.full(len(k), jnp.mean(k / n)),
        "partial_pooling": (mu * lam + k) / (lam + n),
    }

# %% log_score
def log_score(rates, k_later, n_later):
    ways = gammaln(n_later + 1) - gammaln(k_later + 1) - gammaln(n_later - k_later + 1)
    logs = k_later * jnp.log(rates) + (n_later - k_later) * jnp.log(1 - rates)
    return jnp.sum(ways + logs)

# %% replicate_class
def replicate_class(key, n, mu, lam, num_replicates):
    # the batters are who they are, only their luck is new
    key_theta, key_k = jr.split(key)
    theta = jr.beta(key_theta, mu * lam, (1 - mu) * lam, (len(n),))
    return jr.binomial(key_k, n, jnp.broadcast_to(theta, (num_replicates, len(n))))

# %% tail_probability
def tail_probability(observed, replicated):
    return jnp.mean(replicated >= observed)

# %% [markdown] explain_fit
# Partial pooling won, and the tail probability is 0.46, so the model is true with probability 0.46.
