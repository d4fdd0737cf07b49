"""How the kernels of a course's submissions are started. Imports nothing that takes long."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from functools import cache

from autograder.course import Assignment, Course
from autograder.sandbox.compiled_code import published
from autograder.sandbox.launch import KernelSetup


@cache
def kernel_setup(course: Course) -> KernelSetup:
    """With the course's limits, and with compiled code where it is kept for these versions."""
    programs = published(course.store / "programs", programs_key(course)) if course.store else None
    return KernelSetup(course.limits, course.sandbox, programs)


def with_modules(setup: KernelSetup, assignment: Assignment) -> KernelSetup:
    """For kernels in which the notebook of an assignment can import what it was released with."""
    return replace(setup, modules=assignment.modules)


def programs_key(course: Course) -> str:
    """A name for what fills the store of compiled code: the answer keys and the hidden suites."""
    digest = hashlib.sha256()
    for assignment in course.assignments:
        for path in (assignment.key, assignment.suite):
            digest.update(path.read_bytes() if path.exists() else b"")
    return digest.hexdigest()
