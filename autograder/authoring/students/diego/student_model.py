# %% student_tonkatsu
@gen
def student_tonkatsu(a, b, n):
    theta = beta(1.0 * a, 1.0 * b) @ "theta"
    k = binomial(1.0 * n, probs=theta) @ "k"
    return k

# %% simulate_population
def simulate_population(key, a, b, n):
    keys = jr.split(key, len(n))
    return jax.vmap(lambda key, m: student_tonkatsu.simulate(key, (a, b, m)).get_retval())(keys, n)
