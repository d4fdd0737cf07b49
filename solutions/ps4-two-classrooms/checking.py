"""What the checks below the exercises share; keep this file beside the notebook.

It is imported before JAX is, and looks first whether the versions are those of the course.
"""

import sys
from importlib import metadata


def _installed(package: str) -> str:
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return "no version at all"


def _look_at_versions() -> None:
    """Is this the Python, and the GenJAX, that the course was written for?"""
    __tracebackhide__ = True
    python_version = ".".join(map(str, sys.version_info[:3]))
    if sys.version_info[:2] not in {(3, 11), (3, 12)}:
        raise RuntimeError(
            "This course needs Python 3.11 or 3.12, and this kernel runs Python "
            f"{python_version}. "
            + (
                "Press Ctrl+Shift+P, choose 'Change runtime version', take the newest one with "
                "Python 3.12 (26.07 or older), and run this cell again."
                if "google.colab" in sys.modules
                else "Make an environment with Python 3.12, as README.md beside this notebook "
                "says, and open the notebook with that environment's kernel."
            )
        )
    if _installed("genjax") != "0.10.3":
        raise RuntimeError(
            f"This course needs genjax 0.10.3, and {sys.prefix} has {_installed('genjax')}: run\n\n"
            '    %pip install "genjax==0.10.3" "jax==0.5.3"\n\n'
            "in a cell of its own, then restart the kernel (Colab: Runtime > Restart session)."
        )
    print(f"Versions are fine: Python {python_version}, genjax 0.10.3.")


_look_at_versions()

import colorsys
import functools
import re
import textwrap
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, NoReturn

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.collections import LineCollection
from matplotlib.colors import to_rgb

# What the check that is running has found right: the call, the answer, and who it is.
_rows: list[tuple[str, str, str]] = []


def exercise(check_it: Callable[[], None]) -> Callable[[], None]:
    """Mark a check: it prints what it has found right, also when it stops later on."""

    @functools.wraps(check_it)
    def check_and_print() -> None:
        __tracebackhide__ = True
        _rows.clear()
        try:
            check_it()
        except AssertionError:
            _print_rows()
            raise

    return check_and_print


def agree(sentence: str) -> None:
    """Print what a check has found right, and a sentence that sums it up."""
    _print_rows()
    print(sentence)


def right(call: str, answer: str, who: str) -> None:
    """Note a call that was answered rightly."""
    _rows.append((call, answer, who))


@contextmanager
def unnoted() -> Iterator[None]:
    """Calls that are answered rightly here are not printed: they belong to another check."""
    before = list(_rows)
    try:
        yield
    finally:
        _rows[:] = before


def _print_rows() -> None:
    widths = [max(map(len, column)) for column in zip(*_rows, strict=True)]
    for row in _rows:
        line = "   ".join(text.ljust(width) for text, width in zip(row, widths, strict=True))
        print(line.rstrip())


def notebook() -> dict[str, Any]:
    """The names of the notebook."""
    return vars(sys.modules["__main__"])


def yours(name: str) -> Any:
    """One of your functions; explain one that is missing."""
    __tracebackhide__ = True
    if name not in notebook():
        complain(f"There is no {name} yet.", meaning="Run the cell above that defines it.")
    return notebook()[name]


def as_numbers(value: Any) -> Any:
    """The value as an array of floats, or None if it is no number and no array of numbers."""
    try:
        return None if value is None else np.asarray(value, dtype=float)
    except (TypeError, ValueError):
        return None


def show(value: Any) -> str:
    """The value as you would type it, to four decimals."""
    numbers = as_numbers(value)
    if numbers is None:
        return repr(value) if len(repr(value)) < 60 else f"a {type(value).__name__}"
    as_array = np.asarray(value)
    if as_array.dtype == np.uint32 and as_array.shape == (2,) and not as_array[0]:
        return f"jr.PRNGKey({as_array[1]})"
    whole = as_array.dtype.kind in "iub"
    text = str(as_array.tolist() if whole else np.round(numbers, 4).tolist())
    return f"jnp.array({text})" if numbers.ndim and not isinstance(value, list) else text


def brief(value: Any) -> str:
    """The value for one column of a table: of an array of more than three, the first two."""
    numbers = as_numbers(value)
    if numbers is None:
        return show(value)
    if isinstance(value, tuple):
        return f"({', '.join(map(brief, value))})"
    if numbers.ndim and (numbers.ndim > 1 or len(value) > 3):
        return f"[{', '.join(map(brief, value[:2]))}, ...]"
    # Adding 0 turns -0.0 into 0.0.
    return show(np.round(np.asarray(value), 4) + 0).removeprefix("jnp.array(").removesuffix(")")


def complain(*facts: str, meaning: str) -> NoReturn:
    """Stop with the facts of the case, one per line, and with what they mean."""
    __tracebackhide__ = True
    lines = ["    " + fact for fact in facts]
    raise AssertionError("\n".join(["", "", *lines, "", textwrap.fill(meaning.strip(), 82)]))


