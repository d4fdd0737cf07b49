"""Reference solutions of the four assignments, and exact answers to check them against.

Every function that an assignment asks for can be imported from here. `solutions.exact` holds the
ground truth in float64, by closed form and quadrature; it shares no code with the rest.
"""

from solutions.learning_the_prior import (
    effective_sample_size,
    importance_weights,
    infer_prior,
    log_beta_binom,
    log_binom_coeff,
    population_loglik,
)
from solutions.shrinkage import data_weight, plot_shrinkage, posterior_mean, shrinkage_shift
from solutions.student_model import (
    log_joint,
    prior_predictive,
    simulate_population,
    student_tonkatsu,
)
from solutions.two_classrooms import (
    classroom_verdict,
    from_mean_concentration,
    infer_population,
    plot_concentration,
    sample_hyperprior,
    shrink,
    to_mean_concentration,
    weigh_population,
)

__all__ = [
    "classroom_verdict",
    "data_weight",
    "effective_sample_size",
    "from_mean_concentration",
    "importance_weights",
    "infer_population",
    "infer_prior",
    "log_beta_binom",
    "log_binom_coeff",
    "log_joint",
    "plot_concentration",
    "plot_shrinkage",
    "population_loglik",
    "posterior_mean",
    "prior_predictive",
    "sample_hyperprior",
    "shrink",
    "shrinkage_shift",
    "simulate_population",
    "student_tonkatsu",
    "to_mean_concentration",
    "weigh_population",
]
