"""Compiled code that kernels need not make again: JAX's persistent cache, made safe.

Most of a kernel's time goes into compiling, and every submission compiles much the same programs.
JAX can keep compiled programs in a directory, but jaxlib 0.5.3 on a CPU, as it comes, then computes
something else without a word: samplers with a loop inside return wrong draws. What cures it:

* XLA's older runtime, whose programs come back as they were; see ``XLA_FLAGS``.
* No oneDNN. With it, a matrix product that was compiled on one core and is read on two overruns
  its scratch memory, and the kernel dies or worse; JAX's keys do not tell the two apart.
* One thread, wherever a notebook is graded, so that sums are added up in the same order.
* A canary: ``canary()`` draws from samplers that went wrong, and nothing is published on a machine
  where the draws do not come back bit for bit.

A store is filled by the course's own answer keys, never by a submission, and is bound read-only
into students' kernels. Its directory cannot be listed: a program is found only by whoever has
already written it. That holds only where students cannot make user namespaces, in which they would
own the directory: bubblewrap needs ``--unshare-user --disable-userns``.
"""

from __future__ import annotations

import hashlib
import json
import os
import platform
import shutil
import subprocess
import sys
import tempfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

# Where a store is bound inside the sandbox. JAX leaves the path out of its keys.
PLACE = "/compiled"

# JAX hashes this very text into its keys: readers and fillers must use the same.
XLA_FLAGS = (
    "--xla_cpu_use_thunk_runtime=false "
    "--xla_disable_hlo_passes=onednn-contraction-rewriter,onednn-ops-rewriter"
)

# zstandard is not needed, but where it is installed JAX compresses with it, and its keys change.
PACKAGES = (
    "genjax",
    "jax",
    "jaxlib",
    "numpy",
    "scipy",
    "tensorflow-probability",
    "zstandard",
)

# Of wall time, and long: a busy machine must not fail here.
CANARY_SECONDS = 300.0

_PROGRAMS = "programs"
_PROCESSOR_FACTS = {
    *("vendor_id", "cpu family", "model", "model name", "stepping", "flags"),
    *("CPU implementer", "CPU architecture", "CPU variant", "CPU part", "Features"),
}

# Samplers with loops inside: what the default runtime gets wrong when it reads them back.
_CANARY_PROGRAM = """
import hashlib, json
import jax
import numpy as np
from jax import monitoring, random
from tensorflow_probability.substrates.jax import distributions

events = []
monitoring.register_event_listener(lambda name, **_: events.append(name.rsplit("/", 1)[-1]))


def draw(key):
    return distributions.Binomial(40.0, probs=0.6).sample(seed=key), random.gamma(key, 2.5)


draws = jax.jit(jax.vmap(draw))(random.split(random.PRNGKey(1), 2000))
digest = hashlib.sha256(b"".join(np.asarray(column).tobytes() for column in draws)).hexdigest()
asked, found = (events.count(name) for name in ("compile_requests_use_cache", "cache_hits"))
print(json.dumps({"draws": digest, "asked": asked, "found": found}))
"""


class CompiledCodeUnusable(Exception):
    """Programs read back from a store would not compute what they should; the message says why."""


def environment(store: Path | None, place: str = PLACE) -> dict[str, str]:
    """The variables of a kernel that reads ``store``, which is bound at ``place``.

    Without a store the numbers are the same, only later: flags and threads do not depend on it, so
    that a grade does not depend on whether the grader's machine has a store.
    """
    if store is None:
        return _numerics(XLA_FLAGS) | {"JAX_ENABLE_COMPILATION_CACHE": "false"}
    # A program is read whatever its compile time, and written only if that exceeds the minimum.
    return _cache_variables(XLA_FLAGS, place, shortest_seconds="1e9")


def filling_environment(place: str = PLACE) -> dict[str, str]:
    """The variables of a kernel that puts each program it compiles into the store at ``place``."""
    return _cache_variables(XLA_FLAGS, place, shortest_seconds="0")


def bubblewrap_options(programs: Path, *, writable: bool = False) -> list[str]:
    """What binds a store into the sandbox; only a kernel that runs an answer key may write."""
    return ["--bind" if writable else "--ro-bind", str(programs), PLACE]


def store_key(contents: str = "") -> str:
    """A name for all that compiled programs depend on: versions, flags, processor.

    ``contents`` says what fills the store, such as a digest of the answer keys: other keys, another
    store. JAX's own keys know jaxlib, the flags and the processor's features, but not its model,
    for which code is tuned, nor the packages whose programs these are.
    """
    facts = {
        "python": platform.python_version(),
        "machine": platform.machine(),
        "processor": _processor(),
        "packages": {package: _version(package) for package in PACKAGES},
        "environment": environment(None),
        "contents": contents,
    }
    return hashlib.sha256(json.dumps(facts, sort_keys=True).encode()).hexdigest()[:24]


def published(root: Path, contents: str = "") -> Path | None:
    """The directory of programs below ``root`` for this machine and these versions, if any."""
    programs = root / store_key(contents) / _PROGRAMS
    return programs if programs.is_dir() else None


