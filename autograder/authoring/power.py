"""Power and false alarms of the tests of random answers, computed and tried out.

A hidden suite is run against functions of the grader's own, without a kernel: :class:`LocalRun`
answers in the student's place, with every random seed shifted, so that a few hundred runs of the
reference show how often a right solution fails. What a wrong one's chances are is computed from the
answers that it gives and from the bound that a check applies.
"""

from __future__ import annotations

import copy
import importlib
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import jax
import numpy as np
from scipy.stats import norm

import solutions
from autograder.course import Assignment
from autograder.grading import student
from autograder.grading.suite import collect, run_suite
from autograder.in_kernel.wire import Key, encode
from autograder.misconceptions.known import KnownMisconceptions, ask
from autograder.misconceptions.library import Misconception, families_of
from autograder.records import Question
from autograder.statistics import FALSE_ALARM, Z, distribution_distance, dkw_bound


class LocalRun:
    """Answers a suite's questions with the grader's own functions, all seeds shifted.

    A question that is asked again under another shift is not compiled again.
    """

    def __init__(self, functions: dict[str, Callable[..., Any]]) -> None:
        self.functions = functions
        self.example_errors: dict[str, dict[str, Any]] = {}
        self.shift = 0
        self._compiled: dict[str, Callable[[int], Any]] = {}

    def ask(self, question: Question) -> dict[str, Any]:
        """What :meth:`NotebookRun.ask` would say."""
        asked = json.dumps(
            [question.action, question.function, encode(question.args), encode(question.kwargs)]
        )
        if asked not in self._compiled:
            self._compiled[asked] = self._answer_by_shift(question)
        try:
            return {"answer": encode(self._compiled[asked](self.shift))}
        except Exception as error:
            return {"error": {"kind": "raised", "type": type(error).__name__}}

    def lines_of(self, cell: str) -> range:
        """None: nobody is told where its code went wrong."""
        return range(0)

    def _answer_by_shift(self, question: Question) -> Callable[[int], Any]:
        """The answer as a function of the shift, compiled if JAX can compile it."""

        def plain(shift: Any) -> Any:
            return ask(self.functions[question.function], shifted(question, shift))

        compiled = jax.jit(plain)
        try:
            jax.eval_shape(compiled, 0)
        except Exception:  # it makes Python numbers, texts or a figure
            return plain
        return compiled


def shifted(question: Question, shift: Any) -> Question:
    """The question with another random seed, or with other keys."""
    args = tuple(Key(arg.seed + shift) if isinstance(arg, Key) else arg for arg in question.args)
    kwargs = tuple(
        (name, value + shift if name == "seed" else value) for name, value in question.kwargs
    )
    return Question(question.cell, question.action, question.function, args, kwargs)


@dataclass
class Check:
    """One check of a random answer, as a suite made it.

    Attributes:
        kind: ``distribution``, ``estimate`` or ``correlation``.
        miss: the probability that the answer that was checked would pass in another run.
    """

    kind: str
    miss: float
    failed: bool


@dataclass
class Tried:
    """What became of one test in several runs."""

    runs: int = 0
    failures: int = 0
    checks: int = 0
    misses: dict[str, float] = field(default_factory=dict)


def reference_functions(assignment: Assignment) -> dict[str, Callable[..., Any]]:
    """The reference's functions of an assignment, by name."""
    # Nearly all the time goes into translating these programs, hardly any into running them.
    jax.config.update("jax_disable_most_optimizations", True)
    module = importlib.import_module(f"solutions.{assignment.notebook}")
    return {name: getattr(module, name) for name in solutions.__all__ if hasattr(module, name)}


def study(assignment: Assignment, runs: int) -> dict[tuple[str, str], Tried]:
    """Run the reference with ``runs`` different shifts of all seeds; gives the tally.

    Only tests that make at least one check of a random answer are in it.
    """
    suite, known = collect(assignment.suite), KnownMisconceptions(assignment.notebook)
    tally: dict[tuple[str, str], Tried] = {}
    run = LocalRun(reference_functions(assignment))
    for number in range(runs):
        run.shift = 1000 * number
        with _noting_checks() as noted:
            results = run_suite(suite, run, known)
        for cell in results:
            for test in cell.tests:
                checks = noted.get((cell.grade_id, test.name), [])
                if checks:
                    tried = tally.setdefault((cell.grade_id, test.name), Tried())
                    tried.runs += 1
                    tried.checks = max(tried.checks, len(checks))
                    tried.failures += not test.passed
    return tally


# A misconception, the chance that it passes, and how many tests it fails.
Miss = tuple[Misconception, float, int]


