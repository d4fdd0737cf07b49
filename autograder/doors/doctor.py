"""What grading needs on this machine, what makes it quick, and how to get what is missing."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version

from traitlets.config import Config

from autograder.configuration import configure_nbgrader
from autograder.course import Course
from autograder.errors import SandboxUnavailable, UserError
from autograder.grading.kernels import kernel_setup, programs_key
from autograder.misconceptions.known import KnownMisconceptions
from autograder.sandbox import compiled_code, walls
from autograder.sandbox.cgroups import find_place
from autograder.sandbox.launch import template_for
from autograder.sandbox.warm import TemplateUnusable

PINNED = {"genjax": "0.10.3", "jax": "0.5.3", "nbgrader": "0.9.6"}


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at.

    Attributes:
        name: what it is.
        state: how it is.
        advice: what to do; empty where all is well.
        only_slower: whether grading works without it, and is slower.
    """

    name: str
    state: str
    advice: str = ""
    only_slower: bool = False


def findings(course: Course) -> Iterator[Finding]:
    """Look at everything, the quick things first."""
    python = ".".join(map(str, sys.version_info[:3]))
    supported = (3, 11) <= sys.version_info[:2] <= (3, 12)
    yield Finding("Python", python, "" if supported else "install Python 3.11 or 3.12")
    for package, pinned in PINNED.items():
        try:
            found = version(package)
        except PackageNotFoundError:
            found = "not installed"
        advice = "" if found == pinned else f"run ./set_up.sh for {package} {pinned}"
        yield Finding(package, found, advice)
    yield _nbgrader_options()
    for assignment in course.assignments:
        for kind, path in (("source", assignment.source), ("release", assignment.release)):
            name = f"{assignment.name} {kind}"
            there = path.exists()
            yield Finding(name, *(("there",) if there else ("not there", "run make release")))
    try:
        walls.choose("bubblewrap")
    except SandboxUnavailable as problem:
        yield Finding("sandbox", "unavailable", str(problem))
        return
    yield Finding("sandbox", "bubblewrap works")
    yield _control_groups()
    yield _warm_kernels(course)
    yield _compiled_code(course)
    yield _misconceptions(course)


def _nbgrader_options() -> Finding:
    try:
        configure_nbgrader(Config())
    except UserError as problem:
        return Finding("nbgrader's options", "wrong", str(problem))
    return Finding("nbgrader's options", "are known and keep the sandbox")


def _control_groups() -> Finding:
    name, kind = "limits of memory", find_place().kind
    if kind != "none":
        return Finding(name, f"each submission's processes are watched, and bounded by {kind}")
    return Finding(
        name, "each submission's processes are watched; there is no control group (systemd --user)"
    )


def _warm_kernels(course: Course) -> Finding:
    name = "warm kernels"
    template = template_for(kernel_setup(course))
    try:
        if template is None:
            raise TemplateUnusable("it failed too often")
        template.wait_until_ready()
    except TemplateUnusable as problem:
        return Finding(name, "cannot be had", f"every kernel starts cold: {problem}", True)
    return Finding(name, "work")


def _compiled_code(course: Course) -> Finding:
    name = "compiled code"
    if course.store is None:
        return Finding(name, "not kept", "name a store in course_config.py", True)
    root, key = course.store / "programs", programs_key(course)
    complaint = compiled_code.canary()
    if complaint:
        # What was kept while all was well must not be used any more.
        compiled_code.remove_all(root)
        return Finding(name, "switched off", complaint, True)
    if compiled_code.published(root, key) is None:
        return Finding(name, "not kept yet", "run autograder prepare", True)
    return Finding(name, "is kept, and comes back right")


def _misconceptions(course: Course) -> Finding:
    complete = all(
        KnownMisconceptions(assignment.notebook, course.store).is_complete()
        for assignment in course.assignments
    )
    name = "misconceptions' answers"
    if complete:
        return Finding(name, "are kept")
    return Finding(name, "not kept yet", "run autograder prepare", True)
