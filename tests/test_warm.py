"""Warm kernels: as isolated as cold ones, from each other and from their template."""

import json
import os
import signal
import time

import psutil
import pytest
import zmq
from conftest import attempt
from jupyter_client.kernelspec import KernelSpec, KernelSpecManager
from jupyter_client.manager import KernelManager

from autograder.course import Limits
from autograder.sandbox import launch, walls, warm
from autograder.sandbox.launch import KernelProcess, KernelSetup
from autograder.sandbox.warm import KernelLimits, Template, TemplateUnusable, WarmProvisioner

# Where tests run side by side, those that share a template stay together.
pytestmark = pytest.mark.xdist_group("warm template")

LIMITS = KernelLimits(
    scratch_bytes=64 * 2**20,
    address_space_bytes=8 * 2**30,
    processes=128,
    open_files=256,
    cores=[min(os.sched_getaffinity(0))],
)
SETUP = KernelSetup(Limits(scratch_bytes=LIMITS.scratch_bytes), "bubblewrap", warm=False)
ENVIRONMENT = launch._environment(SETUP, walls.SCRATCH)
# Long, because the machine may have other things to do; nothing waits so long that works.
PATIENCE = 120


def new_template(*more_walls):
    options = walls.bubblewrap(LIMITS.scratch_bytes, namespaces_inside=True)
    return Template([*options, *more_walls], ENVIRONMENT)


class NoCommand(KernelSpecManager):
    def get_kernel_spec(self, name):
        return KernelSpec(argv=[], display_name="", language="python", interrupt_mode="message")


def warm_manager(template):
    manager = KernelManager(kernel_name="student", kernel_spec_manager=NoCommand())
    manager.provisioner = WarmProvisioner(
        template=template, limits=LIMITS, kernel_spec=manager.kernel_spec, parent=manager
    )
    manager.start_kernel(env=ENVIRONMENT)
    return manager


class Kernel:
    """A client of a kernel of the template's, or of one that another manager has started."""

    def __init__(self, template=None, manager=None):
        self.manager = manager or warm_manager(template)
        self.client = self.manager.client()
        self.client.start_channels()
        self.client.wait_for_ready(timeout=PATIENCE)

    def run(self, code):
        """What ``code`` prints, shows or raises."""
        said = []

        def note(message):
            content = message["content"]
            if message["msg_type"] == "stream":
                said.append(content["text"])
            elif message["msg_type"] == "error":
                said.append(f"{content['ename']}: {content['evalue']}")
            elif message["msg_type"] in ("display_data", "execute_result"):
                said.append(" ".join(sorted(content["data"])))

        self.client.execute_interactive(code, output_hook=note, timeout=PATIENCE, allow_stdin=False)
        return "".join(said).strip()

    def send(self, code):
        """Run ``code`` without waiting for it."""
        self.client.execute(code)

    def has_ended(self):
        deadline = time.monotonic() + PATIENCE
        while self.manager.is_alive() and time.monotonic() < deadline:
            time.sleep(0.05)
        return not self.manager.is_alive()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.client.stop_channels()
        if isinstance(self.manager.provisioner, WarmProvisioner):
            self.manager.provisioner.end()
        self.manager.shutdown_kernel(now=True)


@pytest.fixture(scope="module")
def template():
    with new_template() as template:
        yield template
        assert template.problem == ""


@pytest.fixture(scope="module")
def shared(template):
    """One kernel for all tests that leave it as it was."""
    # Tests that need the template to themselves come before the first that uses this.
    with Kernel(template) as kernel:
        yield kernel


# --- one submission after the other -----------------------------------------------------------


