"""The walls hold for whoever grades: what root runs elsewhere in this folder, run as ``nobody``."""

import os
import sys
import tempfile
from pathlib import Path

import pytest
from other_user import USER, run_as_other_user

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


@pytest.fixture
def folder():
    """One of that user's; pytest's own are closed to others."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        os.chown(folder, USER.pw_uid, USER.pw_gid)
        yield folder


@pytest.mark.skipif(os.getuid() != 0, reason="everything else is run as an ordinary user already")
def test_the_walls_hold_for_another_user_than_root(folder):
    tests = [sys.executable, "-m", "pytest", "-n", "0", "-p", "no:cacheprovider", "-q"]
    tests += [f"--basetemp={folder}/tests"]
    tests += [str(Path(__file__).with_name(name)) for name in TESTS]
    done = run_as_other_user(tests, folder, ROOT, HOME=str(folder), TMPDIR=str(folder))
    assert done.returncode == 0, done.stdout[-5000:] + done.stderr[-1000:]
    assert "skipped" not in done.stdout
