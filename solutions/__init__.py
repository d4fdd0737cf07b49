"""Reference solutions of the assignments, and exact answers to check them against.

Every function that an assignment asks for can be imported from here. `solutions.exact` holds the
ground truth in float64, by closed form and quadrature; it shares no code with the rest.

The functions are imported when they are first asked for: whoever only needs `solutions.exact`, as
the hidden suites do, does not wait for JAX and GenJAX.
"""

import importlib
from typing import Any

_FUNCTIONS = {
    "learning_the_prior": (
        "effective_sample_size",
        "importance_weights",
        "infer_prior",
        "log_beta_binom",
        "log_binom_coeff",
        "population_loglik",
    ),
    "real_data": (
        "log_score",
        "predict_three_ways",
        "replicate_class",
        "tail_probability",
    ),
    "shrinkage": (
        "data_weight",
        "plot_shrinkage",
        "posterior_mean",
        "shrinkage_shift",
    ),
    "student_model": (
        "log_joint",
        "prior_predictive",
        "simulate_population",
        "student_tonkatsu",
    ),
    "two_classrooms": (
        "classroom_verdict",
        "from_mean_concentration",
        "infer_population",
        "plot_concentration",
        "sample_hyperprior",
        "shrink",
        "to_mean_concentration",
        "weigh_population",
    ),
}
_MODULE_OF = {name: module for module, names in _FUNCTIONS.items() for name in names}

__all__ = sorted(_MODULE_OF)


def __getattr__(name: str) -> Any:
    if name not in _MODULE_OF:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f"solutions.{_MODULE_OF[name]}"), name)
