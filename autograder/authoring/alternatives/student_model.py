# %% student_tonkatsu: logits worked out by hand
from genjax import gen, beta, binomial

@gen
def student_tonkatsu(a, b, n):
    theta = beta(1.0 * a, 1.0 * b) @ "theta"
    k = binomial(1.0 * n, jnp.log(theta) - jnp.log1p(-theta)) @ "k"
    return k

# %% student_tonkatsu: everything turned into float32 arrays
@gen
def student_tonkatsu(a, b, n):
    a, b, n = (jnp.asarray(x, dtype=jnp.float32) for x in (a, b, n))
    rate = beta(a, b) @ "theta"
    return binomial(n, probs=rate) @ "k"

# %% student_tonkatsu: keyword arguments
@gen
def student_tonkatsu(a, b, n):
    theta = beta(concentration1=jnp.float32(a), concentration0=jnp.float32(b)) @ "theta"
    count = binomial(total_count=jnp.float32(n), probs=theta) @ "k"
    return count

# %% simulate_population: sampling without the model
def simulate_population(key, a, b, n):
    n = jnp.asarray(n, dtype=jnp.float32)
    rate_key, count_key = jr.split(key)
    rates = jr.beta(rate_key, a, b, n.shape)
    return jr.binomial(count_key, n, rates)

# %% simulate_population: folding the student's number into the key
import jax

def simulate_population(key, a, b, n):
    n = jnp.asarray(n, dtype=jnp.float32)

    def one(i, size):
        return student_tonkatsu.simulate(jr.fold_in(key, i), (a, b, size)).get_retval()

    return jax.vmap(one)(jnp.arange(n.size), n)

# %% simulate_population: vmap over the model with in_axes
import jax

def simulate_population(key, a, b, n):
    sizes = jnp.asarray(n) * 1.0
    keys = jr.split(key, len(sizes))
    run = jax.jit(jax.vmap(lambda key, size: student_tonkatsu.simulate(key, (a, b, size)), (0, 0)))
    return run(keys, sizes).get_choices()["k"]

# %% simulate_population: NumPy, seeded from the key
import numpy as np

def simulate_population(key, a, b, n):
    random = np.random.default_rng(np.asarray(jr.key_data(key)).astype(np.uint32))
    n = np.asarray(n).astype(int)
    return random.binomial(n, random.beta(a, b, size=n.shape))

# %% simulate_population: the model's own vmap
def simulate_population(key, a, b, n):
    several = student_tonkatsu.vmap(in_axes=(None, None, 0))
    return several.simulate(key, (a, b, jnp.asarray(n) * 1.0)).get_retval()

# %% simulate_population: one student after the other, with lax.map
import jax

def simulate_population(key, a, b, n):
    sizes = jnp.asarray(n) * 1.0
    keys = jr.split(key, sizes.shape[0])
    one = lambda pair: student_tonkatsu.simulate(pair[0], (a, b, pair[1])).get_retval()
    return jax.lax.map(one, (keys, sizes))

# %% log_joint: assess with floats
from genjax import ChoiceMapBuilder as C

def log_joint(theta, k, a, b, n):
    choices = C.kw(theta=jnp.float32(theta), k=jnp.float32(k))
    density, _ = student_tonkatsu.assess(choices, (float(a), float(b), float(n)))
    return density

# %% log_joint: SciPy in float64
from scipy import stats as scipy_stats

def log_joint(theta, k, a, b, n):
    prior = scipy_stats.beta.logpdf(float(theta), float(a), float(b))
    return prior + scipy_stats.binom.logpmf(int(k), int(n), float(theta))

# %% log_joint: by formula, with gammaln
from jax.scipy.special import betaln, gammaln

def log_joint(theta, k, a, b, n):
    ways = gammaln(n + 1.0) - gammaln(k + 1.0) - gammaln(n - k + 1.0)
    exponents = (a + k - 1) * jnp.log(theta) + (b + n - k - 1) * jnp.log1p(-theta)
    return ways + exponents - betaln(1.0 * a, 1.0 * b)

# %% prior_predictive: a class of one student's twins
def prior_predictive(key, a, b, n, num_samples):
    return simulate_population(key, a, b, jnp.full((num_samples,), 1.0 * n))

# %% prior_predictive: jax.random alone
def prior_predictive(key, a, b, n, num_samples):
    first, second = jr.split(key)
    theta = jr.beta(first, a, b, shape=(num_samples,))
    return jr.binomial(second, 1.0 * n, theta).astype(int)

# %% prior_predictive: TensorFlow Probability's Beta-Binomial
from tensorflow_probability.substrates.jax import distributions as tfd

def prior_predictive(key, a, b, n, num_samples):
    return tfd.BetaBinomial(1.0 * n, 1.0 * a, 1.0 * b).sample(num_samples, seed=key)

# %% prior_predictive: quantiles of uniform numbers
def prior_predictive(key, a, b, n, num_samples):
    from scipy.stats import betabinom
    return jnp.asarray(betabinom.ppf(np.asarray(jr.uniform(key, (num_samples,))), int(n), a, b))
