"""What grading needs on this machine, and how to get what is missing."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, version

from autograder.errors import SandboxUnavailable
from autograder.sandbox import walls
from course_config import COURSE

PINNED = {"genjax": "0.10.3", "jax": "0.5.3", "nbgrader": "0.9.6"}


def findings() -> Iterator[tuple[str, str, str]]:
    """Triples of what was looked at, its state, and advice (empty where all is well)."""
    python = ".".join(map(str, sys.version_info[:3]))
    supported = (3, 11) <= sys.version_info[:2] <= (3, 12)
    yield "Python", python, "" if supported else "install Python 3.11 or 3.12"
    for package, pinned in PINNED.items():
        try:
            found = version(package)
        except PackageNotFoundError:
            found = "not installed"
        yield package, found, "" if found == pinned else f"run ./set_up.sh for {package} {pinned}"
    try:
        walls.choose("auto")
        yield "sandbox", "bubblewrap works", ""
    except SandboxUnavailable as problem:
        yield "sandbox", "unavailable", str(problem)
    for assignment in COURSE.assignments:
        for kind, path in (("source", assignment.source), ("release", assignment.release)):
            found = "there" if path.exists() else "not there"
            yield f"{assignment.name} {kind}", found, "" if path.exists() else "run make release"
