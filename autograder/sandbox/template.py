"""The warm template: a Python process that has imported the course's packages and forks kernels.

It runs inside bubblewrap as the only process there, and its text is handed to the interpreter from
outside, so it depends on nothing of the grader. Only the grader can talk to it: its requests and
reports are JSON, one datagram each, over a socket that no kernel inherits.

request ``{"start": {...}}``   start a kernel in walls of its own, see :class:`StartRequest`
request ``{"kill": id}``       end that kernel and every process that belongs to it
report  ``{"ready": {}}``      the packages are imported, and a fork is safe
report  ``{"started": id}``    the kernel is isolated and has opened its sockets
report  ``{"ended": id, "status": n}``  the kernel and all its processes are gone
report  ``{"failed": reason}`` no kernel can be started here; the template ends

A kernel gets namespaces of its own, nested in bubblewrap's: it sees no process, file or shared
memory of another submission, and all of it ends together. It then gives up every right to change
that, so that student code has no more rights than in a sandbox that was started for it alone.
"""

from __future__ import annotations

import contextlib
import ctypes
import errno
import fcntl
import gc
import importlib
import json
import os
import platform
import resource
import select
import signal
import socket
import stat
import struct
import sys
import time
from collections.abc import Callable
from typing import Any, NamedTuple, NoReturn

SCRATCH = "/scratch"
ALL_CONNECTIONS = "/kernels"
OWN_CONNECTION = "/connection"
PRIVATE_DIRECTORIES = (SCRATCH, "/tmp", "/dev/shm")
MAX_REQUEST_BYTES = 128 * 1024
START_SECONDS = 120
FILES_PER_DIRECTORY = 65536

# What the course's notebooks import, as far as that starts neither JAX's backend nor a thread.
# ``genjax`` itself computes while it is imported; matplotlib's inline backend has to meet IPython.
PRELOADED = (
    "numpy",
    "jax",
    "jax.numpy",
    "jax.experimental.attrs",
    "jax.experimental.checkify",
    "jax.extend.core",
    "jax.extend.linear_util",
    "jax.scipy.special",
    "jax.scipy.stats",
    "jaxlib.mlir.dialects.mhlo",
    "tensorflow_probability.substrates.jax",
    "scipy.stats",
    "scipy.special",
    "matplotlib.pyplot",
    "penzai.pz",
    "treescope",
    "beartype.claw",
    "beartype.door",
    "beartype.vale",
    "jaxtyping",
    "deprecated",
    "ipykernel_launcher",
    "ipykernel.kernelapp",
    "ipykernel.zmqshell",
    "ipykernel.debugger",
    "IPython.core.completerlib",
    "IPython.core.logger",
    "IPython.extensions.storemagic",
    "tornado.platform.asyncio",
    "tornado.queues",
)

# Tracing makes so many short-lived objects that Python's own thresholds cost a tenth of a grade.
COLLECTOR_THRESHOLDS = (100_000, 50, 100)

# Environment variables that packages set when they are imported, which a kernel has as well.
_set_by_imports: dict[str, str] = {}


class CannotIsolate(Exception):
    """The walls between submissions cannot be built here; the message says why."""


class StartRequest(NamedTuple):
    """What a kernel is started with.

    Attributes:
        id: names the kernel, and its directory among :data:`ALL_CONNECTIONS`.
        environment: its whole environment.
        sockets: names of the sockets that it will open in its directory.
        cores: the processor cores that it may use; none means all that the template may use.
        scratch_bytes: room for files in each of its directories, and the size of one file.
        address_space_bytes: address space of each of its processes.
        processes: processes and threads.
        open_files: open files of one process.
    """

    id: str
    environment: dict[str, str]
    sockets: list[str]
    cores: list[int]
    scratch_bytes: int
    address_space_bytes: int
    processes: int
    open_files: int


class RunningKernel(NamedTuple):
    """A kernel's walls as the template holds them: its first process, whose end ends them all."""

    id: str
    process_id: int
    process_descriptor: int


# --- the template -----------------------------------------------------------------------------


def main() -> None:
    """Import, then serve requests until the grader closes the socket."""
    control = socket.socket(fileno=int(sys.argv[1]))
    control.set_inheritable(False)
    # The first process of a process namespace is safe from signals sent inside, unless it handles
    # them, which Python does for this one.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    if sys.path[0] == "":
        del sys.path[0]
    try:
        set_dumpable(False)
        seccomp_filter()
        import_packages()
        require_that_fork_is_safe()
        send(control, {"ready": {}})
        serve(control)
    except CannotIsolate as problem:
        send(control, {"failed": str(problem)})


