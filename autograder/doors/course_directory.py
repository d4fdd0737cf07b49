"""nbgrader, driven from Python: a course directory with this course's settings."""

from __future__ import annotations

import logging
import re
import shutil
from pathlib import Path
from typing import Any

from nbgrader.apps.api import NbGraderAPI
from nbgrader.converters import GenerateSolution
from nbgrader.coursedir import CourseDirectory
from nbgrader.utils import capture_log
from traitlets.config import Config

from autograder.course import Assignment
from autograder.doors import not_graded
from autograder.doors.export import CsvExportPlugin
from autograder.doors.unfinished import expect_finished
from autograder.errors import UserError
from course_config import ROOT, configure


class NbGraderCourse:
    """One nbgrader course directory: notebooks, submissions, gradebook.

    Attributes:
        root: the folder.
        directory: nbgrader's own description of it.
    """

    def __init__(self, root: Path) -> None:
        self.root = root
        config = Config()
        configure(config)
        config.CourseDirectory.root = str(root)
        self.directory = CourseDirectory(config=config)
        self._api = NbGraderAPI(coursedir=self.directory, config=config)
        self._api.log = _silent_log()
        self._config = config

    @classmethod
    def set_up(cls, root: Path) -> NbGraderCourse:
        """Make a course directory with the instructor's notebooks in it, at a new place."""
        shutil.copytree(ROOT / "source", root / "source", dirs_exist_ok=True)
        shutil.copy(ROOT / "nbgrader_config.py", root)
        return cls(root)

    @property
    def gradebook(self) -> Any:
        """The gradebook, a context manager."""
        return self._api.gradebook

    def generate_assignment(self, assignment: Assignment) -> None:
        """``nbgrader generate_assignment``, with the due date of ``course_config``.

        Raises:
            UserError: the assignment is not finished, or nbgrader cannot generate it.
        """
        expect_finished(assignment)
        self._expect_success(self._api.generate_assignment(assignment.name))

    def generate_solution(self, assignment: Assignment) -> None:
        """``nbgrader generate_solution``: the answer key."""
        self.directory.assignment_id = assignment.name
        converter = GenerateSolution(coursedir=self.directory, parent=self._api)
        converter.force = True
        self._expect_success(capture_log(converter))

    def autograde(self, assignment: Assignment, student: str) -> str:
        """``nbgrader autograde`` for one student; what went wrong comes back, or nothing."""
        outcome = self._api.autograde(assignment.name, student)
        if outcome["success"]:
            return ""
        complaint = _complaint(outcome)
        return not_graded.noted(self.directory, assignment.name, student) or complaint

    def autograded(self, assignment: Assignment, student: str) -> Path:
        """Where a graded notebook is, if there is one."""
        folder = self.directory.format_path(
            self.directory.autograded_directory, student, assignment.name
        )
        return Path(folder) / f"{assignment.notebook}.ipynb"

    def give_up(self, assignment: Assignment, student: str, reason: str) -> None:
        """Note that a submission was not graded, and why, and let it count nowhere."""
        not_graded.note(self.directory, assignment.name, student, reason)
        with self.gradebook as gradebook:
            not_graded.withdraw(gradebook, assignment.name, student)

    def generate_feedback(self, assignment: Assignment, student: str) -> None:
        """``nbgrader generate_feedback`` for one student."""
        self._expect_success(self._api.generate_feedback(assignment.name, student))

    def export(self, path: Path) -> None:
        """``nbgrader export``: all grades as CSV."""
        plugin = CsvExportPlugin(config=self._config)
        plugin.log = _silent_log()
        plugin.to = str(path)
        with self.gradebook as gradebook:
            plugin.export(gradebook)

    def _expect_success(self, outcome: dict[str, Any]) -> None:
        if not outcome["success"]:
            raise UserError(_complaint(outcome))


def _complaint(outcome: dict[str, Any]) -> str:
    """The sentence in nbgrader's log that says what went wrong."""
    if "KeyboardInterrupt" in outcome.get("error", ""):
        raise KeyboardInterrupt
    lines = outcome.get("log", "").splitlines() + outcome.get("error", "").splitlines()
    raised = [line.strip() for line in lines if re.match(r"\s*[\w.]+(Error|Exception): ", line)]
    errors = [line.removeprefix("[ERROR] ") for line in lines if line.startswith("[ERROR] ")]
    return (raised or errors or lines or ["nbgrader failed and gave no reason."])[0]


def _silent_log() -> logging.Logger:
    log = logging.getLogger("autograder.nbgrader")
    log.setLevel(logging.INFO)
    log.propagate = False
    if not log.handlers:
        log.addHandler(logging.NullHandler())
    return log