def test_nothing_is_left_for_the_next_submission(template):
    names = ["/scratch/x", "/tmp/x", "/dev/shm/x"]
    leave = f"""
from multiprocessing.shared_memory import SharedMemory
import os, random, socket, numpy
for name in {names!r}:
    print(os.path.exists(name))
    open(name, "w").write("left behind")
print(os.path.exists("/dev/shm/segment"))
SharedMemory("segment", create=True, size=100)
print([line.split()[0] for line in open("/proc/sysvipc/shm")][1:])
listener = socket.socket(socket.AF_UNIX); listener.bind("\\0name"); listener.listen()
server = socket.create_server(("127.0.0.1", 8765))
client = socket.create_connection(("127.0.0.1", 8765)); server.accept()[0].close()
"""
    draws = "import random, numpy; print(random.random(), numpy.random.rand())"
    said, drawn = [], []
    for _ in range(2):
        with Kernel(template) as kernel:
            said.append(kernel.run(leave))
            drawn.append(kernel.run(draws))
    assert said[0].split() == ["False"] * 4 + ["[]"]
    assert said[1] == said[0]
    assert drawn[1] != drawn[0]


def test_a_daemon_is_gone_when_its_kernel_is(template):
    daemon = """
import os, time
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        import signal
        for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT):
            signal.signal(number, signal.SIG_IGN)
        time.sleep(10_000)
    os._exit(0)
os.wait()
print("started")
"""
    with Kernel(template) as kernel:
        assert "started" in kernel.run(daemon)
        processes = template.submission_processes()
        assert len(processes) == 2
    assert not any(process.is_running() for process in processes)
    assert template.submission_processes() == []


def test_the_directory_of_a_kernel_goes_with_it(template):
    with Kernel(template):
        assert len(list(template._connections.iterdir())) == 1
    assert not list(template._connections.iterdir())


def test_a_second_kernel_has_to_wait(template):
    with Kernel(template), pytest.raises(RuntimeError, match="still running"):
        start_anything(template)


# --- what a submission can do ------------------------------------------------------------------


def test_the_template_is_not_one_of_its_processes(template, shared):
    (kernel,) = template.submission_processes()
    assert kernel.memory_info().rss > 2**20
    shared.run("import subprocess; child = subprocess.Popen(['sleep', '100'])")
    assert [process.name() for process in template.submission_processes()[1:]] == ["sleep"]
    shared.run("child.kill(); child.wait()")


def test_what_the_walls_show_below_tmp_stays_visible_and_read_only(tmp_path):
    """A course may lie in /tmp, with the environment that its kernels need."""
    (tmp_path / "seen").write_text("all the same")
    with (
        new_template("--ro-bind", str(tmp_path), "/tmp/some/where") as template,
        Kernel(template) as kernel,
    ):
        assert kernel.run("print(open('/tmp/some/where/seen').read())") == "all the same"
        assert kernel.run(attempt("open('/tmp/some/where/new', 'w')")) != "done"
        assert kernel.run(attempt("open('/tmp/mine', 'w')")) == "done"
        assert template.problem == ""


def test_it_cannot_see_other_connections(shared):
    assert shared.run(f"import os; print(os.listdir({warm.ALL_CONNECTIONS!r}))") == "[]"
    assert shared.run(attempt(f"open('{warm.ALL_CONNECTIONS}/x', 'w')")) == "refused: OSError"
    assert shared.run("import os; print(len(os.listdir('/connection')))") == "6"
    assert shared.run(attempt("open('/connection/x', 'w')")) == "refused: OSError"


@pytest.mark.parametrize(
    "file", ["mem", "environ", "maps", "fd/0", "fd/3", "cwd", "root", "exe", "syscall"]
)
@pytest.mark.parametrize("process", ["template", "first"])
def test_it_cannot_look_into_what_started_it(shared, process, file):
    """Not into the template, where it is visible at all, nor into its namespace's first process."""
    prepare = f"""
def status(process):
    return dict(line.split(":", 1) for line in open(f"/proc/{{process}}/status"))
first = status("self")["PPid"].strip()
template = status(first)["PPid"].strip()
path = f"/proc/{{{process}}}/{file}"
"""
    look = "os.listdir(path) if os.path.isdir(path) else open(path, 'rb').read(10)"
    if file in ("cwd", "root", "exe", "fd/0", "fd/3"):
        look = "os.readlink(path)"
    assert shared.run(attempt(look, prepare)) in (
        "refused: PermissionError",
        "refused: FileNotFoundError",
    )


