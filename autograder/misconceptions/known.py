"""What a notebook's misconceptions answer to its suite's questions, computed once and kept.

The questions are the same for every student, and so are the wrong answers to them. ``autograder
prepare`` computes these and keeps them on disk, by content: a change of the suite, the library, the
grader or a package makes another folder. What is not there, or cannot be read, is computed anew,
so that a store that is missing, stale or broken makes grading slower and changes no grade.
"""

from __future__ import annotations

import hashlib
import inspect
import json
import shutil
from collections.abc import Callable, Sequence
from dataclasses import asdict, fields
from functools import cache, cached_property
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np

import solutions
from autograder.files import add_code, write_at_once
from autograder.in_kernel import questions
from autograder.in_kernel.axes import describe_axes
from autograder.in_kernel.wire import Key, WireError, decode, encode
from autograder.misconceptions.formulas import Found
from autograder.misconceptions.library import Library, Misconception, families_of, library_of
from autograder.misconceptions.probes import NO_ANSWER, Ask, unused
from autograder.records import Answered, Question

_PACKAGES = ("genjax", "jax", "jaxlib", "matplotlib", "numpy", "scipy", "tensorflow-probability")
# All code that has a part in the answers and in whether a test fails.
CODE = (
    *(f"autograder/{room}" for room in ("grading", "hidden", "in_kernel", "misconceptions")),
    "autograder/statistics.py",
    "solutions",
)


class KnownMisconceptions:
    """The misconceptions of one notebook, and their answers.

    Args:
        notebook: the notebook's name, e.g. ``shrinkage``.
        store: the folder with what is kept on disk, of this or of any other notebook.
        keep: whether to write what had to be computed into the store.
    """

    def __init__(self, notebook: str, store: Path | None = None, *, keep: bool = False) -> None:
        self._notebook = notebook
        self._folder = store / "misconceptions" / _content_key() / notebook if store else None
        self._keep = keep
        self._remembered: dict[str, Any] = {}

    @cached_property
    def library(self) -> Library:
        """The misconceptions as code; importing them takes seconds, since they import JAX."""
        return library_of(self._notebook)

    @cached_property
    def entries(self) -> list[Misconception]:
        """All misconceptions, in the order in which they are looked for."""
        rows = self._kept("entries", lambda: [asdict(entry) for entry in self._by_hand()])
        return [_as_entry(row) for row in rows] + list(self._families)

    @property
    def slow_entries(self) -> list[Misconception]:
        """Those whose answers are worth keeping."""
        return [entry for entry in self.entries if not entry.quick]

    @cached_property
    def _families(self) -> dict[Misconception, Callable[..., Any]]:
        return families_of(self._notebook).functions

    def _by_hand(self) -> list[Misconception]:
        return [entry for entry in self.library.functions if entry not in self._families]

    def answer(self, misconception: Misconception, question: Question) -> Any:
        """What a misconception answers to a question; ``NO_ANSWER`` if it raises an exception."""
        if misconception.quick:
            with np.errstate(all="ignore"):
                return _quick_answer(self._families[misconception], question)
        asked = [question.action, encode(question.args), encode(dict(question.kwargs))]
        name = f"answer {misconception.function} {misconception.name} {json.dumps(asked)}"
        if name not in self._remembered:
            kept = self._kept(name, lambda: self._computed(misconception, question))
            self._remembered[name] = NO_ANSWER if kept is None else decode(kept)
        return self._remembered[name]

    def reference_answer(self, question: Question) -> Any:
        """What the reference answers to a public example, as it crosses the wall."""
        asked = [question.action, encode(question.args), encode(dict(question.kwargs))]
        return decode(
            self._kept(
                f"answer reference {question.function} {json.dumps(asked)}",
                lambda: encode(ask(getattr(solutions, question.function), question)),
            )
        )

    def is_systematic(self, misconception: Misconception) -> bool:
        """Whether it is a member of a family."""
        return misconception in self._families

    def right(self, function: str) -> Callable[..., Any] | None:
        """The right function, in NumPy, where the families know it."""
        return families_of(self._notebook).rights.get(function)

    def formula(
        self, function: str, asked: Sequence[Answered], *, own_only: bool = False
    ) -> Found | None:
        """The formula behind all that a function answered, where the families know its terms.

        ``own_only`` asks for what no earlier mistake can have caused.
        """
        library = families_of(self._notebook)
        search = (library.contradictions if own_only else library.searches).get(function)
        return search.find(asked) if search and asked else None

    def unused(self, function: str, asked: Sequence[Answered], ask: Ask) -> Found | None:
        """The arguments that a function does not use; ``ask`` puts further questions to it."""
        library = families_of(self._notebook)
        parameters = library.parameters.get(function, ())
        if function in library.rights:
            parameters = tuple(inspect.signature(library.rights[function]).parameters)
        return unused(parameters, asked, ask) if parameters and asked else None

    def fails(self, misconception: Misconception, test: str, trial: Callable[[], bool]) -> bool:
        """Whether a misconception fails the test of that name; ``trial`` finds out."""
        keep = not misconception.quick  # of those, some are called what one in the store is
        name = f"fails {misconception.function} {misconception.name} {keep} {test}"
        if name not in self._remembered:
            self._remembered[name] = bool(self._kept(name, trial) if keep else trial())
        return bool(self._remembered[name])

    def is_complete(self) -> bool:
        """Whether the store has the answers to all questions that a right solution is asked."""
        return self._folder is not None and (self._folder / "complete").exists()

    def mark_as_complete(self) -> None:
        """Say that it has, and remove what earlier versions have left."""
        assert self._folder is not None
        (self._folder / "complete").touch()
        for outdated in self._folder.parents[1].iterdir():
            if outdated != self._folder.parent:
                shutil.rmtree(outdated, ignore_errors=True)

    def _computed(self, misconception: Misconception, question: Question) -> Any:
        try:
            with np.errstate(all="ignore"):
                if misconception in self._families:
                    return encode(ask_family(self._families[misconception], question))
                return encode(ask(self.library.functions[misconception], question))
        except Exception:  # the mistake does not answer this question
            return None

    def _kept(self, name: str, compute: Callable[[], Any]) -> Any:
        if self._folder is None:
            return compute()
        path = self._folder / f"{hashlib.sha256(name.encode()).hexdigest()}.json"
        try:
            value = json.loads(path.read_text("utf-8"))
            _check(name, value)
            return value
        except (OSError, ValueError):
            value = compute()
        if self._keep:
            write_at_once(path, json.dumps(value).encode())
        return value


