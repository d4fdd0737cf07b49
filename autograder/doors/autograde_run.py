"""One run of ``nbgrader autograde``, so that it can be ended anywhere and started again."""

from __future__ import annotations

import errno
import glob
import logging
import os
import shutil
import sqlite3
import stat
import sys
from collections.abc import Iterator
from fnmatch import fnmatch
from pathlib import Path
from typing import Any, NoReturn

from nbgrader.api import Gradebook
from nbgrader.converters import Autograde, NbGraderException
from nbgrader.coursedir import CourseDirectory
from sqlalchemy import Engine, event, text
from sqlalchemy.exc import InternalError, OperationalError

from autograder.course import Assignment, Course
from autograder.doors import not_graded
from autograder.doors.gradebook import expect_entered
from autograder.errors import UserError
from autograder.sandbox import walls

UNDATED = "Its timestamp.txt holds no date and time: correct or remove that file."

# A database that is locked, gone or full; PostgreSQL has a class of its own for one that may only
# be read.
GradebookUnusable = (OperationalError, InternalError)
# How long a gradebook that another program writes to is waited for.
GRADEBOOK_PATIENCE_SECONDS = 60
# Where there are more of them, nothing is copied but the notebook.
_MOST_LEFT_OUT = 100
# A step beside nbgrader's own, with the hashes of written answers; see ``marks``.
GRADED_ANSWERS = "graded_answers"
# With less room than this on the disk no submission is begun.
LEAST_ROOM_BYTES = 32 * 2**20


class AutogradeRun:
    """What is done around nbgrader's converter: before a run, and before and after a submission.

    The converter takes a submission for graded as soon as there is a folder for it in
    ``autograded/``, which is at the very beginning. Here it is graded when its note in
    ``not_graded/`` has gone, and what was left half graded is removed when the next run begins.
    """

    def __init__(self, converter: Autograde, course: Course) -> None:
        self._converter = converter
        self._directory: CourseDirectory = converter.coursedir
        self._course = course
        self._log: logging.Logger = converter.log

    def begin(self) -> None:
        """Before any submission is touched: see whom this run is about.

        Raises:
            NbGraderException: nobody can be graded now; the log says why, in one sentence.
        """
        try:
            walls.choose(self._course.sandbox)
            expect_writable(self._directory)
            chosen = list(self._chosen())
            for assignment in {assignment for _, assignment, _ in chosen}:
                expect_entered(self._directory, assignment, self._log)
            with self._gradebook() as gradebook:
                for folder, assignment, student in chosen:
                    # nbgrader leaves folders without a notebook out, and wants this name.
                    notebook = folder / f"{assignment.notebook}.ipynb"
                    self._converter.assignments[str(folder)] = [str(notebook)]
                    self._remove_if_half_graded(gradebook, notebook, assignment, student)
                    if not has_ordinary_date(folder):
                        self._leave_out(folder, assignment, student)
        except (UserError, OSError, *GradebookUnusable) as problem:
            reason = str(problem) if isinstance(problem, UserError) else sentence_of(problem)
            self._log.error("Nothing was graded. %s", reason)
            raise NbGraderException(reason) from None
        self._hooks = self._converter.pre_convert_hook, self._converter.post_convert_hook
        self._converter.pre_convert_hook = self._begin_submission
        self._converter.post_convert_hook = self._end_submission

    def _leave_out(self, folder: Path, assignment: Assignment, student: str) -> None:
        # nbgrader reads the file before anything can be said about it, and waits for a pipe.
        del self._converter.assignments[str(folder)]
        self._fail(assignment.name, student, UNDATED)

    def fail(self, resources: dict[str, Any], reason: str) -> None:
        """Say and note why a submission was not graded, and let it count nowhere."""
        self._fail(*_whose(resources), reason)

    def _fail(self, assignment: str, student: str, reason: str) -> None:
        self._log.error("%s of %s was not graded. %s", assignment, student, reason)
        try:
            not_graded.note(self._directory, assignment, student, reason)
            with self._gradebook() as gradebook:
                not_graded.withdraw(gradebook, assignment, student)
        except Exception:
            # It stays noted as unfinished, which is true.
            self._log.exception("The reason could not be noted.")

    def graded_answers(self, resources: dict[str, Any]) -> str:
        """The file with the written answers of a submission as they were graded last."""
        assignment, student = _whose(resources)
        folder = self._directory.format_path(GRADED_ANSWERS, student, assignment)
        return str(Path(folder, "answers.json"))

    def end(self, problem: OSError | OperationalError | InternalError) -> NoReturn:
        """End the run: neither the next submission nor any other could be graded now."""
        self._log.error(sentence_of(problem))
        # nbgrader goes on after most exceptions, and reads others as signs of an old gradebook.
        sys.exit(1)

    def _gradebook(self) -> Gradebook:
        return Gradebook(self._directory.db_url, self._directory.course_id)

    def _chosen(self) -> Iterator[tuple[Path, Assignment, str]]:
        """What was handed in for the course's assignments and is to be graded in this run."""
        directory = self._directory
        assignments = {assignment.name: assignment for assignment in self._course.assignments}
        excluded = directory.student_id_exclude.split(",")
        for folder, name, student in not_graded.handed_in(
            directory, directory.assignment_id, directory.student_id
        ):
            assignment = assignments.get(name)
            if (
                assignment
                and fnmatch(assignment.notebook, directory.notebook_id)
                and student not in excluded
            ):
                yield folder, assignment, student

    def _remove_if_half_graded(
        self, gradebook: Gradebook, notebook: Path, assignment: Assignment, student: str
    ) -> None:
        directory = self._directory
        graded = Path(
            directory.format_path(directory.autograded_directory, student, assignment.name)
        )
        if not graded.exists():
            return
        submission = not_graded.find_submission(gradebook, assignment.name, student)
        # Of a folder that was being removed something may be left.
        expected = [notebook.name, *(["timestamp.txt"] * _has_date(notebook.parent))]
        if (
            not_graded.noted(directory, assignment.name, student)
            or not all((graded / name).is_file() for name in expected)
            or submission is None
            or not not_graded.has_scores(submission)
        ):
            self._log.warning("%s was not graded to the end; this is done now", graded)
            shutil.rmtree(graded)

    def _begin_submission(self, notebooks: list[str], **of_the_run: Any) -> None:
        """nbgrader's hook before it touches a submission."""
        resources = self._converter.init_single_notebook_resources(notebooks[0])
        try:
            expect_writable(self._directory)
            not_graded.note(self._directory, *_whose(resources), not_graded.UNFINISHED)
        except (OSError, *GradebookUnusable) as problem:
            self.end(problem)
        folder = Path(notebooks[0]).parent
        self._copy_only_ordinary_files(folder)
        try:
            self._directory.get_existing_timestamp(str(folder))
        except Exception:  # nbgrader ends here because of a method that it does not have
            self.fail(resources, UNDATED)
        if self._hooks[0]:
            self._hooks[0](notebooks=notebooks, **of_the_run)

    def _copy_only_ordinary_files(self, folder: Path) -> None:
        """Let nbgrader copy nothing that whoever handed it in has laid a link to.

        It copies what lies beside a notebook and follows links, which may lead to the gradebook.
        """
        found = [str(path) for path in no_ordinary_files(folder)]
        if found:
            told = "%s: %d that are no ordinary files (links, pipes) are left out, such as %r"
            self._log.warning(told, folder, len(found), os.path.relpath(found[0], folder))
        if len(found) > _MOST_LEFT_OUT:
            found = [str(folder)]
        # nbgrader matches each file with these, and a path that is absolute as it is. Those of the
        # submission before go.
        kept = [pattern for pattern in self._directory.ignore if not os.path.isabs(pattern)]
        self._directory.ignore = kept + [glob.escape(path) for path in found]

    def _end_submission(self, notebooks: list[str], **of_the_run: Any) -> None:
        """nbgrader's hook when all of a submission is written."""
        resources = self._converter.init_single_notebook_resources(notebooks[0])
        not_graded.forget(self._directory, *_whose(resources))
        if self._hooks[1]:
            self._hooks[1](notebooks=notebooks, **of_the_run)


