"""Control groups: limits of the machine's own, where this user can set some."""

import os
import subprocess

import pytest

from autograder.course import Limits
from autograder.sandbox import cgroups
from autograder.sandbox.cgroups import ControlGroup, Place

LIMITS = Limits(memory_bytes=2**30, scratch_bytes=2**20, processes=100)
MEMORY = 2**30 + 3 * 2**20 + 2**30
ENABLED = "cpu memory pids"


@pytest.fixture
def second_version(tmp_path):
    """What looks like the second version's folder."""
    (tmp_path / "cgroup.subtree_control").write_text(ENABLED)
    return tmp_path


def test_places_are_found_for_both_versions(second_version, monkeypatch):
    monkeypatch.setattr(cgroups.shutil, "which", lambda name: None)
    own = "4:memory:/of/mine\n8:pids:/\n0::/\n"
    first = Place("cgroup v1", (second_version / "memory/of/mine", second_version / "pids"))
    second = Place("cgroup v2", (second_version,))
    assert cgroups._places(second_version, own) == [first, second]
    (second_version / "cgroup.subtree_control").write_text("cpu pids")
    assert cgroups._places(second_version, "0::/user.slice\n") == []


def test_a_group_of_the_second_version_has_limits(second_version):
    group = ControlGroup(LIMITS, Place("cgroup v2", (second_version,)))
    (folder,) = second_version.glob("autograder-*")
    found = {path.name: path.read_text() for path in folder.iterdir()}
    assert found == {"memory.max": str(MEMORY), "memory.swap.max": "0", "pids.max": "164"}
    said = subprocess.run([*group.prefix, "/bin/echo", "$$", "--"], capture_output=True, text=True)
    assert said.stdout == "$$ --\n"
    assert (folder / "cgroup.procs").read_text().strip().isdigit()


def test_what_cannot_join_its_group_is_not_run(second_version):
    group = ControlGroup(LIMITS, Place("cgroup v2", (second_version,)))
    (folder,) = second_version.glob("autograder-*")
    (folder / "cgroup.procs").mkdir()
    said = subprocess.run([*group.prefix, "/bin/echo", "run"], capture_output=True, text=True)
    assert said.returncode != 0
    assert said.stdout == ""


@pytest.mark.parametrize("works", [True, False])
def test_systemd_is_asked_for_a_scope(tmp_path, monkeypatch, works):
    program = tmp_path / "systemd-run"
    asked = tmp_path / "asked"
    run = 'while [ "$1" != -- ]; do shift; done; shift; exec "$@"' if works else "exit 1"
    program.write_text(f'#!/bin/sh\necho "$@" > {asked}\n{run}\n')
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    assert cgroups._works(Place("systemd")) is works
    assert "--user --scope" in asked.read_text()
    assert f"MemoryMax={MEMORY}" in " ".join(ControlGroup(LIMITS, Place("systemd")).prefix)


def test_groups_that_a_killed_grader_left_behind_are_removed(tmp_path):
    ended = subprocess.Popen(["/bin/true"])
    ended.wait()
    (tmp_path / f"autograder-{ended.pid}-1").mkdir()
    (tmp_path / f"autograder-{os.getpid()}-1").mkdir()
    cgroups._remove_left_behind(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == [f"autograder-{os.getpid()}-1"]


def test_a_group_of_this_machine_holds_what_runs_in_it():
    place = cgroups.find_place()
    if not place.folders:
        pytest.skip("this user cannot make control groups in this machine's folders")
    group = ControlGroup(LIMITS, place)
    folders = list(group._folders)
    said = subprocess.run([*group.prefix, "/bin/cat", "/proc/self/cgroup"], capture_output=True)
    assert all(f"/{folder.name}\n".encode() in said.stdout for folder in folders)
    group.remove()
    group.remove()
    assert not any(folder.exists() for folder in folders)