def import_packages() -> None:
    """Import what can be imported before the fork, and take it out of the collector's sight."""
    before = dict(os.environ)
    # What is imported stays: looking for garbage meanwhile would take a quarter of the time.
    gc.disable()
    for name in PRELOADED:
        # Another version of a package may lack a module: then kernels import what they need.
        with contextlib.suppress(ImportError):
            importlib.import_module(name)
    _set_by_imports.update({name: os.environ[name] for name in os.environ if name not in before})
    # Objects that the collector never visits stay in memory pages that all kernels share.
    gc.freeze()
    gc.enable()


def require_that_fork_is_safe() -> None:
    """Refuse to go on where a forked kernel could hang: threads do not survive a fork."""
    threads = len(os.listdir("/proc/self/task"))
    if threads != 1:
        raise CannotIsolate(f"importing the course's packages started {threads - 1} threads")
    bridge = sys.modules.get("jax._src.xla_bridge")
    if getattr(bridge, "_backends", None):
        raise CannotIsolate("importing the course's packages started JAX's backend")


def serve(control: socket.socket) -> None:
    """Answer requests, one kernel at a time."""
    running: RunningKernel | None = None
    while True:
        waiting = select.poll()
        waiting.register(control, select.POLLIN)
        if running:
            waiting.register(running.process_descriptor, select.POLLIN)
        arrived = {descriptor for descriptor, _ in waiting.poll()}
        if running and running.process_descriptor in arrived:
            report_end(control, running)
            running = None
        if control.fileno() in arrived:
            message = control.recv(MAX_REQUEST_BYTES)
            if not message:
                return
            request = json.loads(message)
            if "start" in request and running is None:
                running = start_kernel(control, StartRequest(**request["start"]))
            elif running and request.get("kill") == running.id:
                os.kill(running.process_id, signal.SIGKILL)


def report_end(control: socket.socket, running: RunningKernel) -> None:
    """Say that a kernel is gone; its first process can be waited for when all others are."""
    _, status = os.waitpid(running.process_id, 0)
    os.close(running.process_descriptor)
    send(control, {"ended": running.id, "status": os.waitstatus_to_exitcode(status)})


def send(control: socket.socket, report: dict[str, Any]) -> None:
    """Send one report; a grader that has gone needs none."""
    with contextlib.suppress(OSError):
        control.send(json.dumps(report).encode())


def start_kernel(control: socket.socket, request: StartRequest) -> RunningKernel | None:
    """Fork a kernel and wait until it is isolated and has opened its sockets."""
    reading, writing = os.pipe()
    builder = os.fork()
    if builder == 0:
        in_new_process(writing, lambda: build_walls(request, writing))
    os.close(writing)
    notes = read_notes(reading, START_SECONDS)
    os.close(reading)
    if "process" not in notes:
        kill_and_wait(builder)
        raise CannotIsolate(notes.get("problem", "the first process did not come up"))
    os.waitpid(builder, 0)
    # Its parent has ended, and as the first process here the template has inherited it.
    process = int(notes["process"])
    if "open" not in notes:
        kill_and_wait(process)
        raise CannotIsolate(notes.get("problem", "the kernel did not open its sockets"))
    send(control, {"started": request.id})
    return RunningKernel(request.id, process, os.pidfd_open(process))


def read_notes(reading: int, seconds: float) -> dict[str, str]:
    """Lines ``name value`` from the processes that build the walls, until all have closed it."""
    received, deadline = b"", time.monotonic() + seconds
    waiting = select.poll()
    waiting.register(reading, select.POLLIN)
    while waiting.poll(max(0.0, deadline - time.monotonic()) * 1000):
        piece = os.read(reading, 4096)
        if not piece:
            break
        received += piece
    lines = received.decode(errors="replace").splitlines()
    return {name: value for name, _, value in (line.partition(" ") for line in lines)}


def note(writing: int, name: str, value: object = "") -> None:
    """Tell the template something while the walls are built."""
    os.write(writing, f"{name} {value}\n".encode())


def kill_and_wait(process: int) -> None:
    """End a process of which nothing more is expected."""
    with contextlib.suppress(ProcessLookupError):
        os.kill(process, signal.SIGKILL)
    os.waitpid(process, 0)


