"""What ``autograder grade`` leaves in files: JSON, CSV, and the pages that students get."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from autograder.course import Course
from autograder.errors import UserError
from autograder.files import write_at_once
from autograder.notebooks.display import as_csv
from autograder.records import Result

_LONGEST_NAME = 100


class ResultFiles:
    """The files in which results are kept, complete after each submission.

    Args:
        json_file: where to, or None; likewise the others.
        csv_file: one line a submission.
        pages: a folder for the pages.
        course: whose notebooks they are.

    Raises:
        UserError: a folder is not there, or is no folder.
    """

    def __init__(
        self, json_file: Path | None, csv_file: Path | None, pages: Path | None, course: Course
    ) -> None:
        for file in (json_file, csv_file):
            if file is not None and not file.resolve().parent.is_dir():
                raise UserError(f"The folder of {file} does not exist.")
            if file is not None and file.is_dir():
                raise UserError(f"{file} is a folder: name a file in it.")
        if pages is not None and pages.exists() and not pages.is_dir():
            raise UserError(f"{pages} is no folder.")
        self._json_file, self._csv_file, self._pages = json_file, csv_file, pages
        self._course = course
        self._names: set[str] = set()

    def write(self, results: Sequence[Result], latest: Result | None = None) -> None:
        """Write all results so far, and the page of the latest.

        Raises:
            OSError: they cannot be written.
        """
        if self._json_file:
            content = {"submissions": [result.as_json() for result in results]}
            write_at_once(self._json_file, (json.dumps(content, indent=2) + "\n").encode())
        if self._csv_file:
            write_at_once(self._csv_file, scores_table(results).encode())
        if self._pages and latest and latest.assignment:
            write_at_once(self._pages / self._name(latest), self._page(latest).encode())

    def where(self) -> str:
        """Where results are, to be told to whoever has stopped the grading."""
        kept = [str(place) for place in (self._json_file, self._csv_file, self._pages) if place]
        return f"; they stand in {', '.join(kept)}" if kept else "; --csv or --json would keep them"

    def _page(self, result: Result) -> str:
        # What pages are made with takes a while to import, and not everybody wants them.
        from autograder.feedback.page import feedback_page, not_graded_page

        assignment = self._course.assignment(str(result.assignment))
        student = result.student or ""
        if result.graded_notebook is None:
            return not_graded_page(assignment, result.reason, student=student)
        return feedback_page(
            result.graded_notebook, assignment, student=student, remark=result.reason
        )

    def _name(self, result: Result) -> str:
        """A file name of its own, made of letters that every system allows."""
        told = f"{result.student or Path(result.path).stem}-{result.notebook}"
        plain = re.sub(r"[^\w.-]+", "_", told)[:_LONGEST_NAME].lstrip(".")
        name, number = f"{plain}.html", 1
        while name.casefold() in self._names:
            number += 1
            name = f"{plain}-{number}.html"
        self._names.add(name.casefold())
        return name


def scores_table(results: Sequence[Result]) -> str:
    """One line a submission, with a column for each exercise."""
    exercises = dict.fromkeys(cell.grade_id for result in results for cell in result.cells)
    rows: list[list[Any]] = [
        [
            *("student", "path", "assignment", "status", "reason", "score", "max_score"),
            *("seconds", "misconceptions"),
            *(name.removeprefix("test_") for name in exercises),
        ]
    ]
    for result in results:
        scores = {cell.grade_id: cell.score for cell in result.cells}
        graded = result.status == "graded"
        named = dict.fromkeys(t.misconception for cell in result.cells for t in cell.tests)
        row = [
            *(result.student or "", result.path, result.assignment or "", result.status),
            result.reason,
            *((result.score, result.max_score) if graded else ("", "")),
            round(result.seconds, 1),
            "; ".join(filter(None, named)),
            *(scores.get(name, "") for name in exercises),
        ]
        rows.append(row)
    return as_csv(rows)
