"""Attacks that end, stop or never end: exits, signals, loops and whoever cannot be interrupted."""

from attacks.corpus.attack import EVERY_FUNCTION, Attack

_ENDED = "it ended its own kernel"
_STUBBORN = "it could not be interrupted when its time was up"
# Which of the two is chance where the machine is busy and the attack sleeps.
_OVER = "This cell was (interrupted after|stopped: it could not be interrupted)"

ENDINGS = (
    Attack(
        "exits",
        "Leaves in the middle of the notebook, so that nothing can be asked.",
        "import os; os._exit(0)",
        told=_ENDED,
    ),
    Attack(
        "exits when it is asked",
        "Leaves in the middle of a hidden test.",
        f"import os\n{EVERY_FUNCTION} = lambda *args: os._exit(0)",
        answers=True,
        told="ended the notebook's kernel when it was called",
    ),
    Attack(
        "exits whenever the kernel is started again",
        "Uses up the restarts, one after the other.",
        f"import os\n{EVERY_FUNCTION} = lambda *args: os._exit(0)",
        answers=True,
        told="had ended its kernel too often before",
        limits={"restarts": 2},
    ),
    Attack(
        "raises SystemExit",
        "Ends the program with an exception that carries the score which it would like to have.",
        """
def posterior_mean(*args):
    raise SystemExit(6.0)
data_weight = shrinkage_shift = plot_shrinkage = posterior_mean
raise SystemExit(6.0)
""",
        answers=True,
        told="stops on the notebook's own example with SystemExit",
    ),
    Attack(
        "quits",
        "Asks IPython to quit, and takes the payload of the reply along.",
        "quit()\nget_ipython().ask_exit()\nget_ipython().payload_manager.write_payload("
        "{'source': 'ask_exit', 'keepkernel': False})",
    ),
    Attack(
        "shuts the kernel down by the protocol",
        "Answers a shutdown request that nobody has sent.",
        "kernel = get_ipython().kernel\nkernel.io_loop.add_callback(kernel.do_shutdown, False)\n"
        "kernel.control_stream.io_loop.add_callback(kernel.io_loop.stop)",
    ),
    Attack(
        "kills itself",
        "Ends its kernel with a signal that cannot be handled.",
        "import os; os.kill(os.getpid(), 9)",
        told=_ENDED,
    ),
    Attack(
        "stops itself",
        "Suspends its own process and waits, without spending any processor time.",
        "import os, signal; os.kill(os.getpid(), signal.SIGSTOP)",
        told=_STUBBORN,
        cold=True,
    ),
    Attack(
        "kills everything",
        "Sends SIGKILL to every process that it can reach.",
        "import os; os.kill(-1, 9)",
        told=f"{_ENDED}|ProcessLookupError",
        cold=True,
    ),
    Attack(
        "crashes",
        "Reads memory that is not there.",
        "import ctypes; ctypes.string_at(0)",
        told=_ENDED,
    ),
    Attack(
        "overflows the stack",
        "Recurs through C code, past what Python watches.",
        """
import sys
sys.setrecursionlimit(10**9)
def deeper(x):
    return max([x], key=deeper)
deeper(0)
""",
        told=f"{_ENDED}|MemoryError",
    ),
    Attack(
        "becomes another program",
        "Replaces its kernel by a program that says nothing.",
        "import os; os.execvp('sleep', ['sleep', '1000'])",
        told=_STUBBORN,
        cold=True,
    ),
    Attack(
        "closes the kernel's sockets",
        "Leaves the process alive and nobody to talk to.",
        "import os; os.closerange(3, 1024)",
    ),
    Attack(
        "goes on as two kernels",
        "Forks, so that every question is answered twice.",
        f"import os; os.fork()\n{EVERY_FUNCTION} = lambda *args: 0.5",
        answers=True,
    ),
    Attack(
        "loops in a cell",
        "Computes for ever.",
        "while True: pass",
        told="This cell was interrupted after 1 seconds",
    ),
    Attack(
        "sleeps in a cell",
        "Waits for ever, without spending any processor time.",
        "import time; time.sleep(10**8)",
        told=_OVER,
    ),
    Attack(
        "waits for a lock",
        "Waits where Python's own interrupt arrives late or never.",
        "import threading; lock = threading.Lock(); lock.acquire(); lock.acquire()",
        told=_OVER,
    ),
    Attack(
        "swallows interrupts in a cell",
        "Catches whatever is raised and goes on.",
        """
def spin():
    while True: pass
def forever():
    try:
        spin()
    finally:
        forever()
forever()
""",
        told=_STUBBORN,
    ),
    Attack(
        "ignores signals",
        "Tells the system that interrupts are not for it.",
        """
import signal
for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
    signal.signal(number, signal.SIG_IGN)
while True: pass
""",
        told=_STUBBORN,
    ),
    Attack(
        "loops in C code",
        "Computes where Python does not look for interrupts.",
        "sum(range(10**18))",
        told=_STUBBORN,
    ),
    Attack(
        "loops when it is asked",
        "Comes back from no question.",
        "def posterior_mean(*args):\n    while True: pass",
        answers=True,
        told="did not come back within the time that a call may take",
    ),
    Attack(
        "swallows interrupts when it is asked",
        "Comes back from no question and catches what is raised against it.",
        """
def spin():
    while True: pass
def posterior_mean(*args):
    try:
        spin()
    finally:
        posterior_mean()
""",
        answers=True,
        told="ended the notebook's kernel when it was called: " + _STUBBORN,
    ),
    Attack(
        "answers slowly",
        "Stays just within the time of each call, and takes it each time.",
        f"import time\n{EVERY_FUNCTION} = lambda *args: time.sleep(1)",
        answers=True,
        told="the time that a submission may take was up|its time was up",
        limits={"submission_seconds": 5, "call_seconds": 10},
    ),
    Attack(
        "lets threads work on",
        "Starts threads that compute for ever, behind a cell that is over at once.",
        """
import threading
def forever():
    while True:
        pass
for _ in range(4):
    threading.Thread(target=forever, daemon=True).start()
""",
        limits={"submission_seconds": 2},
    ),
    Attack(
        "interrupts the grader's agent",
        "Lets a timer raise exceptions ten times a second, most of them while it is asked.",
        f"""
import signal
def shout(*_):
    raise KeyboardInterrupt("6.0")
signal.signal(signal.SIGALRM, shout)
signal.setitimer(signal.ITIMER_REAL, 0.1, 0.1)
{EVERY_FUNCTION} = lambda *args: 6.0
""",
        answers=True,
    ),
)
