"""What a course is, as plain data that the grader is handed; ``course_config.py`` fills it in."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import datetime
from math import ceil
from pathlib import Path
from typing import Any

from dateutil.tz import gettz

from autograder.errors import UserError

SANDBOX_MODES = ("auto", "bubblewrap", "none")


@dataclass(frozen=True)
class Limits:
    """What one submission may use. ``course_config.py`` holds the course's own values.

    Raises ``UserError`` for a value that is no number, or one that nothing could run with.

    Attributes:
        cell_seconds: time of one notebook cell; how it is counted says ``sandbox.meter``.
        call_seconds: time of one question by a hidden test.
        submission_seconds: time of a whole submission.
        cores: processor cores that its kernel may use.
        memory_bytes: memory of all processes of one submission together.
        scratch_bytes: files that it writes.
        processes: processes and threads.
        open_files: open files of one process.
        output_bytes: what one cell may print or show; the rest is dropped.
        restarts: how often a kernel that student code has ended is started again.
    """

    cell_seconds: float = 60
    call_seconds: float = 30
    submission_seconds: float = 600
    cores: int = 1
    memory_bytes: int = 4 * 2**30
    scratch_bytes: int = 256 * 2**20
    processes: int = 256
    open_files: int = 1024
    output_bytes: int = 2**20
    restarts: int = 12

    def __post_init__(self) -> None:
        for limit in fields(self):
            value, least = getattr(self, limit.name), 0 if limit.name == "restarts" else 1
            whole = not limit.name.endswith("_seconds")
            kinds = (int,) if whole else (int, float)
            if type(value) not in kinds or not least <= value < float("inf"):
                number = "a whole number" if whole else "a number"
                raise UserError(f"{limit.name} should be {number} from {least} up, not {value!r}.")


@dataclass(frozen=True)
class LatePolicy:
    """What handing in late costs. Raises ``UserError`` for a value that cannot be used.

    Attributes:
        grace_minutes: whoever is not later than that loses nothing.
        percent_a_day: of the assignment's points, for each day that has begun since the due date.
        most_percent: no lateness costs more.
    """

    grace_minutes: float = 0
    percent_a_day: float = 0
    most_percent: float = 100

    def __post_init__(self) -> None:
        for field in fields(self):
            value = getattr(self, field.name)
            most = 100 if "percent" in field.name else float("inf")
            if type(value) not in (int, float) or not 0 <= value <= most or value == float("inf"):
                limit = "0 to 100" if most == 100 else "0 up"
                raise UserError(f"{field.name} should be a number from {limit}, not {value!r}.")

    def penalty(self, points: float, seconds_late: float) -> float:
        """What is taken off, of an assignment with so many points to be had."""
        if seconds_late <= 60 * self.grace_minutes:
            return 0.0
        days = ceil(seconds_late / 86_400)
        return points * min(days * self.percent_a_day, self.most_percent) / 100


@dataclass(frozen=True)
class Assignment:
    """One folder below ``source/`` with one notebook.

    Raises ``UserError`` for a value that cannot be used.

    Attributes:
        root: the course's folder.
        name: the folder below ``source/``, and the assignment's name in nbgrader.
        notebook: the notebook's file name without ``.ipynb``; also the hidden suite's
            (``autograder/hidden/test_<notebook>.py``) and the reference's (``solutions/``).
        due: when it is due, such as ``2027-02-05 18:00 Europe/Berlin`` or ``... 18:00:00 UTC``.
        lms_name: what Canvas or Moodle call it, where not by its name; for Canvas with its number,
            such as ``Problem set 1 (4711)``.
    """

    root: Path
    name: str
    notebook: str
    due: str
    lms_name: str = ""

    def __post_init__(self) -> None:
        _expect_type("root", self.root, Path)
        for field_name in ("name", "notebook", "due", "lms_name"):
            _expect_type(field_name, getattr(self, field_name), str)
        for field_name in ("name", "notebook"):
            value = getattr(self, field_name)
            # nbgrader takes a plus for something else; the rest would leave the course's folders.
            if not value or value != value.strip() or set(value) & set("/\\+\0") or value[0] == ".":
                raise UserError(f"{field_name} should be a plain name of a file, not {value!r}.")
        if not _is_time_with_zone(self.due):
            raise UserError(
                f"due should be a day, a time and a time zone, such as '2027-02-05 18:00 UTC', "
                f"not {self.due!r}."
            )

    @property
    def source(self) -> Path:
        """The instructor's notebook, with solutions."""
        return self.root / "source" / self.name / f"{self.notebook}.ipynb"

    @property
    def release(self) -> Path:
        """The notebook as students receive it, made by ``nbgrader generate_assignment``."""
        return self.root / "release" / self.name / f"{self.notebook}.ipynb"

    @property
    def key(self) -> Path:
        """The answer key, made by ``nbgrader generate_solution``."""
        return self.root / "solutions" / self.name / f"{self.notebook}.ipynb"

    @property
    def modules(self) -> tuple[Path, ...]:
        """What the released notebook imports: the Python files beside it."""
        return tuple(sorted(self.release.parent.glob("*.py")))

    @property
    def suite(self) -> Path:
        """The hidden tests."""
        return self.root / "autograder" / "hidden" / f"test_{self.notebook}.py"