def in_new_process(writing: int, work: Callable[[], None]) -> NoReturn:
    """Do ``work`` and end: nothing may return into the template's own code after a fork."""
    status = 1
    try:
        work()
        status = 0
    except BaseException as error:
        with contextlib.suppress(OSError):
            note(writing, "problem", error)
    finally:
        os._exit(status)


# --- the walls --------------------------------------------------------------------------------


def build_walls(request: StartRequest, writing: int) -> None:
    """Enter new namespaces; the process forked here is the first one inside them."""
    close_descriptors_except(writing)
    # Only a dumpable process may write its own maps.
    set_dumpable(True)
    user, group = os.getuid(), os.getgid()
    call("unshare", NEW_USER | NEW_PROCESSES | NEW_MOUNTS | NEW_IPC | NEW_NETWORK)
    write_file("/proc/self/uid_map", f"{user} {user} 1")
    write_file("/proc/self/setgroups", "deny")
    write_file("/proc/self/gid_map", f"{group} {group} 1")
    first = os.fork()
    if first == 0:
        in_new_process(writing, lambda: watch_over_kernel(request, writing))
    note(writing, "process", first)


def watch_over_kernel(request: StartRequest, writing: int) -> None:
    """Be the first process inside: finish the walls, start the kernel, end when it ends."""
    # Where memory runs out, the submission goes first and not the template.
    with contextlib.suppress(OSError):
        write_file("/proc/self/oom_score_adj", "1000")
    set_dumpable(False)
    mount_private_directories(request)
    bring_loopback_up()
    kernel = os.fork()
    if kernel == 0:
        in_new_process(writing, lambda: become_kernel(request, writing))
    if wait_for_sockets(request.sockets, kernel):
        make_connection_read_only()
        note(writing, "open")
    os.close(writing)
    reap_until_end_of(kernel)


def mount_private_directories(request: StartRequest) -> None:
    """Give the kernel writable directories of its own and hide those of other kernels."""
    mount(None, "/", None, MOUNT_RECURSIVE | MOUNT_PRIVATE)
    mount(f"{ALL_CONNECTIONS}/{request.id}", OWN_CONNECTION, None, MOUNT_BIND)
    mount("tmpfs", ALL_CONNECTIONS, "tmpfs", MOUNT_READ_ONLY, "size=4k,mode=0500")
    size = f"size={request.scratch_bytes},nr_inodes={FILES_PER_DIRECTORY},mode=0755"
    for directory in PRIVATE_DIRECTORIES:
        below = {path: os.open(path, os.O_PATH) for path in mounts_below(directory)}
        mount("tmpfs", directory, "tmpfs", MOUNT_NO_SUID | MOUNT_NO_DEVICES, size)
        for path, descriptor in below.items():
            os.makedirs(path)
            mount(f"/proc/self/fd/{descriptor}", path, None, MOUNT_BIND | MOUNT_RECURSIVE)
            os.close(descriptor)
    # Where bubblewrap was started by root this is refused, because parts of its own are masked.
    # The old one then stays: it shows the template, which is not dumpable, and gives no access.
    flags = MOUNT_NO_SUID | MOUNT_NO_DEVICES | MOUNT_NO_PROGRAMS
    with contextlib.suppress(OSError):
        mount("proc", "/proc", "proc", flags)
    # To a grader that runs as root, the machine's own settings there would be open for writing.
    mount(None, "/proc", None, MOUNT_REMOUNT | MOUNT_BIND | MOUNT_READ_ONLY | flags)
    os.chdir(SCRATCH)


def mounts_below(directory: str) -> list[str]:
    """What is mounted inside a directory: the course and its environment may lie in ``/tmp``."""
    with open("/proc/self/mountinfo") as file:
        points = [line.split()[4].encode().decode("unicode_escape") for line in file]
    inside = sorted(point for point in set(points) if point.startswith(f"{directory}/"))
    return [
        point
        for point in inside
        if not any(point.startswith(f"{other}/") for other in inside)  # comes with that one
    ]


def bring_loopback_up() -> None:
    """A new network namespace has a loopback device that is down; bubblewrap's is up."""
    set_interface_flags, interface_up = 0x8914, 1
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as some_socket:
        request = struct.pack("16sh14x", b"lo", interface_up)
        fcntl.ioctl(some_socket, set_interface_flags, request)