@pytest.mark.parametrize(
    "statement",
    [
        "call('unshare', 0x10000000)",
        "call('unshare', 0x00020000)",
        "call('syscall', 56 if os.uname().machine == 'x86_64' else 220, 0x10000011, 0, 0, 0, 0)",
        "call('syscall', 435, 0, 0)",
        "call('syscall', 430, b'proc', 0)",
        "call('setns', os.open('/proc/self/ns/user', 0), 0)",
        "call('mount', b'tmpfs', b'/scratch', b'tmpfs', 0, None)",
        "call('mount', b'proc', b'/scratch', b'proc', 0, None)",
        "call('mount', None, b'/connection', None, 32 | 4096, None)",
        "call('umount2', b'/kernels', 2)",
        "call('umount2', b'/scratch', 2)",
        "call('chroot', b'/scratch')",
        "call('ptrace', 16, os.getppid(), 0, 0)",
        "call('ptrace', 0, 0, 0, 0)",
        "call('prctl', 24, 0, 0, 0, 0)",
        "call('prctl', 28, 0, 0, 0, 0)",
        "call('prctl', 38, 0, 0, 0, 0)",
        "call('shmget', 1, 4096, 0o1600)",
        "call('memfd_create', b'name', 0)",
        "os.sethostname('x') if hasattr(os, 'sethostname') else call('sethostname', b'x', 1)",
        "os.open('/proc/sys/kernel/core_pattern', os.O_WRONLY)",
        "os.open('/proc/sys/vm/overcommit_memory', os.O_WRONLY)",
        "os.open('/proc/self/oom_score_adj', os.O_WRONLY)",
        "os.open('/proc/1/oom_score_adj', os.O_WRONLY)",
        "os.setuid(0)",
        "os.setpriority(os.PRIO_PROCESS, 0, -1)",
    ],
)
def test_it_cannot_change_its_walls(shared, statement):
    assert shared.run(attempt(statement)) in ("refused: PermissionError", "refused: OSError")


def test_it_has_no_capability_left(shared):
    code = """
status = dict(line.split(":", 1) for line in open("/proc/self/status"))
print([int(status[f"Cap{kind}"], 16) for kind in ("Inh", "Prm", "Eff", "Bnd", "Amb")])
print(status["NoNewPrivs"].strip(), status["Seccomp"].strip())
"""
    assert shared.run(code).split("\n") == ["[0, 0, 0, 0, 0]", "1 2"]


def test_signals_do_not_reach_what_started_it(template, shared):
    """The first process of the namespace ignores them, and no other has a number in it."""
    code = """
import os, signal
for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGKILL, signal.SIGSTOP):
    os.kill(1, number)
print(os.getpid(), os.getppid())
"""
    assert shared.run(code) == "2 1"
    assert shared.run("print('still here')") == "still here"
    assert template.problem == ""


def test_it_holds_no_descriptor_but_its_own(shared):
    code = """
import os
links = []
for number in os.listdir("/proc/self/fd"):
    try:
        links.append(os.readlink(f"/proc/self/fd/{number}"))
    except OSError:
        pass
kinds = {link.split(":")[0] for link in links}
print(sorted(kinds - {"/dev/null", "socket", "pipe", "anon_inode"}))
import socket
peers = []
for number in os.listdir("/proc/self/fd"):
    try:
        sock = socket.socket(fileno=os.dup(int(number)))
        peers.append(sock.type == socket.SOCK_SEQPACKET)
        sock.close()
    except OSError:
        pass
print(any(peers))
"""
    said = shared.run(code).split("\n")
    assert set(json.loads(said[0].replace("'", '"'))) <= {"/dev/tty", "user"}
    assert said[1] == "False"


