"""Secrets planted where attacks look for them, and harm that they may do.

Everything here is made for the tests, in a folder and by processes of their own: an attack that
gets through finds a secret word and nothing else.
"""

import ctypes
import json
import os
import secrets
import signal
import sqlite3
import subprocess
import sys
import uuid
from contextlib import suppress
from pathlib import Path

# A process that is none of the submission's. It holds secrets in its memory, in a deleted file and
# in shared memory, and tells them to whoever connects; it says on its output where they are.
_BYSTANDER = """
import ctypes, json, os, selectors, socket, sys
told = json.loads(sys.stdin.readline())
memory = ctypes.create_string_buffer(told["memory"].encode(), 100)
hidden = open("hidden", "w+")
hidden.write(told["descriptor"])
hidden.flush()
os.remove("hidden")
libc = ctypes.CDLL(None)
let_anybody_trace, anybody = 0x59616D61, ctypes.c_ulong(-1)
libc.prctl(let_anybody_trace, anybody, 0, 0, 0)
libc.shmat.restype = ctypes.c_void_p
segment = libc.shmget(0, 4096, 0o1600)
if segment != -1:
    ctypes.memmove(libc.shmat(segment, None, 0), told["segment"].encode(), len(told["segment"]))
    libc.shmctl(segment, 0, None)  # it goes with this process
with open(told["shared name"], "w") as file:
    file.write(told["shared"])
waiting = selectors.DefaultSelector()
def listen(name, family, kind, address):
    listener = socket.socket(family, kind)
    listener.bind(address)
    if kind == socket.SOCK_STREAM:
        listener.listen()
    waiting.register(listener, selectors.EVENT_READ, told[name].encode())
    return listener.getsockname()
tcp = listen("tcp", socket.AF_INET, socket.SOCK_STREAM, ("127.0.0.1", 0))
udp = listen("udp", socket.AF_INET, socket.SOCK_DGRAM, ("127.0.0.1", 0))
listen("abstract", socket.AF_UNIX, socket.SOCK_STREAM, "\\0" + told["abstract name"])
listen("socket", socket.AF_UNIX, socket.SOCK_STREAM, "socket")
print(json.dumps({
    "address": ctypes.addressof(memory), "descriptor": hidden.fileno(), "segment": segment,
    "tcp": tcp[1], "udp": udp[1]}), flush=True)
while True:
    for key, _ in waiting.select():
        if key.fileobj.type == socket.SOCK_DGRAM:
            _, address = key.fileobj.recvfrom(1000)
            key.fileobj.sendto(key.data, address)
        else:
            connection, _ = key.fileobj.accept()
            connection.sendall(key.data)
            connection.close()
"""

_KINDS = (
    "suite gradebook submission connection environment argument descriptor notes memory grader "
    "segment shared tcp udp abstract socket"
).split()


class Planted:
    """Secrets, the places where they are, and what harm was done. Use it as a context manager.

    Attributes:
        secrets: the secret words by kind; no two are the same.
        places: what an attack is told, for its code.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.secrets = {kind: f"swordfish-{kind}-{secrets.token_hex(8)}" for kind in _KINDS}
        self.places: dict[str, str | int] = {}

    def __enter__(self) -> "Planted":
        self._plant_files()
        self._victim = subprocess.Popen(["sleep", "10000"])
        name = f"autograder-attack-{uuid.uuid4().hex}"
        self._shared = Path("/dev/shm", name)
        self._start_bystander(name)
        self._memory = ctypes.create_string_buffer(self.secrets["grader"].encode(), 100)
        self.places |= {
            "victim": self._victim.pid,
            "shared name": name,
            "abstract": name,
            "address in the grader": ctypes.addressof(self._memory),
        }
        return self

    def __exit__(self, *_: object) -> None:
        for process in (self._bystander, self._victim):
            process.kill()
            process.wait()
        self._bystander.stdin.close()
        self._bystander.stdout.close()
        self._shared.unlink(missing_ok=True)
        with suppress(FileNotFoundError, ValueError, ProcessLookupError):
            os.kill(int((self._folder / "outside" / "daemon").read_text()), signal.SIGKILL)

    def _plant_files(self) -> None:
        texts = {
            "course/tests/test_planted.py": f"SECRET = {self.secrets['suite']!r}\n",
            "course/submitted/emi/shrinkage.ipynb": self.secrets["submission"],
            "autograder-0-planted/connection/kernel.json": self.secrets["connection"],
            "bystander/notes": self.secrets["notes"],
            "outside/readme": "",
        }
        for name, text in texts.items():
            path = self._folder / name
            path.parent.mkdir(parents=True)
            path.write_text(text)
        gradebook = self._folder / "course" / "gradebook.db"
        with sqlite3.connect(gradebook) as database:
            database.execute("create table grade (score real, remark text)")
            database.execute("insert into grade values (0, ?)", (self.secrets["gradebook"],))
        database.close()
        names = {
            "course": "course",
            "suite": "course/tests/test_planted.py",
            "submission": "course/submitted/emi/shrinkage.ipynb",
            "gradebook": "course/gradebook.db",
            "temporary": ".",
            "outside": "outside",
            "socket": "bystander/socket",
        }
        self.places |= {place: str(self._folder / name) for place, name in names.items()}

    def _start_bystander(self, name: str) -> None:
        self._bystander = subprocess.Popen(
            [sys.executable, "-SIc", _BYSTANDER, self.secrets["argument"]],
            cwd=self._folder / "bystander",
            env={"TOKEN": self.secrets["environment"]},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        told = {**self.secrets, "abstract name": name, "shared name": str(self._shared)}
        self._bystander.stdin.write(json.dumps(told) + "\n")
        self._bystander.stdin.flush()
        said = self._bystander.stdout.readline()
        self.places |= {"process": self._bystander.pid, **json.loads(said)}

    def was_left(self, name: str) -> bool:
        """Whether an attack has left its mark: a file, or a process that it has killed."""
        if name == "killed":
            return self._victim.poll() is not None
        return (self._folder / "outside" / name).exists()