def wait_for_sockets(names: list[str], kernel: int) -> bool:
    """Whether the kernel has opened its sockets; False when it has ended instead."""
    missing = [os.path.join(OWN_CONNECTION, name) for name in names]
    while missing:
        ended = os.waitid(os.P_PID, kernel, os.WEXITED | os.WNOHANG | os.WNOWAIT)
        if ended is not None:
            return False
        missing = [path for path in missing if not is_socket(path)]
        time.sleep(0.005)
    return True


def is_socket(path: str) -> bool:
    """Whether there is a socket at ``path``."""
    try:
        return stat.S_ISSOCK(os.stat(path).st_mode)
    except FileNotFoundError:
        return False


def make_connection_read_only() -> None:
    """Close the one place where student code could fill the machine's own disk.

    No student code has run yet, and a socket on a read-only file system can still be used.
    """
    kept = os.statvfs(OWN_CONNECTION).f_flag & (os.ST_NOSUID | os.ST_NODEV | os.ST_NOEXEC)
    mount(None, OWN_CONNECTION, None, MOUNT_REMOUNT | MOUNT_BIND | MOUNT_READ_ONLY | kept)


def reap_until_end_of(kernel: int) -> None:
    """Wait for orphans and the kernel; when the kernel has ended, end, and all others with it."""
    while True:
        process, status = os.wait()
        if process == kernel:
            code = os.waitstatus_to_exitcode(status)
            os._exit(code if code >= 0 else 128 - code)


# --- the kernel -------------------------------------------------------------------------------


def become_kernel(request: StartRequest, writing: int) -> None:
    """Give up all rights, look like a fresh interpreter, and serve the Jupyter protocol."""
    os.setsid()
    set_limits(request)
    if request.cores:
        os.sched_setaffinity(0, request.cores)
    give_up_capabilities()
    set_dumpable(True)
    install_seccomp_filter(seccomp_filter())
    look_like_new_process(request.environment)
    os.close(writing)
    arguments = ["-f", f"{OWN_CONNECTION}/kernel.json", "--HistoryManager.enabled=False"]
    run_ipykernel(arguments)


def set_limits(request: StartRequest) -> None:
    """Set the limits of each process, as ``prlimit`` does for a kernel that starts cold."""
    for kind, value in (
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_AS, request.address_space_bytes),
        (resource.RLIMIT_NOFILE, request.open_files),
        (resource.RLIMIT_NPROC, request.processes),
        (resource.RLIMIT_FSIZE, request.scratch_bytes),
    ):
        resource.setrlimit(kind, (value, value))


def look_like_new_process(environment: dict[str, str]) -> None:
    """Take over the environment and undo what differs from a newly started interpreter."""
    os.environ.clear()
    os.environ.update(_set_by_imports | environment, PWD=SCRATCH)
    no_device = os.open(os.devnull, os.O_RDWR)
    for standard_descriptor in (0, 1, 2):
        os.dup2(no_device, standard_descriptor)
    os.close(no_device)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    gc.set_threshold(*COLLECTOR_THRESHOLDS)
    # Every kernel forked from here would otherwise draw the same numbers; ``random`` knows that.
    if "numpy" in sys.modules:
        sys.modules["numpy"].random.seed()
    if "MPLCONFIGDIR" in environment:
        # Matplotlib made it when it was imported, in a directory that is now hidden.
        os.makedirs(environment["MPLCONFIGDIR"], exist_ok=True)


def run_ipykernel(arguments: list[str]) -> None:
    """Do what ``python -m ipykernel_launcher`` does."""
    import ipykernel_launcher  # type: ignore[import-untyped]
    from ipykernel.kernelapp import IPKernelApp

    sys.argv = [ipykernel_launcher.__file__, *arguments]
    sys.orig_argv = [sys.executable, "-m", "ipykernel_launcher", *arguments]
    IPKernelApp.launch_instance(argv=arguments)


# --- system calls -----------------------------------------------------------------------------

NEW_MOUNTS = 0x00020000
NEW_CGROUP = 0x02000000
NEW_HOST_NAME = 0x04000000
NEW_IPC = 0x08000000
NEW_USER = 0x10000000
NEW_PROCESSES = 0x20000000
NEW_NETWORK = 0x40000000
NEW_ANYTHING = (
    NEW_MOUNTS | NEW_CGROUP | NEW_HOST_NAME | NEW_IPC | NEW_USER | NEW_PROCESSES | NEW_NETWORK
)

MOUNT_READ_ONLY = 1
MOUNT_NO_SUID = 2
MOUNT_NO_DEVICES = 4
MOUNT_NO_PROGRAMS = 8
MOUNT_REMOUNT = 32
MOUNT_BIND = 4096
MOUNT_RECURSIVE = 16384
MOUNT_PRIVATE = 1 << 18

