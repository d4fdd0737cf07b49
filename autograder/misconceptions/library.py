"""Misconceptions: mistakes that learners make, as code.

Those of a notebook are in ``hidden/misconceptions/``, one module a notebook, each a few lines that
make the mistake and a sentence that teaches.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from autograder.misconceptions.families import Answer, Slip
from autograder.misconceptions.formulas import Found
from autograder.records import Answered

# What float32 loses when a number is rounded to a few digits, and no more.
EXACTLY = 1e-6


class Finds(Protocol):
    """Whatever looks for what a function has done, going by its answers."""

    def find(self, asked: Sequence[Answered]) -> Found | None:
        """What it has done, if that is certain."""


@dataclass(frozen=True)
class Misconception:
    """A mistake that learners make; its notebook's :class:`Library` holds it as code.

    Attributes:
        name: a short name, that of the Python function that makes the mistake.
        function: the graded function whose place it takes.
        teaches: what to tell a student who made it; says what was mixed up, not the answer.
        random: whether its answers are draws, which are compared as distributions.
        within: the relative difference that two Monte Carlo runs of it show, or those of its parts
            one by one; 0 for none.
        sign: what its answers show, whatever chance has put into them: a name in ``signs``. They
            need not be the student's then.
        quick: whether its answers are arithmetic, sooner computed than read from a file.
    """

    name: str
    function: str
    teaches: str
    random: bool = False
    within: float | tuple[float, ...] = 0.0
    sign: str = ""
    quick: bool = False


class Library:
    """The misconceptions of one notebook, in the order in which they are looked for.

    Each maps to the function that makes the mistake: it takes the graded function's arguments and
    gives the wrong answer. ``rights`` holds right functions, in NumPy, to find clues with, and
    ``searches`` what finds the formula behind answers that no mistake explains, and
    ``contradictions`` what finds where an answer contradicts itself, which no earlier mistake
    excuses. ``parameters`` are the names of the parameters of functions without a right one here.
    """

    def __init__(self) -> None:
        self.functions: dict[Misconception, Callable[..., Any]] = {}
        self.rights: dict[str, Answer] = {}
        self.searches: dict[str, Finds] = {}
        self.contradictions: dict[str, Finds] = {}
        self.parameters: dict[str, tuple[str, ...]] = {}

    def of(
        self,
        function: str,
        teaches: str,
        *,
        random: bool = False,
        within: float = 0.0,
        sign: str = "",
    ) -> Callable[[Any], Any]:
        """Decorator: the function below makes the mistake in place of ``function``."""

        def add(answer: Any) -> Any:
            # A GenJAX model holds the function that it was made of.
            function_itself = answer.source.fn if hasattr(answer, "source") else answer
            name = function_itself.__name__.replace("_", " ")
            entry = Misconception(name, function, teaches, random, within, sign)
            self.functions[entry] = answer
            return answer

        return add

    def family(
        self,
        function: str,
        slips: Iterable[tuple[Slip, Answer]],
        *,
        within: float | tuple[float, ...] = 0.0,
        random: bool = False,
        quick: bool = True,
    ) -> None:
        """Add systematic mistakes in place of ``function``, see :mod:`families`."""
        taken = {entry.name for entry in self.functions if entry.function == function}
        for slip, answer in slips:
            name = slip.name
            while name in taken:  # one mistake in several forms
                name += " again"
            taken.add(name)
            tolerance = EXACTLY if slip.exact else within
            entry = Misconception(name, function, slip.teaches, random, tolerance, quick=quick)
            self.functions[entry] = answer


def library_of(notebook: str) -> Library:
    """The library of a notebook, e.g. ``shrinkage``: first what was written by hand."""
    import jax

    # Nearly all the time goes into translating these programs, hardly any into running them.
    jax.config.update("jax_disable_most_optimizations", True)
    module = importlib.import_module(f"autograder.hidden.misconceptions.{notebook}")
    library = Library()
    library.functions = module.library.functions | families_of(notebook).functions
    return library


def families_of(notebook: str) -> Library:
    """The systematic mistakes alone, which are there without JAX."""
    module = importlib.import_module(f"autograder.hidden.families.{notebook}")
    library: Library = module.library
    return library
