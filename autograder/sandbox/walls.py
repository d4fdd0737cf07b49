"""The locked room: a bubblewrap sandbox in which a student's kernel runs.

Inside there is no network, no other process, no file of the course; only the interpreter, its
packages and the system's libraries, all read-only, and a scratch directory in memory that ends with
the kernel. See ``man bwrap`` for the options.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
import sys
import tempfile
from contextlib import suppress
from functools import cache
from pathlib import Path

from autograder.course import Limits
from autograder.errors import SandboxUnavailable

SCRATCH = "/scratch"
# What bubblewrap takes over from the machine into /dev.
DEVICES = ("null", "zero", "full", "random", "urandom", "tty")
INSTALL_HINT = "on Debian or Ubuntu: sudo apt-get install bubblewrap"


def choose(mode: str) -> str:
    """Settle ``auto``; the answer is ``bubblewrap`` or ``none``.

    Raises:
        SandboxUnavailable: a sandbox is wanted and bubblewrap is missing or does not work here.
    """
    if mode == "none":
        return mode
    reason = _why_bubblewrap_fails()
    if reason:
        raise SandboxUnavailable(
            f"Student code is only run inside a sandbox, and {reason}; if you trust these "
            "submissions as you trust your own code, add --sandbox none."
        )
    return "bubblewrap"


@cache
def _why_bubblewrap_fails() -> str:
    if shutil.which("bwrap") is None:
        return f"bubblewrap is not installed ({INSTALL_HINT})"
    inside = environment()
    for program in ("prlimit", "taskset"):
        if shutil.which(program, path=inside["PATH"]) is None:
            return (
                f"{program} is not installed (on Debian or Ubuntu: sudo apt-get install util-linux)"
            )
    nothing = [*bubblewrap(), *set_environment(inside), "--", sys.executable, "-c", ""]
    trial = subprocess.run(nothing, capture_output=True, text=True, timeout=60)
    if trial.returncode == 0:
        return ""
    complaint = (trial.stderr.strip().splitlines() or ["it gave no reason"])[-1]
    return f"bubblewrap does not work on this machine ({complaint})"


def limited(argv: list[str], limits: Limits, cores: list[int]) -> list[str]:
    """The command that runs ``argv`` on some of the machine's cores, each process limited."""
    return [
        *("taskset", "--cpu-list", ",".join(map(str, cores))),
        "prlimit",
        "--core=0",
        # XLA reserves more address space than it uses; what is used is watched from outside.
        f"--as={2 * limits.memory_bytes}",
        f"--nofile={limits.open_files}",
        f"--nproc={limits.processes}",
        f"--fsize={limits.scratch_bytes}",
        "--",
        *argv,
    ]


def set_environment(variables: dict[str, str]) -> list[str]:
    """The options that give what runs inside its environment; it gets no other."""
    return [word for name, value in variables.items() for word in ("--setenv", name, value)]


def environment(scratch: str = SCRATCH) -> dict[str, str]:
    """The whole environment of a student's kernel: nothing of the grader's own gets in."""
    return {
        "PATH": f"{sys.prefix}/bin:/usr/bin:/bin",
        "HOME": scratch,
        "TMPDIR": scratch,
        "IPYTHONDIR": f"{scratch}/.ipython",
        "MPLCONFIGDIR": f"{scratch}/.matplotlib",
        "LANG": "C.UTF-8",
        "TZ": "UTC",
        "JAX_PLATFORMS": "cpu",
        # The same submission must give the same result each time it is graded.
        "PYTHONHASHSEED": "0",
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONNOUSERSITE": "1",
        "PYDEVD_DISABLE_FILE_VALIDATION": "1",
    }


def visible_paths() -> list[Path]:
    """Directories of this machine that can be read inside: the system's, Python's, the packages'.

    Raises:
        SandboxUnavailable: the grader itself lies in one of them, so that a student could read the
            hidden suites.
    """
    paths = [Path("/usr"), Path(os.path.realpath(sys.base_prefix)), Path(sys.prefix)]
    secrets = [Path(__file__).resolve().parents[1], Path.cwd().resolve()]
    for path in paths:
        for secret in secrets:
            if secret.is_relative_to(path):
                raise SandboxUnavailable(
                    f"{secret} lies inside {path}, which student code can read: keep the course "
                    "outside the Python environment and install it with ./set_up.sh."
                )
    return paths