@event.listens_for(Engine, "connect")
def _be_patient(connection: Any, _: Any) -> None:
    if isinstance(connection, sqlite3.Connection):
        connection.execute(f"PRAGMA busy_timeout = {1000 * GRADEBOOK_PATIENCE_SECONDS}")


def expect_writable(directory: CourseDirectory) -> None:
    """Find out whether grades can be kept now, and change nothing.

    Raises:
        OSError: the disk has no room.
        OperationalError: or InternalError, the gradebook cannot be written.
    """
    if shutil.disk_usage(directory.root).free < LEAST_ROOM_BYTES:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), directory.root)
    with Gradebook(directory.db_url, directory.course_id) as gradebook:
        gradebook.db.execute(text("UPDATE course SET id = id"))
        gradebook.db.rollback()


def sentence_of(problem: OSError | OperationalError | InternalError) -> str:
    """What to tell of a disk or a gradebook that cannot be used."""
    if isinstance(problem, OSError):
        what = (
            f"{problem.filename or 'The course directory'} cannot be written ({problem.strerror})"
        )
    else:
        what = f"The gradebook cannot be used ({problem.orig})"
    return (
        f"{what}. What was graded is kept: when the disk has room and nothing else uses the "
        "gradebook, run the same command again."
    )


def _whose(resources: dict[str, Any]) -> tuple[str, str]:
    """The assignment and the student of nbgrader's resources."""
    return resources["nbgrader"]["assignment"], resources["nbgrader"]["student"]


def _has_date(folder: Path) -> bool:
    return (folder / "timestamp.txt").exists()


def is_ordinary_file(path: Path) -> bool:
    """Whether there is a file of that name, and no link or pipe."""
    return path.is_file() and not path.is_symlink()


def has_ordinary_date(folder: Path) -> bool:
    """Whether the file with a submission's date is an ordinary one, or there is none."""
    return _is_ordinary(folder / "timestamp.txt")


def no_ordinary_files(folder: Path) -> Iterator[Path]:
    """What is below a folder and is neither a file nor a folder itself: links, pipes, devices."""
    for inner, folders, files in os.walk(folder):
        for name in (*folders, *files):
            if not _is_ordinary(Path(inner, name)):
                yield Path(inner, name)


def _is_ordinary(path: Path) -> bool:
    try:
        mode = path.lstat().st_mode
    except FileNotFoundError:
        return True
    return stat.S_ISREG(mode) or stat.S_ISDIR(mode)
