# %% predict_three_ways: the heap's rate is the mean of the students' fractions
def predict_three_ways(k, n, mu, lam):
    raw = k / n
    return {"no_pooling": raw, "complete_pooling": jnp.full(raw.shape, raw.mean()),
            "partial_pooling": (mu * lam + k) / (lam + n)}

# %% predict_three_ways: partial pooling towards the heap instead of towards mu
def predict_three_ways(k, n, mu, lam):
    heap = k.sum() / n.sum()
    return {"no_pooling": k / n, "complete_pooling": jnp.full(k.shape, heap),
            "partial_pooling": (heap * lam + k) / (lam + n)}

# %% predict_three_ways: complete pooling is one number, not one a student
def predict_three_ways(k, n, mu, lam):
    return {"no_pooling": k / n, "complete_pooling": k.sum() / n.sum(),
            "partial_pooling": (mu * lam + k) / (lam + n)}

# %% log_score: the coefficient is left out
def log_score(rates, k_later, n_later):
    return jnp.sum(xlogy(k_later, rates) + xlog1py(n_later - k_later, -rates))

# %% log_score: rates are kept off 0 and 1
def log_score(rates, k_later, n_later):
    p = jnp.clip(rates, 1e-6, 1 - 1e-6)
    orders = gammaln(n_later + 1) - gammaln(k_later + 1) - gammaln(n_later - k_later + 1)
    return jnp.sum(orders + k_later * jnp.log(p) + (n_later - k_later) * jnp.log(1 - p))

# %% log_score: students whose term is not finite are left out
def log_score(rates, k_later, n_later):
    orders = gammaln(n_later + 1) - gammaln(k_later + 1) - gammaln(n_later - k_later + 1)
    terms = orders + k_later * jnp.log(rates) + (n_later - k_later) * jnp.log1p(-rates)
    return jnp.sum(jnp.where(jnp.isfinite(terms), terms, 0.0))

# %% log_score: one number for each student
def log_score(rates, k_later, n_later):
    orders = gammaln(n_later + 1) - gammaln(k_later + 1) - gammaln(n_later - k_later + 1)
    return orders + xlogy(k_later, rates) + xlog1py(n_later - k_later, -rates)

# %% replicate_class: one rate for a whole class
def replicate_class(key, n, mu, lam, num_replicates):
    one, two = jr.split(key)
    theta = jr.beta(one, mu * lam, (1 - mu) * lam, (num_replicates, 1))
    return jr.binomial(two, n, theta, shape=(num_replicates, len(n)))

# %% replicate_class: all students have the mean rate
def replicate_class(key, n, mu, lam, num_replicates):
    return jr.binomial(key, n, mu, shape=(num_replicates, n.shape[0]))

# %% replicate_class: the table lies on its side
def replicate_class(key, n, mu, lam, num_replicates):
    one, two = jr.split(key)
    theta = jr.beta(one, mu * lam, (1 - mu) * lam, (len(n), num_replicates))
    return jr.binomial(two, n[:, None], theta)

# %% tail_probability: rounded to two digits
def tail_probability(observed, replicated):
    return jnp.round(jnp.mean(replicated >= observed), 2)

# %% tail_probability: both tails, doubled and at most one
def tail_probability(observed, replicated):
    upper = jnp.mean(replicated >= observed)
    lower = jnp.mean(replicated <= observed)
    return jnp.minimum(1.0, 2 * jnp.minimum(upper, lower))