def attempt(
    name: str, call: str, action: Callable[[], Any], hint: Callable[[Exception], str], width: int
) -> Any:
    """Do something with one of your functions; explain a placeholder and an exception."""
    __tracebackhide__ = True
    yours(name)
    try:
        return action()
    except NotImplementedError as error:
        unfinished = traceback.extract_tb(error.__traceback__)[-1].name
    except Exception as error:
        said = re.sub("\x1b\\[[0-9;]*m", "", f"{type(error).__name__}: {error}")
        try:
            complain(call, f"stopped with {textwrap.shorten(said, width)}", meaning=hint(error))
        except AssertionError as explained:
            raise explained from error
    complain(
        f"{unfinished} still has its placeholder.",
        meaning="Replace the line `raise NotImplementedError()` in its body with your own "
        "code, run that cell again, and then this check.",
    )


def ask(name: str, *args: Any, meaning: str = "", **kwargs: Any) -> Any:
    """Call one of your functions; explain a placeholder, a missing function, an exception."""
    __tracebackhide__ = True

    def call_it() -> Any:
        __tracebackhide__ = True
        return yours(name)(*args, **kwargs)

    def hint(error: Exception) -> str:
        said = meaning if isinstance(error, (ArithmeticError, TypeError, ValueError)) else ""
        return said + " An arrow further up marks the line of yours where it happened."

    values = [show(value) for value in args] + [f"{key}=..." for key in kwargs]
    return attempt(name, f"{name}({', '.join(values)})", call_it, hint, width=70)


def check(
    name: str,
    args: tuple[Any, ...],
    expected: Any,
    who: str,
    meaning: str,
    slips: Any = (),
    pair: bool = False,
    margin: float = 2e-4,
) -> None:
    """Compare the answer to one call with the expected one; name the slip if it is a known one.

    A slip is a wrong answer and what it means. A pair of answers may be a list as well.
    """
    __tracebackhide__ = True
    got = ask(name, *args, meaning=meaning)
    numbers, expected = as_numbers(got), np.asarray(expected, dtype=float)
    facts = [
        f"{name}({', '.join(map(show, args))})",
        f"got       {show(got)}",
        f"expected  {show(expected)}",
    ]
    if got is None:
        complain(*facts, meaning=f"{name} returned nothing. Does it end with `return ...`?")
    if isinstance(got, list) and not pair:
        complain(
            *facts,
            meaning="That is a Python list. Return an array, with which arithmetic goes "
            "on: jnp.array(...) turns a list into one.",
        )
    if numbers is None:
        complain(*facts, meaning=f"{name} should return a number, or an array of numbers.")
    is_right = numbers.shape == expected.shape
    is_right = is_right and np.allclose(numbers, expected, rtol=0, atol=margin)
    for slip, its_meaning in [] if is_right else slips:
        has_shape = numbers.shape in ((), np.shape(slip))
        if has_shape and np.allclose(numbers, slip, rtol=0, atol=2e-4, equal_nan=True):
            complain(*facts, meaning=its_meaning)
    if _looks_rounded(numbers, expected):
        complain(
            *facts,
            meaning="Nearly: this looks rounded, and the grade looks at more digits. Return the "
            "numbers as they are; rounding is for tables.",
        )
    if numbers.shape != expected.shape:
        complain(*facts, meaning="Your answer has a different shape. " + meaning)
    if not is_right:
        complain(*facts, meaning=meaning)
    right(f"{name}({', '.join(map(brief, args))})", brief(got), who)


def _looks_rounded(numbers: Any, expected: Any) -> bool:
    """Whether an answer is the expected one, rounded to two, three or four digits.

    What is expected has four digits itself, so four in the answer can be an accident; but hardly
    so in two numbers at once. (Numbers above 10 leave float32 too few digits to tell.)
    """
    if numbers.shape != expected.shape or not np.all(np.abs(numbers) < 10):
        return False
    for digits in (2, 3, 4):
        is_long = np.abs(expected - np.round(expected, min(digits, 3))) > 5e-5
        exact = np.abs(numbers - np.round(numbers, digits)) < 1e-6
        near = np.abs(numbers - expected) <= 0.51 * 10.0**-digits + 5e-5
        if np.all(exact & near) and np.sum(is_long) >= (2 if digits == 4 else 1):
            return True
    return False


def expect_axes(call: str, ax: Any) -> None:
    """Stop if a function that draws has not returned matplotlib's Axes."""
    __tracebackhide__ = True
    if not isinstance(ax, plt.Axes):
        complain(
            call,
            f"got       {show(ax)}",
            "expected  the Axes that were drawn on",
            meaning="End the function with `return ax`, so that others can use it.",
        )


def lines_in(ax: Any) -> list[tuple[Any, bool]]:
    """Each line in the figure as (corners, is it dashed and orange?)."""
    found = []
    for line in ax.lines:
        if line.get_linestyle() not in ("None", "none", " ", ""):
            is_reference = line.is_dashed() and _is_orange(line.get_color())
            found.append((line.get_xydata(), is_reference))
    for lines in ax.collections:
        if isinstance(lines, LineCollection):
            styles: Any = lines.get_linestyle()
            dashed = any(style[1] is not None for style in styles)
            orange = any(_is_orange(color) for color in lines.get_color())
            found += [(corners, dashed and orange) for corners in lines.get_segments()]
    return found


def _is_orange(color: Any) -> bool:
    hue, saturation, value = colorsys.rgb_to_hsv(*to_rgb(color))
    return 15 <= 360 * hue <= 50 and saturation > 0.5 and value > 0.6