def misses(assignment: Assignment) -> Iterator[Miss]:
    """For each mistake written by hand the chance that its own cell's sampling tests let it pass.

    Misconceptions that other tests of the cell catch for certain count as caught.
    """
    suite, known = collect(assignment.suite), KnownMisconceptions(assignment.notebook)
    families = families_of(assignment.notebook).functions
    for wrong, answer in known.library.functions.items():
        if wrong in families:  # nearly all of them are arithmetic
            continue
        cell = f"test_{wrong.function}"
        functions = copy.copy(reference_functions(assignment))
        functions[wrong.function] = answer
        with _noting_checks() as noted:
            (result,) = run_suite(suite, LocalRun(functions), known, frozenset([cell]))
        chances = []
        for test in result.tests:
            failing = [c.miss for c in noted.get((cell, test.name), []) if c.failed]
            if not test.passed:
                # Where no check of a random answer failed, one without randomness did.
                chances.append(min(failing, default=0.0))
        if chances:
            yield wrong, min(chances), sum(not test.passed for test in result.tests)
        else:
            yield wrong, 1.0, 0


@dataclass(frozen=True)
class Study:
    """Part of the study: ``runs`` of the reference, or with none the misconceptions' chances."""

    assignment: Assignment
    runs: int


def carry_out(part: Study) -> tuple[dict[tuple[str, str], Tried], list[Miss]]:
    """The tally of the reference's runs, and the misconceptions' chances."""
    if part.runs == 0:
        return {}, list(misses(part.assignment))
    return study(part.assignment, part.runs), []


class _noting_checks:  # noqa: N801 - used like a function
    """Notes every check of a random answer that suites make, by cell and test."""

    def __enter__(self) -> dict[tuple[str, str], list[Check]]:
        self.noted: dict[tuple[str, str], list[Check]] = {}
        self._before = dict(student.ON_CHECK)
        student.ON_CHECK["distribution"] = self._distribution
        student.ON_CHECK["estimate"] = self._estimate
        student.ON_CHECK["correlation"] = self._correlation
        return self.noted

    def __exit__(self, *_: object) -> None:
        student.ON_CHECK.clear()
        student.ON_CHECK.update(self._before)

    def _note(self, kind: str, miss: float, failed: bool) -> None:
        from autograder.grading.suite import current_test

        self.noted.setdefault(current_test(), []).append(Check(kind, miss, failed))

    def _distribution(self, values: np.ndarray, cdf: Callable[[np.ndarray], Any]) -> None:
        if not np.all(np.isfinite(values)):
            self._note("distribution", 0.0, True)
            return
        distance, bound = distribution_distance(values, cdf), dkw_bound(len(values))
        room = distance - bound
        # DKW once more: the draws stay within the bound only if they stray from their own
        # distribution by the rest of the distance. (Half the draws' own noise is allowed for.)
        miss = min(1.0, 2 * np.exp(-2 * len(values) * room**2)) if room > 0 else 1.0
        self._note("distribution", float(miss), room > 0)

    def _estimate(self, value: float, exact: float, standard_error: float) -> None:
        off = abs(value - exact) / standard_error if np.isfinite(value) else np.inf
        self._note("estimate", float(norm.cdf(Z - off)), off > Z)

    def _correlation(self, correlation: float, size: int) -> None:
        room = abs(correlation) * np.sqrt(size) - Z
        self._note("correlation", float(norm.cdf(-room)), not room <= 0)


def write_table(
    tallies: dict[str, dict[tuple[str, str], Tried]],
    chances: dict[str, list[Miss]],
    path: Path,
) -> None:
    """Write both tables as Markdown."""
    lines = [
        "# Power and false alarms",
        "",
        "Made by `autograder power`. Tests of random answers, with the probability that one fails "
        f"a right answer (at most {FALSE_ALARM:g} a check) and what runs of the reference, each "
        "with other seeds, showed.",
        "",
        "| assignment | test cell | test | checks | false alarm, at most | runs | failures |",
        "|---|---|---|---|---|---|---|",
    ]
    for assignment, tally in tallies.items():
        for (cell, test), tried in tally.items():
            alarm = tried.checks * FALSE_ALARM
            lines.append(
                f"| {assignment} | `{cell}` | {test} | {tried.checks} | {alarm:.0e} | {tried.runs} "
                f"| {tried.failures} |"
            )
    lines += [
        "",
        "The probability that a misconception passes the test that is surest to catch it. A zero "
        "means that a check without any randomness catches it, or a chance below 1e-300.",
        "",
        "| assignment | exercise | misconception | tests that fail | passes with probability |",
        "|---|---|---|---|---|",
    ]
    for assignment, rows in chances.items():
        for wrong, chance, failed in rows:
            lines.append(
                f"| {assignment} | `{wrong.function}` | {wrong.name} | {failed} | {chance:.0e} |"
            )
    path.write_text("\n".join(lines) + "\n", "utf-8")
