"""Programs run as another Unix user than root, where a test runs as root."""

import os
import pwd
import shlex
import shutil
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from course_config import ROOT

USER = pwd.getpwnam("nobody")


def run_as_other_user(
    command: list[str], folder: Path, cwd: Path, **environment: str
) -> subprocess.CompletedProcess[str]:
    """Run a command as ``nobody``, who can read the interpreter and the course's code.

    Args:
        command: program and arguments.
        folder: one outside of root's folders, for mount points.
        cwd: where to run it.
        environment: variables besides ``PATH``.
    """
    for program in ("setpriv", "unshare", "mount"):
        if shutil.which(program) is None:
            pytest.skip(f"there is no {program} here to become another user")
    as_user = f"setpriv --reuid={USER.pw_uid} --regid={USER.pw_gid} --clear-groups"
    enter = f"cd {shlex.quote(str(cwd))}"
    script = "\n".join(["set -e", *opened(folder), enter, f"exec {as_user} {shlex.join(command)}"])
    done = subprocess.run(
        ["unshare", "--mount", "--propagation", "private", "sh", "-c", script],
        cwd="/",
        env={"PATH": os.environ["PATH"], "PYTHONDONTWRITEBYTECODE": "1", **environment},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
    )
    if "mount" in done.stderr and not done.stdout:
        pytest.skip(f"this machine does not allow it: {done.stderr.strip()}")
    return done


def opened(folder: Path) -> Iterator[str]:
    """Commands that show the interpreter and the course to everybody, in a mount namespace.

    They may lie in a folder of root's that is closed to others; what else is there stays hidden.
    """
    needed = {ROOT, Path(sys.prefix), Path(os.path.realpath(sys.base_prefix))}
    closed = {closed_part(path): None for path in sorted(needed) if closed_part(path)}
    for number, top in enumerate(closed):
        below = sorted(path for path in needed if path.is_relative_to(top))
        for i, path in enumerate(below):
            yield f"mkdir -p {folder}/{number}-{i} && mount --bind {path} {folder}/{number}-{i}"
        yield f"mount -t tmpfs -o mode=755 tmpfs {top}"
        for i, path in enumerate(below):
            yield f"mkdir -p {path} && mount --bind {folder}/{number}-{i} {path}"


def closed_part(path: Path) -> Path | None:
    """The uppermost folder on the way to a path into which only its owner may go."""
    return next((part for part in [*path.parents][::-1] if not is_open(part)), None)


def is_open(folder: Path) -> bool:
    """Whether everybody may go into a folder."""
    return bool(folder.stat().st_mode & stat.S_IXOTH)
