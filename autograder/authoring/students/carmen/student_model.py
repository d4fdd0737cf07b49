# %% student_tonkatsu
@gen
def student_tonkatsu(a, b, n):
    theta = beta(1.0 * a, 1.0 * b) @ "theta"
    k = binomial(1.0 * n, theta) @ "k"
    return k

# %% simulate_population
def simulate_population(key, a, b, n):
    keys = jr.split(key, len(n))
    one = lambda key, size: student_tonkatsu.simulate(key, (a, b, size)).get_retval()
    return jax.vmap(one)(keys, jnp.asarray(n) * 1.0)

# %% log_joint
def log_joint(theta, k, a, b, n):
    log_density, _ = student_tonkatsu.assess(
        C.kw(theta=jnp.float32(theta), k=jnp.float32(k)), (a, b, n))
    return log_density

# %% prior_predictive
def prior_predictive(key, a, b, n, num_samples):
    # one student, so one rate
    key_rate, key_counts = jr.split(key)
    theta = jr.beta(key_rate, a, b)
    return jr.binomial(key_counts, 1.0 * n, theta, (num_samples,))

# %% [markdown] explain_coupling
# Because they are friends and copy from each other.
