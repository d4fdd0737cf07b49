# %% predict_three_ways
def predict_three_ways(k, n, mu, lam):
    k, n = np.asarray(k, float), np.asarray(n, float)
    w = n / (n + lam)
    return {
        "partial_pooling": w * (k / n) + (1 - w) * mu,
        "no_pooling": k / n,
        "complete_pooling": np.repeat(k.sum() / n.sum(), k.size),
    }

# %% log_score
from scipy.stats import binom as scipy_binom

def log_score(rates, k_later, n_later):
    total = 0.0
    for p, k, n in zip(np.asarray(rates, float), np.asarray(k_later), np.asarray(n_later)):
        total += scipy_binom.logpmf(k, n, p)
    return float(total)

# %% replicate_class
def replicate_class(key, n, mu, lam, num_replicates):
    random = np.random.default_rng(np.asarray(key).astype(np.uint32))
    n = np.asarray(n).astype(int)
    classes = []
    for _ in range(num_replicates):
        theta = random.beta(mu * lam, (1 - mu) * lam, len(n))
        classes.append(random.binomial(n, theta))
    return np.array(classes)

# %% tail_probability
def tail_probability(observed, replicated):
    return sum(value >= observed for value in np.asarray(replicated).tolist()) / len(replicated)

# %% [markdown] explain_fit
# Partial, by a nose; no pooling believed in luck. Reproduced: the batters' spread. Not reproduced: the
# spread of B under A's population, which has no creatures of habit. A check is no proof.
