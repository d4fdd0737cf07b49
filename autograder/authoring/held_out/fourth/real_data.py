# %% predict_three_ways: no pooling and complete pooling under each other's names
def predict_three_ways(k, n, mu, lam):
    heap = jnp.sum(k) / jnp.sum(n) * jnp.ones(k.shape)
    return {"no_pooling": heap, "complete_pooling": k / n,
            "partial_pooling": (k + lam * mu) / (n + lam)}

# %% predict_three_ways: fractions averaged for the heap, and the weights of partial pooling exchanged
def predict_three_ways(k, n, mu, lam):
    raw = k / n
    w = lam / (n + lam)
    return {"no_pooling": raw, "complete_pooling": jnp.mean(raw) * jnp.ones_like(raw),
            "partial_pooling": w * raw + (1 - w) * mu}

# %% log_score: failures from all n, and the mean
def log_score(rates, k_later, n_later):
    orders = gammaln(n_later + 1) - gammaln(k_later + 1) - gammaln(n_later - k_later + 1)
    return jnp.mean(orders + xlogy(k_later, rates) + xlog1py(n_later, -rates))

# %% log_score: the sum of logs to base two
def log_score(rates, k_later, n_later):
    orders = gammaln(n_later + 1) - gammaln(k_later + 1) - gammaln(n_later - k_later + 1)
    nats = jnp.sum(orders + xlogy(k_later, rates) + xlog1py(n_later - k_later, -rates))
    return nats / jnp.log(2)

# %% replicate_class: a and b exchanged
def replicate_class(key, n, mu, lam, num_replicates):
    k1, k2 = jr.split(key)
    a, b = mu * lam, (1 - mu) * lam
    theta = jr.beta(k1, b, a, (num_replicates, n.shape[0]))
    return jr.binomial(k2, n, theta)

# %% tail_probability: observed counted as one of the replicates below the line only
def tail_probability(observed, replicated):
    return jnp.sum(replicated >= observed) / (replicated.shape[0] + 1)
