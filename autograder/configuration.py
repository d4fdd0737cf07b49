"""``course_config.py``, read and checked: what is wrong there ends the command in one sentence.

Without this, nbgrader would report an error in its configuration, go on with its own defaults and
run student code on the machine itself.
"""

from __future__ import annotations

import difflib
import importlib
import json
import traceback
from pathlib import Path
from typing import Any

from autograder.course import Course
from autograder.errors import UserError

FILE = "course_config.py"
# nbgrader reads this file, too, where nbgrader_config.py cannot be read at all.
SAFE_OPTIONS = Path(__file__).resolve().parent.parent / "nbgrader_config.json"


def load_course() -> Course:
    """The course of ``course_config.py``.

    Raises:
        UserError: the file cannot be run, or a value in it cannot be used; the message says where.
    """
    try:
        module = importlib.import_module("course_config")
    except Exception as error:
        raise UserError(_explain(error)) from error
    course = getattr(module, "COURSE", None)
    if not isinstance(course, Course):
        raise UserError(f"{FILE} should define COURSE, a Course(...).")
    if not callable(getattr(module, "configure", None)):
        raise UserError(f"{FILE} should define configure(c), nbgrader's options.")
    return course


def configure_nbgrader(c: Any) -> None:
    """Set nbgrader's options as ``course_config.py`` says, and check them.

    Args:
        c: the config object of traitlets that ``get_config()`` gives.

    Raises:
        UserError: the file is wrong, names an option that nbgrader does not have, or takes the
            sandbox away.
    """
    load_course()
    try:
        importlib.import_module("course_config").configure(c)
    except Exception as error:
        raise UserError(_explain(error)) from error
    for section, options in json.loads(SAFE_OPTIONS.read_text("utf-8")).items():
        for option, value in options.items():
            if c[section].get(option) != value:
                raise UserError(
                    f"{FILE} should set c.{section}.{option} to {value!r}: otherwise nbgrader "
                    "would run student code without the sandbox."
                )
    for section in c:
        _check_options(section, set(c[section]))


def _check_options(section: str, options: set[str]) -> None:
    from nbconvert.exporters import HTMLExporter
    from nbgrader.apps.nbgraderapp import NbGraderApp
    from nbgrader.exchange import default as exchange
    from traitlets import HasTraits

    # nbgrader's own list has the exchange's abstract classes alone, without their options.
    of_exchange = [getattr(exchange, name) for name in exchange.__all__]
    configured = [*NbGraderApp().classes, HTMLExporter, *of_exchange]
    known_options: dict[str, set[str]] = {}
    for known in configured:
        for cls in known.mro():
            if issubclass(cls, HasTraits):
                names = known_options.setdefault(cls.__name__, set())
                names.update(cls.class_trait_names(config=True))
    if section not in known_options:
        raise UserError(f"{FILE}: nbgrader has no c.{section}{_meant(section, known_options)}.")
    for option in sorted(options - known_options[section]):
        meant = _meant(option, known_options[section])
        raise UserError(f"{FILE}: nbgrader has no option c.{section}.{option}{meant}.")


def _meant(name: str, known: Any) -> str:
    similar = difflib.get_close_matches(name, list(known), 1)
    return f"; is {similar[0]} meant?" if similar else ""


def _explain(error: Exception) -> str:
    """What is wrong with the file, and in which line."""
    if isinstance(error, SyntaxError):
        return f"{Path(error.filename or FILE).name}, line {error.lineno}: {error.msg}."
    lines = [
        frame.lineno
        for frame in traceback.extract_tb(error.__traceback__)
        if Path(frame.filename).name == FILE
    ]
    where = f"{FILE}, line {lines[-1]}" if lines else FILE
    told = str(error) if isinstance(error, UserError) else f"{type(error).__name__}: {error}."
    return f"{where}: {told}"