SET_DUMPABLE = 4
SET_SECCOMP = 22
DROP_FROM_BOUNDING_SET = 24
SET_SECURE_BITS = 28
SET_NO_NEW_PRIVILEGES = 38
AMBIENT_CAPABILITIES, CLEAR_ALL_AMBIENT = 47, 4
# No rights for user 0, no change of rights with the user, none kept or raised; all of it for good.
SECURE_BITS = 0b11101111

_libc = ctypes.CDLL(None, use_errno=True)


def call(name: str, *arguments: Any) -> None:
    """Call a function of the C library and raise ``OSError`` where it fails."""
    if getattr(_libc, name)(*arguments) == -1:
        number = ctypes.get_errno()
        raise OSError(number, f"{name}: {os.strerror(number)}")


def control_process(option: int, *values: int) -> None:
    """``prctl``: its arguments are longs, all five of which must be given."""
    padded = [*values, 0, 0, 0, 0][:4]
    call("prctl", ctypes.c_int(option), *(ctypes.c_ulong(value) for value in padded))


def set_dumpable(dumpable: bool) -> None:
    """Say whether processes of the same user may look into this one."""
    control_process(SET_DUMPABLE, int(dumpable))


def mount(
    source: str | None, target: str, kind: str | None, flags: int, options: str | None = None
) -> None:
    """Mount, naming the target where it fails."""
    texts = [text.encode() if text is not None else None for text in (source, target, kind)]
    try:
        call("mount", *texts, ctypes.c_ulong(flags), options.encode() if options else None)
    except OSError as error:
        raise OSError(error.errno, f"mount on {target}: {os.strerror(error.errno or 0)}") from None


def write_file(path: str, text: str) -> None:
    """Write a file of the kernel's in one piece, as it demands."""
    descriptor = os.open(path, os.O_WRONLY)
    try:
        os.write(descriptor, text.encode())
    finally:
        os.close(descriptor)


def close_descriptors_except(kept: int) -> None:
    """Close all but the standard ones and ``kept``: above all, the way to the grader."""
    os.closerange(3, kept)
    os.closerange(kept + 1, 2**20)


def number_of_capabilities() -> int:
    """How many capabilities the machine's kernel knows."""
    with open("/proc/sys/kernel/cap_last_cap") as file:
        return int(file.read()) + 1


def give_up_capabilities() -> None:
    """Drop every capability from every set, and the ways to get one back."""
    control_process(SET_NO_NEW_PRIVILEGES, 1)
    control_process(SET_SECURE_BITS, SECURE_BITS)
    control_process(AMBIENT_CAPABILITIES, CLEAR_ALL_AMBIENT)
    for capability in range(number_of_capabilities()):
        control_process(DROP_FROM_BOUNDING_SET, capability)
    third_version, this_process = 0x20080522, 0
    header = (ctypes.c_uint32 * 2)(third_version, this_process)
    call("capset", header, (ctypes.c_uint32 * 6)())


# --- the filter of system calls ---------------------------------------------------------------

# Names of the calls refused, with their numbers on x86_64 and aarch64. They build or change walls,
# look into other processes, load code into the machine's kernel, or (the last three) take memory
# that belongs to no process and so escapes the grader's watch.
REFUSED_CALLS: dict[str, tuple[int | None, int | None]] = {
    "unshare": (272, 97),
    "setns": (308, 268),
    "mount": (165, 40),
    "umount2": (166, 39),
    "pivot_root": (155, 41),
    "chroot": (161, 51),
    "open_tree": (428, 428),
    "move_mount": (429, 429),
    "fsopen": (430, 430),
    "fsconfig": (431, 431),
    "fsmount": (432, 432),
    "fspick": (433, 433),
    "mount_setattr": (442, 442),
    "name_to_handle_at": (303, 264),
    "open_by_handle_at": (304, 265),
    "ptrace": (101, 117),
    "process_vm_readv": (310, 270),
    "process_vm_writev": (311, 271),
    "process_madvise": (440, 440),
    "pidfd_getfd": (438, 438),
    "kcmp": (312, 272),
    "add_key": (248, 217),
    "request_key": (249, 218),
    "keyctl": (250, 219),
    "bpf": (321, 280),
    "userfaultfd": (323, 282),
    "perf_event_open": (298, 241),
    "fanotify_init": (300, 262),
    "io_uring_setup": (425, 425),
    "io_uring_enter": (426, 426),
    "io_uring_register": (427, 427),
    "kexec_load": (246, 104),
    "kexec_file_load": (320, 294),
    "init_module": (175, 105),
    "finit_module": (313, 273),
    "delete_module": (176, 106),
    "personality": (135, 92),
    "modify_ldt": (154, None),
    "iopl": (172, None),
    "ioperm": (173, None),
    "syslog": (103, 116),
    "acct": (163, 89),
    "quotactl": (179, 60),
    "quotactl_fd": (443, 443),
    "swapon": (167, 224),
    "swapoff": (168, 225),
    "reboot": (169, 142),
    "sethostname": (170, 161),
    "setdomainname": (171, 162),
    "settimeofday": (164, 170),
    "clock_settime": (227, 112),
    "clock_adjtime": (305, 266),
    "adjtimex": (159, 171),
    "migrate_pages": (256, 238),
    "move_pages": (279, 239),
    "memfd_create": (319, 279),
    "memfd_secret": (447, 447),
    "shmget": (29, 194),
}