def test_limits_hold(shared):
    assert "MemoryError" in shared.run("bytearray(10**10)")
    write = "open('/scratch/large', 'wb').write(bytes(10**8))"
    assert shared.run(attempt(write)) == "refused: OSError"
    shared.run("import os; os.remove('/scratch/large')")
    code = "import resource; print(resource.getrlimit(resource.RLIMIT_NPROC)[1])"
    assert shared.run(code) == str(LIMITS.processes)
    assert shared.run("import os; print(os.sched_getaffinity(0))") == str(set(LIMITS.cores))


def test_there_is_a_loopback_device_and_no_other(shared):
    code = """
import socket
print([name for _, name in socket.if_nameindex()])
server = socket.create_server(("127.0.0.1", 0))
client = socket.create_connection(server.getsockname(), timeout=5)
print("connected")
"""
    assert shared.run(code) == "['lo']\nconnected"


def test_threads_and_processes_work(shared):
    code = """
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
import multiprocessing, subprocess, sys
for pool in (ThreadPoolExecutor(2), ProcessPoolExecutor(2),
             ProcessPoolExecutor(2, multiprocessing.get_context("spawn"))):
    with pool:
        print(sum(pool.map(abs, range(-10, 0))))
print(multiprocessing.Queue().empty())
print(subprocess.run([sys.executable, "-c", "print(6 * 7)"], capture_output=True).stdout)
"""
    assert shared.run(code) == "55\n55\n55\nTrue\nb'42\\n'"


# --- what a submission is promised -------------------------------------------------------------


LOOKS = {
    "environment": "import jax, os; print(sorted(os.environ.items()))",
    "folder": "import os; print(os.getcwd())",
    "path": "import sys; print(sys.path, sys.flags, sys.warnoptions, sys.dont_write_bytecode)",
    "arguments": "import sys; print(len(sys.argv), sys.argv[0], sys.argv[3:])",
    "main": "import __main__; print(__main__.__dict__ is globals(), 'serve' in vars(__main__))",
    "hash": "print(hash('text'))",
    "figure": "import matplotlib.pyplot as plt; plt.plot([1, 2]); plt.gca().set_title('x');",
    "backend": "import matplotlib; print(matplotlib.get_backend())",
    "jax": "import jax; print(jax.devices(), jax.random.normal(jax.random.key(3), (3,)))",
    "blas": "import numpy as np; print(np.linalg.norm(np.ones((3, 3)) @ np.ones((3, 3))))",
    "seed": "import numpy as np; np.random.seed(3); print(np.random.rand())",
    "traceback": "1 / 0",
    "stdin": "input()",
    "signals": "import signal; print({s: signal.getsignal(s) for s in (2, 13, 15, 25)})",
    "mask": "import signal, os; print(signal.pthread_sigmask(0, []), oct(os.umask(0o22)))",
    "leader": "import os; print(os.getsid(0) == os.getpgid(0))",
    "recursion": "import sys; print(sys.getrecursionlimit(), sys.getswitchinterval())",
    "missing": "import course_config",
    "shell": "print(type(get_ipython()).__name__, get_ipython().user_module.__name__)",
    "warnings": "import warnings; warnings.warn('x')",
}


@pytest.fixture(scope="module")
def cold():
    """A kernel that was started as each submission's is where there is no template."""
    process = KernelProcess(SETUP, zmq.Context())
    with Kernel(manager=process.manager) as kernel:
        yield kernel
    process.close()


@pytest.mark.parametrize("name", LOOKS)
def test_it_looks_like_a_cold_kernel(shared, cold, name):
    assert shared.run(LOOKS[name]) == cold.run(LOOKS[name])


def test_genjax_gives_the_same_numbers(shared, cold):
    code = """
import genjax, jax
from genjax import flip, gen, normal

@gen
def student(mean):
    hunger = normal(mean, 1.0) @ "hunger"
    return flip(jax.nn.sigmoid(hunger)) @ "tonkatsu"

trace = jax.jit(student.simulate)(jax.random.PRNGKey(1), (2.0,))
print(trace.get_choices()["hunger"], trace.get_retval(), trace.get_score())
"""
    said = shared.run(code)
    assert "Error" not in said
    assert said == cold.run(code)


