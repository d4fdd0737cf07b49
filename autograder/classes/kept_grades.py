"""Grades, kept by content: nothing is graded twice, and an interruption loses no grade.

A grade depends on what was handed in and on everything that judges it. A hash of both is its name,
so that a change of either asks for another one.
"""

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import Iterable
from functools import cache
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from typing import Any

import nbformat
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from autograder.course import Assignment, Course
from autograder.files import add_code, write_at_once
from autograder.misconceptions.known import CODE
from autograder.records import CellResult, Result

# Notebooks are handed in with 50 MB at most, and leave without most of their outputs.
MAX_RESULT_BYTES = 64 * 2**20
KIT = "hierarchical-bayes-course-kit"
# All code that has a part in a grade: what judges answers, and what runs a notebook.
_CODE = (*CODE, "autograder/notebooks", "autograder/sandbox")


class BrokenResult(ValueError):
    """Bytes that are no result of grading."""


def encode_result(result: Result) -> bytes:
    """A result as JSON, with its notebook, for :func:`decode_result`."""
    content = {"result": result.as_json(), "notebook": result.graded_notebook}
    return json.dumps(content).encode()


def decode_result(content: bytes) -> Result:
    """A result that :func:`encode_result` has written, here or on another machine.

    Raises:
        BrokenResult: it has not.
    """
    if len(content) > MAX_RESULT_BYTES:
        raise BrokenResult(f"a result of more than {MAX_RESULT_BYTES // 2**20} MB")
    try:
        told = json.loads(content)
        entry, notebook = told["result"], told["notebook"]
        result = Result(
            path=str(entry["path"]),
            student=entry["student"],
            assignment=entry["assignment"],
            notebook=entry["notebook"],
            status=entry["status"],
            reason=entry["reason"] or "",
            seconds=float(entry["seconds"]),
            cells=tuple(map(CellResult.from_json, entry["cells"])),
            graded_notebook=notebook and nbformat.from_dict(notebook),
        )
        if result.graded_notebook is not None:
            nbformat.validate(result.graded_notebook)
        if result.status not in ("graded", "failed") or (
            (result.status == "graded") != (result.graded_notebook is not None)
        ):
            raise BrokenResult("neither graded nor failed")
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as problem:
        raise BrokenResult(str(problem)) from None
    except nbformat.ValidationError as problem:
        raise BrokenResult(str(problem)) from None
    return result


class KeptGrades:
    """The grades of one assignment's submissions in a folder.

    Args:
        folder: where they are, or will be.
        judge: see :func:`fingerprint`.
    """

    def __init__(self, folder: Path, judge: str) -> None:
        self._folder = folder
        self._judge = judge

    def key(self, content: bytes) -> str:
        """The name of the grade of a notebook that holds these bytes."""
        return hashlib.sha256(self._judge.encode() + content).hexdigest()

    def has(self, key: str) -> bool:
        """Whether there is a grade of that name."""
        return self._path(key).exists()

    def load(self, key: str) -> Result | None:
        """The grade of that name; None where there is none, or where its file is broken."""
        try:
            return decode_result(self._path(key).read_bytes())
        except FileNotFoundError:
            return None
        except BrokenResult:
            self._path(key).unlink(missing_ok=True)
            return None

    def keep(self, key: str, result: bytes) -> None:
        """Keep a grade, as :func:`encode_result` gives it.

        Raises:
            OSError: it cannot be written.
        """
        write_at_once(self._path(key), result)

    def forget_all_but(self, keys: Iterable[str]) -> None:
        """Remove grades that no submission has any more."""
        needed = {self._path(key) for key in keys}
        for path in self._folder.glob("*"):
            if path not in needed:
                path.unlink(missing_ok=True)

    def _path(self, key: str) -> Path:
        return self._folder / f"{key}.json"


def fingerprint(course: Course, assignment: Assignment) -> str:
    """A name for everything that judges: grader, suite, release, limits, Python and packages.

    It is the same on two machines if these are.
    """
    digest = hashlib.sha256(_code_and_packages().encode())
    settings: list[Any] = [assignment.name, repr(course.limits), course.sandbox]
    digest.update(json.dumps(settings).encode())
    for path in (assignment.release, *assignment.modules):
        digest.update(path.name.encode() + b"\n" + path.read_bytes())
    return digest.hexdigest()


@cache
def _code_and_packages() -> str:
    digest = hashlib.sha256(repr(sys.version_info).encode())
    add_code(digest, _CODE)
    digest.update(repr(sorted(_packages_below(KIT))).encode())
    return digest.hexdigest()


def _packages_below(name: str) -> set[tuple[str, str]]:
    """The versions of all that a package needs to run, of what that needs, and so on."""
    found: dict[str, str] = {}
    wanted = [name]
    while wanted:
        package = canonicalize_name(wanted.pop())
        if package in found:
            continue
        try:
            installed = distribution(package)
        except PackageNotFoundError:  # needed only by an extra that nobody asked for
            continue
        found[package] = installed.version
        needed = map(Requirement, installed.requires or [])
        wanted += [n.name for n in needed if n.marker is None or n.marker.evaluate({"extra": ""})]
    return set(found.items())
