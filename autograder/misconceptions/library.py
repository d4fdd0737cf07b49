"""Misconceptions: mistakes that learners make, as code.

Those of a notebook are in ``hidden/misconceptions/``, one module a notebook, each a few lines that
make the mistake and a sentence that teaches.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Misconception:
    """A mistake that learners make; its notebook's :class:`Library` holds it as code.

    Attributes:
        name: a short name, that of the Python function that makes the mistake.
        function: the graded function whose place it takes.
        teaches: what to tell a student who made it; says what was mixed up, not the answer.
        random: whether its answers are draws, which are compared as distributions.
        within: the relative difference that two Monte Carlo runs of it show; 0 for none.
    """

    name: str
    function: str
    teaches: str
    random: bool = False
    within: float = 0.0


class Library:
    """The misconceptions of one notebook, in the order in which they are looked for.

    Each maps to the function that makes the mistake: it takes the graded function's arguments and
    gives the wrong answer.
    """

    def __init__(self) -> None:
        self.functions: dict[Misconception, Callable[..., Any]] = {}

    def of(
        self, function: str, teaches: str, *, random: bool = False, within: float = 0.0
    ) -> Callable[[Any], Any]:
        """Decorator: the function below makes the mistake in place of ``function``."""

        def add(answer: Any) -> Any:
            # A GenJAX model holds the function that it was made of.
            function_itself = answer.source.fn if hasattr(answer, "source") else answer
            name = function_itself.__name__.replace("_", " ")
            self.functions[Misconception(name, function, teaches, random, within)] = answer
            return answer

        return add


def library_of(notebook: str) -> Library:
    """The library of a notebook, e.g. ``shrinkage``."""
    import jax

    # Nearly all the time goes into translating these programs, hardly any into running them.
    jax.config.update("jax_disable_most_optimizations", True)
    module = importlib.import_module(f"autograder.hidden.misconceptions.{notebook}")
    library: Library = module.library
    return library