CLONE_3 = 435
NEWEST_KNOWN_CALL = 466


class Machine(NamedTuple):
    """How one processor architecture is known to the filter."""

    audit_number: int
    column: int
    clone: int


MACHINES = {"x86_64": Machine(0xC000003E, 0, 56), "aarch64": Machine(0xC00000B7, 1, 220)}

# Instructions of the filter's little machine, see the kernel's ``networking/filter.rst``.
LOAD, RETURN = 0x20, 0x06
JUMP_IF_EQUAL, JUMP_IF_AT_LEAST, JUMP_IF_ANY_BIT = 0x15, 0x35, 0x45
AT_CALL_NUMBER, AT_ARCHITECTURE, AT_FIRST_ARGUMENT = 0, 4, 16
ALLOW = 0x7FFF0000
FAIL_WITH = 0x00050000


def seccomp_filter() -> bytes:
    """The filter for this machine: namespaces are closed, and the calls above are refused.

    Raises:
        CannotIsolate: the numbers of the calls are not known for this architecture.
    """
    machine = MACHINES.get(platform.machine())
    if machine is None or sys.byteorder != "little":
        raise CannotIsolate(f"there is no list of system calls for {platform.machine()}")
    refused = [numbers[machine.column] for numbers in REFUSED_CALLS.values()]
    lines: list[tuple[int, int, str, str]] = [
        (LOAD, AT_ARCHITECTURE, "", ""),
        # Programs of another architecture that this processor runs as well, such as 32-bit ones.
        (JUMP_IF_EQUAL, machine.audit_number, "", "missing"),
        (LOAD, AT_CALL_NUMBER, "", ""),
        # Calls that are newer than this list, as on an older kernel.
        (JUMP_IF_AT_LEAST, NEWEST_KNOWN_CALL + 1, "missing", ""),
        # Its flags lie in memory, where a filter cannot look. The C library then uses ``clone``.
        (JUMP_IF_EQUAL, CLONE_3, "missing", ""),
        *((JUMP_IF_EQUAL, number, "refused", "") for number in refused if number is not None),
        (JUMP_IF_EQUAL, machine.clone, "", "allowed"),
        (LOAD, AT_FIRST_ARGUMENT, "", ""),
        (JUMP_IF_ANY_BIT, NEW_ANYTHING, "refused", "allowed"),
    ]
    endings = {
        "allowed": ALLOW,
        "refused": FAIL_WITH | errno.EPERM,
        "missing": FAIL_WITH | errno.ENOSYS,
    }
    places = {name: len(lines) + place for place, name in enumerate(endings)}
    program = b""
    for place, (instruction, value, if_true, if_false) in enumerate(lines):
        steps = [places[name] - place - 1 if name else 0 for name in (if_true, if_false)]
        program += struct.pack("=HBBI", instruction, *steps, value)
    for value in endings.values():
        program += struct.pack("=HBBI", RETURN, 0, 0, value)
    return program


class _FilterProgram(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("instructions", ctypes.c_char_p))


def install_seccomp_filter(program: bytes) -> None:
    """Submit this process and all that it will start to the filter, for good."""
    filter_mode, bytes_per_instruction = 2, 8
    described = _FilterProgram(len(program) // bytes_per_instruction, program)
    control_process(SET_SECCOMP, filter_mode, ctypes.addressof(described))


if __name__ == "__main__":
    main()
