"""What a course is, as plain data that the grader is handed; ``course_config.py`` fills it in."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from autograder.errors import UserError


@dataclass(frozen=True)
class Limits:
    """What one submission may use. ``course_config.py`` holds the course's own values.

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


@dataclass(frozen=True)
class Assignment:
    """One folder below ``source/`` with one notebook.

    Attributes:
        root: the course's folder.
        name: the folder below ``source/``, and the assignment's name in nbgrader.
        notebook: the notebook's file name without ``.ipynb``; also the hidden suite's
            (``autograder/hidden/test_<notebook>.py``) and the reference's (``solutions/``).
        due: when it is due, in a form that nbgrader reads.
    """

    root: Path
    name: str
    notebook: str
    due: str

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
    """

    root: Path
    assignments: tuple[Assignment, ...]
    limits: Limits = Limits()
    sandbox: str = "auto"
    store: Path | None = None

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
