# %% predict_three_ways: the mean of the fractions for all
# cause: mean of fractions
def predict_three_ways(k, n, mu, lam):
    raw = k / n
    return {"no_pooling": raw, "complete_pooling": jnp.full(len(k), raw.mean()),
            "partial_pooling": (mu * lam + k) / (lam + n)}

# %% predict_three_ways: mu for all
# cause: mean of the population
def predict_three_ways(k, n, mu, lam):
    return {"no_pooling": k / n, "complete_pooling": jnp.full(len(k), mu),
            "partial_pooling": (mu * lam + k) / (lam + n)}

# %% predict_three_ways: one number for the heap
# cause: one number for all
def predict_three_ways(k, n, mu, lam):
    return {"no_pooling": k / n, "complete_pooling": k.sum() / n.sum(),
            "partial_pooling": (mu * lam + k) / (lam + n)}

# %% predict_three_ways: shrunk to the heap's rate
# cause: pulled to the heap
def predict_three_ways(k, n, mu, lam):
    heap = k.sum() / n.sum()
    w = n / (n + lam)
    return {"no_pooling": k / n, "complete_pooling": jnp.full(len(k), heap),
            "partial_pooling": w * k / n + (1 - w) * heap}

# %% log_score: without the binomial coefficient
# cause: coefficient left out
def log_score(rates, k_later, n_later):
    return jnp.sum(xlogy(k_later, rates) + xlog1py(n_later - k_later, -rates))

# %% log_score: plain logs
# cause: zero times infinity
def log_score(rates, k_later, n_later):
    ways = gammaln(n_later + 1) - gammaln(k_later + 1) - gammaln(n_later - k_later + 1)
    return jnp.sum(ways + k_later * jnp.log(rates) + (n_later - k_later) * jnp.log(1 - rates))

# %% log_score: the average
# cause: mean for sum
def log_score(rates, k_later, n_later):
    return jnp.mean(stats.binom.logpmf(k_later, n_later, rates))

# %% log_score: clipped away from certainty
# cause: certainty forgiven
def log_score(rates, k_later, n_later):
    rates = jnp.clip(rates, 1e-6, 1 - 1e-6)
    return jnp.sum(stats.binom.logpmf(k_later, n_later, rates))

# %% replicate_class: one rate for each student, in all classes
# cause: same students again
def replicate_class(key, n, mu, lam, num_replicates):
    key1, key2 = jr.split(key)
    theta = jr.beta(key1, mu * lam, (1 - mu) * lam, (len(n),))
    return jr.binomial(key2, n, theta, (num_replicates, len(n)))

# %% replicate_class: one rate for each class
# cause: one rate for a class
def replicate_class(key, n, mu, lam, num_replicates):
    key1, key2 = jr.split(key)
    theta = jr.beta(key1, mu * lam, (1 - mu) * lam, (num_replicates, 1))
    return jr.binomial(key2, n, theta, (num_replicates, len(n)))

# %% replicate_class: everybody at the mean rate
# cause: mean rate for all
def replicate_class(key, n, mu, lam, num_replicates):
    return jr.binomial(key, n, mu, (num_replicates, len(n)))

# %% tail_probability: strictly larger
# cause: strict inequality
def tail_probability(observed, replicated):
    return jnp.mean(replicated > observed)

# %% tail_probability: the lower tail
# cause: wrong side
def tail_probability(observed, replicated):
    return jnp.mean(replicated <= observed)

# %% tail_probability: two-sided
# cause: two sided, complement
def tail_probability(observed, replicated):
    upper = jnp.mean(replicated >= observed)
    return 2 * jnp.minimum(upper, 1 - upper)

# %% tail_probability: plus one on both sides
# cause: with the observed one
def tail_probability(observed, replicated):
    return (1 + jnp.sum(replicated >= observed)) / (1 + len(replicated))
