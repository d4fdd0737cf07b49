"""The ``student`` fixture: what a hidden test talks to instead of the student's code.

Nothing here raises anything but :class:`StudentFailure` for what a student did, so that whatever
else is raised in a suite is known to be the suite's own fault. No message contains a hidden input
or an answer; text that student code wrote is only taken from the run on the public example.
"""

from __future__ import annotations

import builtins
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np

from autograder.in_kernel.axes import is_drawing
from autograder.in_kernel.wire import Key, Opaque, WireError, decode
from autograder.notebooks.run import Answers
from autograder.records import Answered, Question
from autograder.statistics import Z, distribution_fits, same_distribution

FLOAT32_EPS = float(np.finfo(np.float32).eps)

# Names of errors that may be told though they come from a run on hidden inputs.
_TELLABLE_ERRORS = frozenset(
    name
    for name, value in vars(builtins).items()
    if isinstance(value, type) and issubclass(value, BaseException)
) | {
    "TracerArrayConversionError",
    "TracerBoolConversionError",
    "TracerIntegerConversionError",
    "ConcretizationTypeError",
    "UnexpectedTracerError",
    "NonConcreteBooleanIndexError",
    "XlaRuntimeError",
    "BeartypeCallHintParamViolation",
    "TypeCheckError",
}

# Called with what a check of a random answer compares; a study of the checks' power listens here.
ON_CHECK: dict[str, Callable[..., None]] = {}


@contextmanager
def unobserved() -> Iterator[None]:
    """Within it, checks are made that nobody listens to."""
    listening = dict(ON_CHECK)
    ON_CHECK.clear()
    try:
        yield
    finally:
        ON_CHECK.update(listening)


class StudentFailure(AssertionError):
    """A test failed because of what the student's code is or does; the message is for them."""


class Inconsistent(StudentFailure):
    """An answer contradicts itself, so that no earlier exercise can be the cause."""


