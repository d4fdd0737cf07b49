"""The walls hold for whoever grades: what root runs elsewhere in this folder, run as ``nobody``."""

import os
import pwd
import shlex
import shutil
import stat
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from course_config import ROOT

# Where the two differ: rights over files and processes, namespaces, limits that root has not.
ALONE = "test_attacks.py::test_an_attack_gains_nothing"
TESTS = (
    "test_positive_control.py",
    "test_attacks.py::test_all_of_them_together_leave_nothing",
    *(
        f"{ALONE}[{name}]"
        for name in (
            "kills-everything",
            "makes-a-user-namespace",
            "mounts-and-unmounts",
            "changes-the-machine's-settings",
            "hides-memory-in-an-anonymous-file",
            "starts-processes-without-end",
        )
    ),
    f"{ALONE}_in_a_cold_kernel[fills-its-connection-directory]",
    f"{ALONE}_in_a_cold_kernel[starts-processes-without-end]",
)


USER = pwd.getpwnam("nobody")


@pytest.fixture
def folder():
    """One of that user's; pytest's own are closed to others."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        os.chown(folder, USER.pw_uid, USER.pw_gid)
        yield folder


@pytest.mark.skipif(os.getuid() != 0, reason="everything else is run as an ordinary user already")
def test_the_walls_hold_for_another_user_than_root(folder):
    for program in ("setpriv", "unshare", "mount"):
        if shutil.which(program) is None:
            pytest.skip(f"there is no {program} here to become another user")
    tests = [sys.executable, "-m", "pytest", "-n", "0", "-p", "no:cacheprovider", "-q"]
    tests += [f"--basetemp={folder}/tests"]
    tests += [str(Path(__file__).with_name(name)) for name in TESTS]
    as_user = f"setpriv --reuid={USER.pw_uid} --regid={USER.pw_gid} --clear-groups"
    script = "\n".join(["set -e", *opened(folder), f"exec {as_user} {shlex.join(tests)}"])
    done = subprocess.run(
        ["unshare", "--mount", "--propagation", "private", "sh", "-c", script],
        cwd=ROOT,
        env={
            "PATH": os.environ["PATH"],
            "HOME": str(folder),
            "TMPDIR": str(folder),
            "PYTHONDONTWRITEBYTECODE": "1",
        },
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
    )
    if "mount" in done.stderr and not done.stdout:
        pytest.skip(f"this machine does not allow it: {done.stderr.strip()}")
    assert done.returncode == 0, done.stdout[-5000:] + done.stderr[-1000:]
    assert "skipped" not in done.stdout


def opened(folder: Path) -> Iterator[str]:
    """Commands that show the interpreter and the course to everybody, in a mount namespace.

    They may lie in a folder of root's that is closed to others; what else is there stays hidden.
    """
    needed = {ROOT, Path(sys.prefix), Path(os.path.realpath(sys.base_prefix))}
    closed = {closed_part(path): None for path in sorted(needed) if closed_part(path)}
    for number, top in enumerate(closed):
        below = sorted(path for path in needed if path.is_relative_to(top))
        for i, path in enumerate(below):
            yield f"mkdir {folder}/{number}-{i} && mount --bind {path} {folder}/{number}-{i}"
        yield f"mount -t tmpfs -o mode=755 tmpfs {top}"
        for i, path in enumerate(below):
            yield f"mkdir -p {path} && mount --bind {folder}/{number}-{i} {path}"


def closed_part(path: Path) -> Path | None:
    """The uppermost folder on the way to a path into which only its owner may go."""
    return next((part for part in [*path.parents][::-1] if not is_open(part)), None)


def is_open(folder: Path) -> bool:
    return bool(folder.stat().st_mode & stat.S_IXOTH)