def bubblewrap(scratch_bytes: int = 2**20, *, namespaces_inside: bool = False) -> list[str]:
    """``bwrap`` and its options, up to but not including the command to run.

    ``namespaces_inside`` lets what runs there build further walls, as the warm template does;
    student code must not: in a user namespace of its own it would own what it cannot read.
    """
    size = str(scratch_bytes)
    options = [
        *protecting_devices(),
        _bwrap(),
        "--unshare-all",
        "--die-with-parent",
        "--new-session",
        "--clearenv",
    ]
    options += ["--uid", "1000", "--gid", "1000", "--hostname", "student", "--cap-drop", "ALL"]
    if not namespaces_inside and can_forbid_namespaces():
        options += ["--unshare-user", "--disable-userns"]
    # Before anything is bound: the course itself may lie in /tmp.
    options += ["--size", size, "--tmpfs", SCRATCH, "--size", size, "--tmpfs", "/tmp"]
    for path in visible_paths():
        options += ["--ro-bind", str(path), str(path)]
    for name in ("bin", "sbin", "lib", "lib32", "lib64"):
        target = Path("/", name)
        if target.is_symlink():
            options += ["--symlink", os.readlink(target), str(target)]
        elif target.is_dir():
            options += ["--ro-bind", str(target), str(target)]
    for name in ("ld.so.cache", "ld.so.conf", "ld.so.conf.d", "alternatives", "fonts"):
        options += ["--ro-bind-try", f"/etc/{name}", f"/etc/{name}"]
    options += ["--proc", "/proc", "--dev", "/dev"]
    if not namespaces_inside:
        # Where root grades, the user inside is root's number to the machine: its settings in
        # /proc/sys must not be writable. (The warm template does this for each of its kernels.)
        options += ["--remount-ro", "/proc"]
    options += ["--size", size, "--tmpfs", "/dev/shm", "--remount-ro", "/dev"]
    options += ["--chdir", SCRATCH]
    return options


def _bwrap() -> str:
    # In full: a kernel is started with an environment of its own, whose PATH is another.
    return shutil.which("bwrap") or "bwrap"


@cache
def protecting_devices() -> tuple[str, ...]:
    """What to start bubblewrap with, so that nobody inside can change who may use a device.

    Of the machine's files only these are shared with the inside and not read-only, and where root
    grades, the user inside has root's number. bubblewrap cannot make a device read-only and leave
    it usable, but keeps a mount read-only that it finds so: devices can be used through it, while
    their mode, owner and dates stay as they are. Nothing, where nobody inside has root's number,
    or where this root cannot mount anything.
    """
    programs = [shutil.which(name) for name in ("unshare", "sh", "mount")]
    if os.geteuid() != 0 or None in programs:
        return ()
    unshare, shell, mount = map(str, programs)
    made_read_only = "".join(
        f"{mount} --bind {path} {path} && {mount} -o remount,bind,ro {path} && "
        for path in (f"/dev/{name}" for name in DEVICES)
    )
    script = f'{made_read_only}exec "$@"'
    # In a container root may need a user namespace of its own to mount anything.
    for namespaces in (["--mount"], ["--user", "--map-root-user", "--mount"]):
        prefix = (unshare, *namespaces, shell, "-c", script, shell)
        with suppress(OSError):
            if subprocess.run([*prefix, "true"], capture_output=True, timeout=60).returncode == 0:
                return prefix
    return ()


@cache
def can_forbid_namespaces() -> bool:
    """Whether this bubblewrap has ``--disable-userns``, which came with its version 0.8."""
    help_text = subprocess.run([_bwrap(), "--help"], capture_output=True, text=True, timeout=60)
    return "--disable-userns" in help_text.stdout


class OutsideDirectory:
    """A directory outside, for a sandbox's sockets; it is there until it is removed.

    A grader that is killed leaves it behind. So its owner holds a lock on it, and whoever makes the
    next one removes those of the same user that nobody holds any more.

    Attributes:
        path: a short one: the name of a Unix socket has room for about a hundred characters.
    """

    def __init__(self) -> None:
        prefix = f"autograder-{os.getuid()}-"
        for found in Path(tempfile.gettempdir()).glob(f"{prefix}*"):
            lock = _lock(found)
            if lock is not None:
                _remove_all(found, lock)
        self._lock: int | None = None
        while self._lock is None:  # as long as others take it for one that was left behind
            self.path = Path(tempfile.mkdtemp(prefix=prefix))
            self._lock = _lock(self.path)

    def remove(self) -> None:
        """Remove it with all that is in it. Safe to call twice."""
        if self._lock is not None:
            _remove_all(self.path, self._lock)
        self._lock = None


def _lock(directory: Path) -> int | None:
    """A descriptor that locks a directory of this user's while it is open, None if it is held."""
    try:
        descriptor = os.open(directory, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    except OSError:
        return None
    with suppress(OSError):
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        # Whoever held it may have removed it just before.
        if directory.stat().st_uid == os.getuid():
            return descriptor
    os.close(descriptor)
    return None


def _remove_all(directory: Path, lock: int) -> None:
    try:
        shutil.rmtree(directory)
    except (OSError, RecursionError):
        # Student code may have made directories that nobody can list, or so deep that Python's
        # own recursion ends before they do.
        for command in ("chmod -R u+rwx", "rm -rf"):
            subprocess.run([*command.split(), "--", directory], capture_output=True, check=False)
    os.close(lock)