@dataclass(frozen=True)
class Course:
    """A course: its assignments, and what a submission may use while it is graded.

    Attributes:
        root: the folder with ``source/``, ``release/`` and ``solutions/``.
        assignments: in the order in which they are set.
        limits: what one submission may use.
        sandbox: ``auto``, ``bubblewrap`` or ``none``; see ``sandbox.walls.choose``.
        store: a folder for what is computed once and used again; None to compute it each time.
        late: what handing in late costs.
    """

    root: Path
    assignments: tuple[Assignment, ...]
    limits: Limits = Limits()
    sandbox: str = "auto"
    store: Path | None = None
    late: LatePolicy = LatePolicy()

    def __post_init__(self) -> None:
        _expect_type("root", self.root, Path)
        _expect_type("limits", self.limits, Limits)
        _expect_type("late", self.late, LatePolicy)
        _expect_type("assignments", self.assignments, tuple)
        for assignment in self.assignments:
            _expect_type("each of the assignments", assignment, Assignment)
        for field_name in ("name", "notebook"):
            names = [getattr(assignment, field_name) for assignment in self.assignments]
            for name in names:
                if names.count(name) > 1:
                    raise UserError(f"Two assignments have the {field_name} {name!r}.")
        if self.sandbox not in SANDBOX_MODES:
            raise UserError(f"sandbox should be auto, bubblewrap or none, not {self.sandbox!r}.")
        if self.store is not None:
            _expect_type("store", self.store, Path)

    def assignment(self, name: str) -> Assignment:
        """The assignment called ``name``.

        Raises:
            UserError: there is none.
        """
        for assignment in self.assignments:
            if assignment.name == name:
                return assignment
        known = ", ".join(assignment.name for assignment in self.assignments)
        raise UserError(f"There is no assignment {name!r}; the course has {known}.")


def _expect_type(name: str, value: Any, expected: type) -> None:
    if not isinstance(value, expected):
        raise UserError(f"{name} should be a {expected.__name__}, not {value!r}.")


def _is_time_with_zone(text: str) -> bool:
    """Whether a text is a date, a time and a zone: nbgrader guesses at less, and guesses wrong."""
    parts = text.split(" ")
    if len(parts) != 3 or not all(parts):
        return False
    date, time, zone = parts
    try:
        datetime.strptime(date, "%Y-%m-%d")
        datetime.strptime(time, "%H:%M:%S" if time.count(":") == 2 else "%H:%M")
    except ValueError:
        return False
    # nbgrader reads +0100 as a hundred seconds.
    return zone[0].isalpha() and gettz(zone) is not None