# --- what the grader is told -------------------------------------------------------------------


def start_anything(template):
    kernel_id, _ = template.new_kernel()
    template.start_kernel(kernel_id, {}, [], LIMITS)


@pytest.fixture
def source(tmp_path, monkeypatch):
    """Changes the text of the templates to come; they import nothing, so that they start soon."""

    def change(text, changed):
        original = warm.TEMPLATE_SOURCE.read_text("utf-8")
        assert text in original
        copy = tmp_path / "template.py"
        copy.write_text(original.replace(text, changed), "utf-8")
        monkeypatch.setattr(warm, "TEMPLATE_SOURCE", copy)

    change("for name in PRELOADED:", "for name in ():")
    return change


@pytest.mark.usefixtures("source")
def test_a_killed_template_is_reported():
    with new_template() as template, Kernel(template) as kernel:
        psutil.Process(template.process_id).children()[0].kill()
        assert kernel.has_ended()
        assert "it ended" in template.problem
        with pytest.raises(TemplateUnusable, match="it ended"):
            start_anything(template)


@pytest.mark.usefixtures("source")
def test_all_ends_with_bubblewrap():
    with new_template() as template, Kernel(template) as kernel:
        processes = psutil.Process(template.process_id).children(recursive=True)
        os.kill(template.process_id, signal.SIGKILL)
        assert kernel.has_ended()
        assert psutil.wait_procs(processes, timeout=PATIENCE)[1] == []


@pytest.mark.usefixtures("source")
def test_without_nested_namespaces_the_reason_is_told():
    with new_template("--unshare-user", "--disable-userns") as template:
        with pytest.raises(TemplateUnusable, match="unshare"):
            start_anything(template)
        with pytest.raises(TemplateUnusable, match="unshare"):
            Kernel(template)


@pytest.mark.usefixtures("source")
def test_without_bubblewrap_the_reason_is_told():
    with (
        new_template("--ro-bind", "/does/not/exist", "/x") as template,
        pytest.raises(TemplateUnusable, match="/does/not/exist"),
    ):
        start_anything(template)


@pytest.mark.parametrize(
    ("text", "changed", "reason"),
    [
        (
            "    gc.freeze()",
            "    import threading\n    threading.Timer(99, id).start()",
            "1 thread",
        ),
        ("platform.machine()", "'pdp11'", "pdp11"),
        ('    mount(None, "/", None', '    mount(None, "/x", None', "mount on /x"),
        ("this_process = 0x20080522, 0", "this_process = 0, 0", "capset"),
        (
            "    IPKernelApp.launch",
            "    raise ZeroDivisionError\n    IPKernelApp.launch",
            "sockets",
        ),
        ("def main() -> None:", "def main() -> None:\n    raise KeyError('broken')", "broken"),
    ],
)
def test_what_cannot_be_done_is_told(source, text, changed, reason):
    source(text, changed)
    with new_template() as template:
        with pytest.raises(TemplateUnusable, match=reason):
            Kernel(template)
        assert template.submission_processes() == []


@pytest.mark.usefixtures("source")
def test_a_template_that_hangs_is_given_up(monkeypatch):
    monkeypatch.setattr(warm, "START_SECONDS", 1)
    with new_template() as template:
        template.wait_until_ready()
        psutil.Process(template.process_id).children()[0].suspend()
        with pytest.raises(TemplateUnusable, match="more than 1 seconds to start"):
            start_anything(template)


@pytest.mark.usefixtures("source")
def test_closing_leaves_nothing():
    template = new_template()
    template.wait_until_ready()
    folder, process = template._outside.path, template.process_id
    assert folder.is_dir()
    template.close()
    template.close()
    assert not folder.exists()
    assert not psutil.pid_exists(process)
