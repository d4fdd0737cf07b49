"""What grading needs on this machine, what makes it quick, and how to get what is missing."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import psutil
from jupyter_core.paths import jupyter_config_path, jupyter_path
from jupyter_server.extension.config import ExtensionConfigManager
from jupyterlab_server.config import get_federated_extensions, get_page_config
from traitlets.config import Config

from autograder.configuration import configure_nbgrader
from autograder.course import Course
from autograder.errors import SandboxUnavailable, UserError
from autograder.grading.kernels import kernel_setup, programs_key
from autograder.grading.workers import available_cores
from autograder.misconceptions.known import KnownMisconceptions
from autograder.sandbox import compiled_code, walls
from autograder.sandbox.cgroups import MOUNTED, find_place
from autograder.sandbox.launch import template_for
from autograder.sandbox.warm import TemplateUnusable

LAB_EXTENSION = "@jupyter/nbgrader"
SERVER_EXTENSIONS = tuple(
    f"nbgrader.server_extensions.{name}"
    for name in ("formgrader", "validate_assignment", "assignment_list", "course_list")
)
# Settings of the system that forbid user namespaces, the value that does, and what allows them.
NAMESPACE_SETTINGS = (
    ("user/max_user_namespaces", "0", "sudo sysctl -w user.max_user_namespaces=15000"),
    (
        "kernel/unprivileged_userns_clone",
        "0",
        "sudo sysctl -w kernel.unprivileged_userns_clone=1",
    ),
    (
        "kernel/apparmor_restrict_unprivileged_userns",
        "1",
        "allow them to /usr/bin/bwrap by an AppArmor profile, or to every program: "
        "sudo sysctl -w kernel.apparmor_restrict_unprivileged_userns=0",
    ),
)
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
    yield _form_grader()
    yield _memory(course)
    yield Finding("cores", f"{available_cores()}, and as many notebooks are graded at a time")
    for assignment in course.assignments:
        for kind, path in (("source", assignment.source), ("release", assignment.release)):
            name = f"{assignment.name} {kind}"
            there = path.exists()
            yield Finding(name, *(("there",) if there else ("not there", "run make release")))
    try:
        walls.choose("bubblewrap")
    except SandboxUnavailable as problem:
        yield Finding("sandbox", "unavailable", str(problem))
        yield _user_namespaces()
        return
    yield Finding("sandbox", "bubblewrap works")
    if os.geteuid() == 0:
        yield _devices()
    yield _control_groups()
    yield _warm_kernels(course)
    yield _compiled_code(course)
    yield _misconceptions(course)


def _devices() -> Finding:
    """Whether student code is kept from changing who may use the machine's devices."""
    if walls.protecting_devices():
        return Finding("devices", "can be used by student code, and not changed")
    advice = "grade as a normal user: here root cannot mount them so that nobody can change them"
    return Finding("devices", "student code can change who may use /dev/null", advice)


def _nbgrader_options() -> Finding:
    try:
        configure_nbgrader(Config())
    except UserError as problem:
        return Finding("nbgrader's options", "wrong", str(problem))
    return Finding("nbgrader's options", "are known and keep the sandbox")


def _form_grader() -> Finding:
    """Whether JupyterLab shows nbgrader's form grader and its list of assignments."""
    name, places = "JupyterLab's nbgrader extension", jupyter_path("labextensions")
    if LAB_EXTENSION not in get_federated_extensions(places):
        return Finding(name, "not there", "run ./set_up.sh for nbgrader's files")
    settings = Path(sys.prefix, "share", "jupyter", "lab", "settings")
    page = get_page_config(places, app_settings_dir=str(settings))
    disabled = page.get("disabledExtensions") or ()
    if any(entry.partition(":")[0] == LAB_EXTENSION for entry in disabled):
        return Finding(name, "disabled", f"jupyter labextension enable {LAB_EXTENSION}")
    server = ExtensionConfigManager(read_config_path=jupyter_config_path())
    enabled = server.get_jpserver_extensions()
    missing = [extension for extension in SERVER_EXTENSIONS if not enabled.get(extension)]
    if missing:
        command = f"jupyter server extension enable --sys-prefix {' '.join(missing)}"
        return Finding(name, "disabled in Jupyter's server", command)
    return Finding(name, "is enabled")


def _memory(course: Course) -> Finding:
    total, may_take = _memory_bytes(), course.limits.memory_bytes
    state = f"{total / 2**30:.1f} GB, of which a submission may take {may_take / 2**30:.1f} GB"
    if total >= may_take:
        return Finding("memory", state)
    return Finding("memory", state, "lower memory_bytes in course_config.py, or grade elsewhere")


def _memory_bytes() -> int:
    """The machine's memory, or what a container leaves of it."""
    limits = [psutil.virtual_memory().total]
    for place in ("memory.max", "memory/memory.limit_in_bytes"):
        with suppress(OSError, ValueError):  # not there, or "max"
            limits.append(int((MOUNTED / place).read_text()))
    return min(limits)


def _user_namespaces() -> Finding:
    """Which setting of the system keeps a sandbox from being built."""
    name = "user namespaces"
    for setting, forbids, command in NAMESPACE_SETTINGS:
        if _setting(setting) == forbids:
            return Finding(name, f"forbidden by {setting.replace('/', '.')}", command)
    return Finding(name, "not forbidden by this machine's settings; a container may forbid them")


def _setting(name: str) -> str:
    try:
        return Path("/proc/sys", name).read_text().strip()
    except OSError:
        return ""


def _control_groups() -> Finding:
    name, kind = "limits of memory", find_place().kind
    if kind != "none":
        return Finding(name, f"each submission's processes are watched, and bounded by {kind}")
    return Finding(
        name,
        "each submission's processes are watched, and no control group bounds them "
        "(systemd would give one: sudo loginctl enable-linger $USER, then log in again)",
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