@contextmanager
def filling(root: Path, contents: str = "") -> Iterator[Path]:
    """A new directory to be filled; published whole if the block ends well, otherwise forgotten.

    JAX writes a program straight under its final name, so an interruption leaves half of one. A
    reader would compile that program again, but warn about it in the student's notebook. So
    nothing is read from a directory that is still being filled, and torn programs are dropped.
    Where two fillers work at the same time, the first to end publishes.

    Raises:
        CompiledCodeUnusable: ``canary()`` says that it must not be done here, or nothing came in.
    """
    if reason := canary():
        raise CompiledCodeUnusable(f"Compiled programs cannot be kept on this machine: {reason}.")
    root.mkdir(parents=True, exist_ok=True)
    draft = Path(tempfile.mkdtemp(prefix=".filling-", dir=root))
    programs = draft / _PROGRAMS
    try:
        programs.mkdir()
        yield programs
        if not _seal(programs):
            raise CompiledCodeUnusable("The answer keys have put no program into the store.")
        draft.chmod(0o755)
        _publish(draft, root / store_key(contents))
    finally:
        _remove(draft)


def remove_outdated(root: Path, contents: str = "") -> None:
    """Remove what other versions, processors or answer keys have left below ``root``.

    A kernel that reads one of these goes on: what it no longer finds it compiles. Not to be called
    while another process fills.
    """
    for directory in root.iterdir() if root.is_dir() else ():
        if directory.name != store_key(contents):
            _remove(directory)


def remove_all(root: Path) -> None:
    """Remove every store below ``root``."""
    for directory in root.iterdir() if root.is_dir() else ():
        _remove(directory)


def canary(xla_flags: str = XLA_FLAGS) -> str:
    """Why compiled programs must not be kept on this machine; empty if they may be.

    Samplers draw in three fresh processes: without a cache, filling one, and reading from it. All
    draws must be the same, bit for bit. It takes about six seconds of one core.
    """
    with tempfile.TemporaryDirectory(prefix="canary-") as place:
        try:
            fresh = _canary_run(_numerics(xla_flags))
            _canary_run(_cache_variables(xla_flags, place, shortest_seconds="0"))
            loaded = _canary_run(_cache_variables(xla_flags, place, shortest_seconds="1e9"))
        except subprocess.TimeoutExpired:
            return f"drawing a few random numbers took more than {CANARY_SECONDS:.0f} seconds"
        except (subprocess.CalledProcessError, ValueError) as problem:
            return _why_it_failed(problem)
    if not 0 < loaded["found"] == loaded["asked"]:
        return f"of {loaded['asked']} stored programs only {loaded['found']} were found again"
    if loaded["draws"] != fresh["draws"]:
        return "programs that come back from the store compute something else"
    return ""


def _numerics(xla_flags: str) -> dict[str, str]:
    """What settles the numbers: the compiler's flags, and one thread each for XLA and LAPACK."""
    return {"XLA_FLAGS": xla_flags, "PJRT_NPROC": "1", "OPENBLAS_NUM_THREADS": "1"}


def _cache_variables(xla_flags: str, place: str, shortest_seconds: str) -> dict[str, str]:
    return _numerics(xla_flags) | {
        "JAX_ENABLE_COMPILATION_CACHE": "true",
        "JAX_COMPILATION_CACHE_DIR": place,
        "JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS": shortest_seconds,
        "JAX_PERSISTENT_CACHE_MIN_ENTRY_SIZE_BYTES": "-1",
        "JAX_PERSISTENT_CACHE_ENABLE_XLA_CACHES": "none",
    }


def _canary_run(variables: dict[str, str]) -> dict[str, Any]:
    # Nothing of the caller's environment: its own flags would be part of JAX's keys.
    run = subprocess.run(
        [sys.executable, "-I", "-B", "-c", _CANARY_PROGRAM],
        env={"JAX_PLATFORMS": "cpu", "PATH": os.defpath} | variables,
        capture_output=True,
        text=True,
        timeout=CANARY_SECONDS,
        check=True,
    )
    answer = json.loads(run.stdout)
    assert isinstance(answer, dict)
    return answer


def _why_it_failed(problem: subprocess.CalledProcessError | ValueError) -> str:
    if isinstance(problem, ValueError):
        return "drawing a few random numbers printed something else"
    last_line = (problem.stderr.strip().splitlines() or [f"status {problem.returncode}"])[-1]
    return f"drawing a few random numbers failed: {last_line}"


def _processor() -> list[str]:
    """The kinds of processor here; a machine may have several, each with its own features."""
    try:
        described = Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return [platform.processor()]
    facts = set()
    for line in described.splitlines():
        name, _, value = line.partition(":")
        if name.strip() in _PROCESSOR_FACTS:
            facts.add(f"{name.strip()}: {' '.join(sorted(value.split()))}")
    return sorted(facts)


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "not installed"


def _seal(programs: Path) -> bool:
    """Drop torn programs, make the rest read-only and unlistable; False if nothing is left."""
    anything = False
    for program in programs.iterdir():
        if _is_whole(program):
            program.chmod(0o444)
            anything = True
        else:
            program.unlink()
    programs.chmod(0o311)
    return anything


def _is_whole(program: Path) -> bool:
    try:
        zlib.decompress(program.read_bytes())  # it ends with a checksum
    except zlib.error:
        return False
    return True


def _publish(draft: Path, target: Path) -> None:
    """One rename, so that a store is there completely or not at all."""
    try:
        draft.rename(target)
    except OSError:
        if not target.is_dir():
            raise


def _remove(directory: Path) -> None:
    programs = directory / _PROGRAMS
    if programs.is_dir():
        programs.chmod(0o700)  # what cannot be listed cannot be emptied
    shutil.rmtree(directory, ignore_errors=True)
