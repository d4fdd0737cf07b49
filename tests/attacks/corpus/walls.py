"""Attacks that write outside, outlive their grading, reach for others, or take the walls down."""

from attacks.corpus.attack import Attack

_LIBC = """
import ctypes, os
libc = ctypes.CDLL(None, use_errno=True)
def call(name, *arguments):
    status = getattr(libc, name)(*arguments)
    print(name, os.strerror(ctypes.get_errno()) if status == -1 else "succeeded")
"""

WALLS = (
    Attack(
        "writes into the course",
        "Puts a file of its own beside the grader's.",
        "open(places['outside'] + '/mark', 'w').write('I was here')",
        told="FileNotFoundError|Read-only",
        leaves="mark",
        control=True,
    ),
    Attack(
        "gives itself points in the gradebook",
        "Changes its score in nbgrader's database.",
        """
import sqlite3
gradebook = sqlite3.connect(places["gradebook"])
gradebook.execute("update grade set score = 20")
gradebook.commit()
open(places["outside"] + "/paid", "w")
""",
        told="unable to open database file",
        leaves="paid",
        control=True,
    ),
    Attack(
        "writes through another process's root",
        "Leaves the mount namespace by /proc.",
        """
open(f"/proc/{places['process']}/root{places['outside']}/through", "w")
""",
        leaves="through",
        control=True,
    ),
    Attack(
        "changes who may use a device",
        "Changes the mode of the machine's own devices, which root's number inside would let it.",
        """
import os
changed = []
for name in ("full", "null", "zero", "random", "urandom", "tty"):
    try:
        os.chmod(f"/dev/{name}", os.stat(f"/dev/{name}").st_mode & 0o777)
        changed.append(name)
    except OSError:
        pass
open("/dev/null", "w").write("It can be used.")
assert open("/dev/urandom", "rb").read(8) != open("/dev/zero", "rb").read(8)
print("changed:", changed or "none")
""",
        told="changed: none",
        cold=True,
    ),
    Attack(
        "plants a file for later submissions",
        "Writes where the next kernel looks for modules, settings and temporary files.",
        """
import os, site, sys
for folder in (*site.getsitepackages(), sys.prefix, "/usr/lib", "/etc", "/scratch", "/tmp",
               "/dev/shm", "/scratch/.ipython/profile_default/startup"):
    try:
        os.makedirs(folder, exist_ok=True)
        open(f"{folder}/planted_by_an_attack.py", "w").write("raise SystemExit")
    except OSError:
        pass
""",
        cold=True,
    ),
    Attack(
        "leaves a daemon behind",
        "Forks twice into a session of its own and waits for the grading to be over.",
        """
import os, time
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        open(places["outside"] + "/daemon", "w").write(str(os.getpid()))
        os.execvp("sleep", ["sleep", "10000"])
    os._exit(0)
os.wait()
""",
        leaves="daemon",
        control=True,
    ),
    Attack(
        "kills another process",
        "Ends a process of the machine by its number.",
        """
import os
os.kill(places["victim"], 9)
""",
        told="ProcessLookupError|PermissionError",
        leaves="killed",
        control=True,
    ),
    Attack(
        "kills its parents",
        "Sends every signal to the first process and to whatever started the kernel.",
        """
import os, signal
status = lambda process: dict(l.split(":", 1) for l in open(f"/proc/{process}/status"))
process, targets = os.getpid(), {1, os.getppid()}
while process > 0:
    process = int(status(process)["PPid"])
    targets.add(process)
for target in targets - {0, os.getpid()}:
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGSTOP, signal.SIGKILL):
        try:
            os.kill(target, number)
        except OSError:
            pass
""",
        cold=True,
    ),
    Attack(
        "makes a user namespace",
        "Becomes root of a user namespace, in which the other walls could be taken down.",
        _LIBC + "call('unshare', 0x10000000)\nprint(open('/proc/self/uid_map').read())",
        told="unshare (Operation not permitted|No space left|Invalid argument)",
        cold=True,
    ),
    Attack(
        "mounts and unmounts",
        "Takes away the mounts that hide and protect files.",
        _LIBC
        + """
call("mount", b"tmpfs", b"/scratch", b"tmpfs", 0, None)
call("mount", None, b"/proc", None, 32 | 4096, None)
call("umount2", b"/tmp", 2)
call("chroot", b"/scratch")
call("pivot_root", b"/scratch", b"/scratch") if hasattr(libc, "pivot_root") else None
""",
        told="mount Operation not permitted",
        cold=True,
    ),
    Attack(
        "builds a sandbox in the sandbox",
        "Runs bubblewrap itself, which makes namespaces wherever that is allowed.",
        "!bwrap --unshare-all --ro-bind / / ls -la /proc/self/ns",
        told="bwrap: |command not found",
    ),
    Attack(
        "becomes another user",
        "Uses setuid programs and system calls to become root.",
        _LIBC
        + """
call("setuid", 0)
call("setgroups", 0, None)
print(os.popen("su -c id; sudo -n id; mount 2>&1 | head -1").read(), os.getuid())
""",
        told="setuid (Operation not permitted|Invalid argument|succeeded)",
    ),
    Attack(
        "filters its own system calls",
        "Makes every write fail with a filter of its own, so that the agent cannot answer.",
        _LIBC
        + """
import struct
write = 1 if os.uname().machine == "x86_64" else 64
lines = [(0x20, 0, 0, 0), (0x15, 0, 1, write), (6, 0, 0, 0x00050001), (6, 0, 0, 0x7FFF0000)]
program = b"".join(struct.pack("=HBBI", *line) for line in lines)
class Program(ctypes.Structure):
    _fields_ = [("length", ctypes.c_ushort), ("lines", ctypes.c_char_p)]
call("prctl", 38, 1, 0, 0, 0)
call("prctl", 22, 2, ctypes.byref(Program(len(lines), program)), 0, 0)
""",
    ),
    Attack(
        "changes the machine's settings",
        "Writes into /proc/sys and /sys, which are the machine's own.",
        """
import os
for path in ("/proc/sys/kernel/core_pattern", "/proc/sys/vm/drop_caches", "/proc/sysrq-trigger",
             "/proc/self/oom_score_adj", "/proc/1/oom_score_adj", "/sys/fs/cgroup/cgroup.procs"):
    try:
        os.close(os.open(path, os.O_WRONLY))
        print(path, "can be written")
    except OSError as error:
        print(path, error.strerror)
""",
        told="core_pattern (Read-only file system|Permission denied)",
        cold=True,
    ),
    Attack(
        "takes all processor cores",
        "Undoes its confinement to one core and raises its priority.",
        """
import os
print("cores", os.sched_setaffinity(0, range(64)))
os.setpriority(os.PRIO_PROCESS, 0, -20)
""",
        told="PermissionError",
    ),
    Attack(
        "fills its connection directory",
        "Writes next to its sockets: the one place that a cold kernel shares with the machine.",
        """
import os, time
from ipykernel.connect import get_connection_file
folder = os.path.dirname(get_connection_file())
for number in range(100):
    open(f"{folder}/{number}", "wb").write(bytes(2**20))
time.sleep(1000)
""",
        told="Read-only file system|where only its connection belongs",
        cold=True,
    ),
)