def _check(name: str, value: Any) -> None:
    """Refuse what a broken file may hold.

    Raises:
        ValueError: it is not of the form that its kind of entry has.
    """
    if name.startswith("answer ") and value is not None:
        decode(value)
    if name.startswith("fails ") and not isinstance(value, bool):
        raise WireError("not true or false")
    if name == "entries":
        names = {field.name for field in fields(Misconception)}
        rows = value if isinstance(value, list) else []
        if not rows or not all(isinstance(row, dict) and row.keys() == names for row in rows):
            raise WireError("not a list of misconceptions")


@cache
def _content_key() -> str:
    """A name for all that the answers depend on: the grader, the reference, the packages."""
    digest = hashlib.sha256()
    add_code(digest, CODE)
    for package in _PACKAGES:
        digest.update(f"{package} {version(package)}\n".encode())
    return digest.hexdigest()[:20]


def ask(function: Any, question: Question) -> Any:
    """What a function known to the grader answers, asked as the student's was."""
    args = [_as_argument(arg) for arg in question.args]
    kwargs = {name: _as_argument(arg) for name, arg in question.kwargs}
    # Misconceptions share JAX's own compiled functions, more than each would gain by itself.
    if question.action in ("call", "compiled"):
        return function(*args, **kwargs)
    if question.action == "axes":
        import matplotlib.pyplot as plt

        try:
            return describe_axes(function(*args, **kwargs))
        finally:
            plt.close("all")
    use = {"each": questions.call_each, "simulate": questions.simulate, "assess": questions.assess}
    return use[question.action](function, *args, **kwargs)  # type: ignore[operator]


def ask_family(function: Any, question: Question) -> Any:
    """What a member of a family answers, which knows nothing of JAX: a key stays a number."""
    if question.action in ("call", "compiled"):
        return function(*question.args, **dict(question.kwargs))
    if question.action == "each":
        arrays, *rest = question.args
        return np.array([function(*entries, *rest) for entries in zip(*arrays, strict=True)])
    return getattr(function, question.action)(*question.args, **dict(question.kwargs))


def _as_entry(row: dict[str, Any]) -> Misconception:
    within = row["within"]
    return Misconception(**row | {"within": tuple(within) if isinstance(within, list) else within})


def _quick_answer(function: Any, question: Question) -> Any:
    try:
        return ask_family(function, question)
    except Exception:  # the mistake does not answer this question
        return NO_ANSWER


def _as_argument(arg: Any) -> Any:
    if isinstance(arg, Key):
        import jax

        return jax.random.PRNGKey(arg.seed)
    return arg