class Student:
    """The student's code, as one test cell's tests see it."""

    def __init__(self, run: Answers, cell: str) -> None:
        self._run = run
        self._cell = cell
        self.transcript: list[Answered] = []

    def call(self, function: str, *args: Any, **kwargs: Any) -> Any:
        """Call the student's ``function``; arrays go in as JAX arrays, and come out as NumPy's.

        Raises:
            StudentFailure: there is no such function, it raised, or it gave no usable answer.
        """
        return self._ask("call", function, args, kwargs)

    def call_by_chance(self, function: str, *args: Any, **kwargs: Any) -> Any:
        """As :meth:`call`, for an answer that luck decides: no misconception is recognised by it.

        Raises:
            StudentFailure: as for :meth:`call`.
        """
        answer = self.call(function, *args, **kwargs)
        self.transcript.pop()
        return answer

    def call_compiled(self, function: str, *args: Any) -> Any:
        """As :meth:`call`, for a function of JAX that is called often with equal shapes.

        It is compiled once for all calls that differ only in arrays and floats, if it can be.

        Raises:
            StudentFailure: as for :meth:`call`.
        """
        return self._ask("compiled", function, args, {})

    def draw(self, function: str, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """Call a plotting function and describe the Axes that it returns; see ``axes``.

        Raises:
            StudentFailure: as for :meth:`call`, or what it returned is no matplotlib Axes.
        """
        drawing = self._ask("axes", function, args, kwargs)
        if not isinstance(drawing, dict):
            raise StudentFailure(
                f"`{function}` must return the matplotlib Axes that it drew on "
                f"(`return ax`); it returned {_named_type(drawing)}."
            )
        return drawing

    def _decoded(self, action: str, reply: dict[str, Any]) -> Any:
        answer = decode(reply.get("answer"))
        if action == "axes" and isinstance(answer, dict) and not is_drawing(answer):
            raise WireError("not the description of a figure")
        return answer

    def call_each(self, function: str, arrays: list[Any], *rest: Any) -> Any:
        """Call ``function(*entries, *rest)`` for the entries of equally long arrays.

        Raises:
            StudentFailure: as for :meth:`call`.
        """
        return self._ask("each", function, (arrays, *rest), {})

    def simulate(
        self, model: str, *args: Any, seed: int, draws: int, addresses: tuple[str, ...]
    ) -> dict[str, Any]:
        """Run a GenJAX model ``draws`` times.

        Returns the draws of the return value under ``retval`` and of each choice under its address,
        each of shape ``(draws,)``.

        Raises:
            StudentFailure: as for :meth:`call`, or it is no model, or lacks an address.
        """
        settings = {"seed": seed, "draws": draws, "addresses": list(addresses)}
        answer = self._ask("simulate", model, args, settings)
        if not isinstance(answer, dict):
            raise StudentFailure(f"`{model}` gave no draws that can be read.")
        for address in addresses:
            if address not in answer:
                raise StudentFailure(
                    f'`{model}` makes no choice at the address "{address}": name each random '
                    "choice as the exercise does."
                )
        return {
            name: numeric(answer.get(name), (draws,), _part_of_model(model, name))
            for name in ("retval", *addresses)
        }

    def assess(self, model: str, *args: Any, choices: dict[str, Any]) -> np.ndarray:
        """The log density that a GenJAX model gives to each row of ``choices``.

        Raises:
            StudentFailure: as for :meth:`call`, or it is no model, or has other addresses.
        """
        answer = self._ask("assess", model, args, {"choices": choices})
        rows = len(next(iter(choices.values())))
        return numeric(answer, (rows,), f"The log density of `{model}`")

    @staticmethod
    def key(seed: int) -> Key:
        """A random key to hand to a student's function: ``jax.random.PRNGKey(seed)``."""
        return Key(seed)

    @staticmethod
    def numbers(answer: Any, shape: tuple[int, ...], what: str = "The answer") -> np.ndarray:
        """The answer as float64 numbers of that shape; ``what`` names it where it is not.

        Raises:
            StudentFailure: it is not.
        """
        return numeric(answer, shape, what)

    @staticmethod
    def expect_draws(
        draws: Any, size: int, cdf: Callable[[np.ndarray], Any], *, meaning: str
    ) -> None:
        """Check that independent draws come from a distribution, discrete or not.

        The largest distance between the draws' distribution function and ``cdf`` stays below the
        Dvoretzky-Kiefer-Wolfowitz bound, which right draws exceed with probability
        ``FALSE_ALARM`` at most (Massart 1990; it holds for discrete distributions as well).

        Raises:
            StudentFailure: the answer is no array of that size, or its distribution is another.
        """
        values = numeric(draws, (size,))
        ON_CHECK.get("distribution", _nobody)(values, cdf)
        if not distribution_fits(values, cdf):
            raise StudentFailure(meaning)

    @staticmethod
    def expect_same_distribution(draws: Any, others: Any, *, meaning: str) -> None:
        """Check that two samples come from one distribution, by the same bound for each.

        Raises:
            StudentFailure: they do not.
        """
        if not same_distribution(np.asarray(draws, float), np.asarray(others, float)):
            raise StudentFailure(meaning)

    @staticmethod
    def expect_uncorrelated(first: np.ndarray, second: np.ndarray, *, meaning: str) -> None:
        """Check that two equally long series of draws are independent, by their correlation.

        For n independent pairs it has standard error 1/sqrt(n); ``Z`` of these are allowed.

        Raises:
            StudentFailure: they hang together, or one of them does not vary.
        """
        with np.errstate(all="ignore"):
            correlation = float(np.corrcoef(first, second)[0, 1])
        ON_CHECK.get("correlation", _nobody)(correlation, len(first))
        if not abs(correlation) <= Z / np.sqrt(len(first)):
            raise StudentFailure(meaning)

    @staticmethod
    def expect_consistent(condition: bool, *, meaning: str) -> None:
        """Check what follows from other parts of the same answer, right or wrong.

        Raises:
            Inconsistent: it does not.
        """
        if not condition:
            raise Inconsistent(meaning)

    @staticmethod
    def expect_estimate(
        estimate: Any, exact: float, standard_error: float, *, meaning: str
    ) -> None:
        """Check a Monte Carlo estimate against the exact value.

        It may be off by ``Z`` standard errors, which a right estimate is with probability
        ``FALSE_ALARM``, and by what float32 loses in summing (a relative 1e-5).

        Raises:
            StudentFailure: it is no single number, or further off.
        """
        value = numeric(estimate, ())
        if not np.isfinite(exact) or not np.isfinite(standard_error):
            raise StudentFailure(meaning)  # a mistake that has been made before, without a number
        ON_CHECK.get("estimate", _nobody)(float(value), exact, standard_error)
        if not abs(value - exact) <= Z * standard_error + 1e-5 * abs(exact):
            raise StudentFailure(meaning)

    @staticmethod
    def expect_followed(estimate: Any, own: float, standard_error: float, *, meaning: str) -> None:
        """Check an estimate against what the student's own earlier functions make of it.

        They must tell something: where they are too noisy for their estimate to be known by a
        quarter, there is nothing to compare with.

        Raises:
            StudentFailure: there is not, or the estimate is another.
        """
        if not Z * standard_error <= 0.25 * abs(own):
            raise StudentFailure(meaning)
        Student.expect_estimate(estimate, own, standard_error, meaning=meaning)

    @staticmethod
    def expect_close(
        answer: Any,
        exact: Any,
        *,
        operations: float,
        magnitude: Any = 1.0,
        may_be_infinite: bool = False,
        meaning: str = "The value is not the right one.",
    ) -> None:
        """Check numbers against exact ones, within what float32 arithmetic can lose.

        Args:
            answer: what :meth:`call` gave; a number or an array.
            exact: the right value in float64, of the shape that the exercise asks for.
            operations: how many roundings lead to the result; each may cost one unit in the last
                place (``eps`` of float32, 1.2e-7) of ...
            magnitude: ... the largest intermediate quantity, a number or an array like ``exact``.
            may_be_infinite: whether an infinity in ``exact`` is right, and must be matched. Else
                it comes from a student's own earlier function, and nothing can be right by it.
            meaning: what a wrong value tells, in a learner's words.

        Raises:
            StudentFailure: the answer is not numeric, of another shape, not finite, or off.
        """
        exact = np.asarray(exact, np.float64)
        value = numeric(answer, exact.shape)
        tolerance = operations * FLOAT32_EPS * np.maximum(np.abs(magnitude), np.abs(exact))
        finite = np.isfinite(exact)
        if np.any(np.isnan(exact)) or not (may_be_infinite or np.all(finite)):
            raise StudentFailure(meaning)
        if not np.all(np.isfinite(value) == finite):
            raise StudentFailure(f"There is a NaN or an infinity in the answer. {meaning}")
        if not np.array_equal(value[~finite], exact[~finite]):
            raise StudentFailure(meaning)
        off = np.abs(np.where(finite, value, 0) - np.where(finite, exact, 0))
        if not np.all((off <= tolerance) | ~finite):
            raise StudentFailure(meaning)

    def _ask(
        self, action: str, function: str, args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> Any:
        question = Question(self._cell, action, function, args, tuple(sorted(kwargs.items())))
        reply = self._run.ask(question)
        error = reply.get("error")
        if error is not None:
            kind = error if isinstance(error, dict) else {"kind": "garbled"}
            raise StudentFailure(self._explain(function, kind))
        try:
            answer = self._decoded(action, reply)
        except WireError as problem:
            raise StudentFailure(
                f"`{function}` gave an answer that cannot be read ({problem})."
            ) from None
        self.transcript.append(Answered(question, answer))
        return answer

    def _explain(self, function: str, error: dict[str, Any]) -> str:
        public = self._run.example_errors.get(self._cell) or {}
        inside = str(public.get("inside"))
        earlier = self._run.example_errors.get(f"test_{inside}")
        if earlier:  # an exercise that this one builds on fails on its own example already
            return _explain_public(inside, earlier)
        if public.get("kind") == error.get("kind"):
            return _explain_public(function, public)
        # Student code chooses the number: of what it could tell of hidden inputs, only a line of
        # the function that is asked is passed on.
        line = error.get("line")
        if type(line) is not int or line not in self._run.lines_of(self._cell):
            error = {**error, "line": None}
        return _explain_hidden(function, error)


def _nobody(*_: Any) -> None:
    """Nobody listens."""


def numeric(answer: Any, shape: tuple[int, ...], what: str = "The answer") -> np.ndarray:
    """The answer as a float64 array of ``shape``; ``what`` begins the sentence if it is not.

    Raises:
        StudentFailure: it is no number or array of numbers, or its shape is another.
    """
    if isinstance(answer, (bool, str, dict, Opaque, type(None))):
        raise StudentFailure(
            f"{what} should be {_named_shape(shape)}, and it is {_named_type(answer)}."
        )
    try:
        value = np.asarray(answer, np.float64)
    except (TypeError, ValueError, OverflowError):
        raise StudentFailure(
            f"{what} should be {_named_shape(shape)}, and it is {_named_type(answer)}."
        ) from None
    if isinstance(answer, (list, tuple)) and shape:
        raise StudentFailure(
            f"{what} should be {_named_shape(shape)}, and it is {_named_type(answer)}: "
            "keep arrays as arrays (jnp.array turns a list into one)."
        )
    if value.shape != shape and value.ndim == len(shape):
        raise StudentFailure(f"{what} is an array, but has not as many entries as it should.")
    if value.shape != shape:
        raise StudentFailure(
            f"{what} should be {_named_shape(shape)}, and it is {_named_shape(value.shape)}."
        )
    return value


def _part_of_model(model: str, name: str) -> str:
    part = "return value" if name == "retval" else f'choice "{name}"'
    return f"For each run of `{model}`, the {part}, taken together,"


def _named_shape(shape: tuple[int, ...]) -> str:
    if not shape:
        return "a single number"
    return (
        f"an array with {len(shape)} axis" if len(shape) == 1 else f"an array of {len(shape)} axes"
    )


def _named_type(answer: Any) -> str:
    if answer is None:
        return "None (is a `return` missing?)"
    names: list[tuple[type, str]] = [
        (bool, "True or False"),
        (str, "a text"),
        (dict, "a dictionary"),
        (tuple, "a tuple"),
        (list, "a Python list"),
        (np.ndarray, "an array"),
        (int, "a number"),
        (float, "a number"),
    ]
    for kind, name in names:
        if isinstance(answer, kind):
            return name
    return "something that is no number"


def _explain_public(function: str, error: dict[str, Any]) -> str:
    """In full: whatever student code wrote here, it had not seen a hidden input."""
    # Nothing that would move a terminal's cursor or set its title.
    error = {name: _printable(value) for name, value in error.items()}
    kind = error.get("kind")
    if kind == "raised" and error.get("type") == "NotImplementedError":
        return f"`{function}` still has its placeholder: replace `raise NotImplementedError()`."
    if kind == "raised":
        line = error.get("line", "0")
        where = f" (line {line}: `{error.get('text')}`)" if line != "0" else ""
        return (
            f"`{function}` stops on the notebook's own example with "
            f"{error.get('type')}: {error.get('message')}{where}."
        )
    if kind == "missing" and error.get("stopped_with"):
        return (
            f"`{function}` does not exist, because the cell that should define it stops with "
            f"{error.get('stopped_with')}."
        )
    if kind == "arguments":
        return (
            f"`{function}` cannot be called with the arguments that the exercise gives it: "
            f"{error.get('message')}."
        )
    if kind == "not_callable":
        return (
            f"`{function}` is no function but {error.get('type')}: has another line of the "
            "notebook used its name for something else?"
        )
    return _explain_hidden(function, error)


def _printable(value: Any) -> str:
    return "".join(letter if letter.isprintable() else " " for letter in str(value)[:500]).strip()


def _explain_hidden(function: str, error: dict[str, Any]) -> str:
    """Without a word that student code could have written."""
    explain: Callable[[dict[str, Any]], str] = _HIDDEN_EXPLANATIONS.get(
        str(error.get("kind")), lambda _: "gave no answer that can be read"
    )
    sentence = explain(error)
    return f"`{function}` {sentence}" + ("" if sentence.endswith("?") else ".")


def _raised(error: dict[str, Any]) -> str:
    name, line = error.get("type"), error.get("line")
    told = name if name in _TELLABLE_ERRORS else "an error"
    where = f" in line {line} of its cell" if line is not None else ""
    return f"works on the notebook's example but stops with other inputs, with {told}{where}"


_HIDDEN_EXPLANATIONS: dict[str, Callable[[dict[str, Any]], str]] = {
    "missing": lambda _: (
        "does not exist when the notebook has run up to here: keep the name that the exercise "
        "gives, and see that the cell that defines it runs without an error"
    ),
    "not_callable": lambda _: "is no function here: another line has used its name",
    "arguments": lambda _: (
        "cannot be called with the arguments that the exercise gives it: keep the signature of "
        "the released notebook"
    ),
    "raised": _raised,
    "timeout": lambda _: (
        "did not come back within the time that a call may take: is there a loop without end, or "
        "one in Python over thousands that jax.vmap would do at once?"
    ),
    "died": lambda error: (
        "ended the notebook's kernel when it was called"
        + (f": {error['reason']}" if "reason" in error else "")
    ),
    "ended": lambda _: (
        "could not be asked: the notebook's code had ended its kernel too often before"
    ),
    "no_time": lambda _: "could not be asked: the time that a submission may take was up",
    "not_a_model": lambda _: "is no GenJAX model: is the `@gen` above its `def` missing?",
    "too_large": lambda _: "gave an answer that is too large or nested too deeply",
}
