"""The locked room: what student code can see, reach and use in it, in warm and in cold kernels."""

import contextlib
import dataclasses
import gc
import os
import signal
import subprocess
import sys

import psutil
import pytest
import zmq
from conftest import attempt

from autograder.course import Limits
from autograder.errors import SandboxUnavailable
from autograder.sandbox import compiled_code, launch, walls, warm
from autograder.sandbox import kernel as kernel_module
from autograder.sandbox.cores import ClaimedCores
from autograder.sandbox.kernel import (
    BYTES_A_MESSAGE,
    MAX_MESSAGE_BYTES,
    MAX_QUEUED_MESSAGES,
    KernelDied,
    LiveKernel,
)
from autograder.sandbox.launch import KernelSetup, template_for
from course_config import ROOT

LIMITS = Limits(memory_bytes=2 * 2**30, scratch_bytes=64 * 2**20, processes=64, output_bytes=10_000)
# Long, because the machine may have other things to do; nothing waits so long that works.
PATIENCE = 120
IN_BOTH = pytest.mark.parametrize("is_warm", [True, False], ids=["warm", "cold"])


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    """A published store of compiled code, with the one program of a tiny filling run."""
    root = tmp_path_factory.mktemp("store")
    with pytest.MonkeyPatch.context() as changed:
        changed.setattr(compiled_code, "canary", lambda: "")
        with compiled_code.filling(root) as programs:
            fill = "import jax; jax.jit(lambda x: x + 1)(1.0)"
            variables = compiled_code.filling_environment(str(programs))
            subprocess.run([sys.executable, "-c", fill], env=os.environ | variables, check=True)
    return compiled_code.published(root)


@pytest.fixture(
    scope="module",
    params=[
        # Where tests run side by side, those that share a kernel stay together.
        pytest.param(True, id="warm", marks=pytest.mark.xdist_group("warm kernel")),
        pytest.param(False, id="cold", marks=pytest.mark.xdist_group("cold kernel")),
    ],
)
def kernel(request, store):
    """One kernel of each kind, for all tests that leave it as it was."""
    setup = KernelSetup(LIMITS, "bubblewrap", programs=store, warm=request.param)
    with LiveKernel(setup) as kernel:
        assert was_forked(kernel) == request.param
        yield kernel


@contextlib.contextmanager
def fresh_kernel(is_warm=True, **limits):
    limits = dataclasses.replace(LIMITS, **limits)
    with LiveKernel(KernelSetup(limits, "bubblewrap", warm=is_warm)) as kernel:
        yield kernel


@pytest.fixture
def no_templates(tmp_path, monkeypatch):
    """The process as it is before it has any template; those of the test end with it.

    They import nothing beforehand, so that they start soon.
    """
    source = warm.TEMPLATE_SOURCE.read_text("utf-8")
    assert "for name in PRELOADED:" in source
    (tmp_path / "template.py").write_text(source.replace("in PRELOADED:", "in ():"), "utf-8")
    monkeypatch.setattr(warm, "TEMPLATE_SOURCE", tmp_path / "template.py")
    templates = launch._Templates()
    monkeypatch.setattr(launch, "_templates", templates)
    yield
    templates.close()


@pytest.fixture
def temporary(tmp_path_factory, monkeypatch):
    """An empty directory for temporary files."""
    # Not ``tmp_path``, whose name is too long for sockets.
    folder = tmp_path_factory.mktemp("t")
    monkeypatch.setenv("TMPDIR", str(folder))
    monkeypatch.setattr("tempfile.tempdir", str(folder))
    return folder


def was_forked(kernel):
    return kernel._process._warm is not None


def template_of(kernel):
    return kernel._process._warm.template


def printed(execution):
    return "".join(content.get("text", "") for _, content in execution.outputs).strip()


def run(kernel, code, seconds=PATIENCE):
    return printed(kernel.execute(code, seconds))


# --- what student code can see and reach -------------------------------------------------------


def test_nothing_of_the_course_is_visible(kernel):
    """Not the suites, the solutions, the sources, other submissions, the gradebook."""
    code = f"""
import os
found = [os.path.join(folder, name)
         for folder, _, names in os.walk({str(ROOT)!r}) for name in names]
print(len(found) > 1000, [path for path in found if not path.startswith({str(ROOT / ".venv")!r})])
"""
    assert run(kernel, code) == "True []"


@pytest.mark.parametrize("module", ["solutions", "autograder.hidden", "course_config"])
def test_the_graders_packages_cannot_be_imported(kernel, module):
    code = f"try:\n    import {module}\n    print('yes')\nexcept ImportError:\n    print('no')"
    assert run(kernel, code) == "no"


def test_no_hidden_suite_lies_anywhere(kernel):
    code = """
import os
print([folder for folder, _, names in os.walk("/")
       if ("test_shrinkage.py" in names or "gradebook.db" in names)
       and "site-packages/nbgrader/tests" not in folder])  # nbgrader ships a sample gradebook
"""
    assert run(kernel, code) == "[]"


def test_there_is_no_network(kernel):
    code = """
import socket
for address in (("127.0.0.1", 80), ("10.0.0.1", 80)):
    try:
        socket.create_connection(address, timeout=2)
        print("connected")
    except OSError as error:
        print("refused" if address[0].startswith("127") else type(error).__name__)
print(sorted(name for _, name in socket.if_nameindex()))
"""
    said = run(kernel, code)
    assert "connected" not in said
    assert "['lo']" in said


def test_no_other_process_is_visible(kernel):
    code = "import os; print(max(int(p) for p in os.listdir('/proc') if p.isdigit()) < 100)"
    assert run(kernel, code) == "True"


def test_the_environment_is_the_same_in_warm_and_cold_kernels_and_scrubbed(monkeypatch):
    monkeypatch.setenv("SECRET_TOKEN", "swordfish")
    look = "import jax, os; print(os.getcwd(), sorted(os.environ.items()))"
    with fresh_kernel(is_warm=True) as kernel:
        seen = run(kernel, look)
    with fresh_kernel(is_warm=False) as kernel:
        assert run(kernel, look) == seen
    assert seen.startswith("/scratch ")
    assert "('HOME', '/scratch')" in seen
    assert "SECRET_TOKEN" not in seen
    assert str(os.getpid()) not in seen


@pytest.mark.parametrize("path", ["/x", "/usr/x", f"{ROOT}/.venv/x", "/etc/x", "/dev/x", "/proc/x"])
def test_only_the_scratch_directory_is_writable(kernel, path):
    assert run(kernel, attempt(f"open({path!r}, 'w')")).startswith("refused")
    assert run(kernel, "open('/scratch/x', 'w').close(); print('written')") == "written"


@pytest.mark.parametrize(
    "name", ["kernel/core_pattern", "kernel/hostname", "vm/overcommit_memory", "fs/file-max"]
)
def test_the_machines_settings_cannot_be_changed(kernel, name):
    """Opened for writing only; to a grader that is root they would be writable by number."""
    assert run(kernel, attempt(f"os.open('/proc/sys/{name}', os.O_WRONLY)")).startswith("refused")


@pytest.mark.parametrize(
    "statement",
    [
        "call('unshare', 0x10000000)",
        "call('unshare', 0x10000000 | 0x00020000)",
        "call('syscall', 56 if os.uname().machine == 'x86_64' else 220, 0x10000011, 0, 0, 0, 0)",
        "call('mount', None, b'/proc', None, 32 | 4096, None)",
    ],
)
def test_no_namespace_can_be_made_and_no_mount_be_changed(kernel, statement):
    if not walls.can_forbid_namespaces() and not was_forked(kernel):
        pytest.skip("this bubblewrap is older than 0.8 and has no --disable-userns")
    assert run(kernel, attempt(statement)).startswith("refused")


@pytest.mark.parametrize(
    "statement",
    [
        "call('memfd_create', b'x', 0)",
        "call('shmget', 0, 2**20, 0o600 | 0o1000)",
        "call('ptrace', 0, 0, 0, 0)",
        "call('syscall', 425 if os.uname().machine == 'x86_64' else 425, 8, 0)",
    ],
)
def test_memory_outside_of_processes_and_looks_into_others_are_refused(kernel, statement):
    assert run(kernel, attempt(statement)).startswith("refused")


def test_what_student_code_nested_deeply_or_closed_is_removed(temporary):
    directory = walls.OutsideDirectory()
    inner = directory.path
    folder = os.open(inner, os.O_RDONLY)
    for _ in range(1500):
        os.mkdir("x", dir_fd=folder)
        deeper = os.open("x", os.O_RDONLY, dir_fd=folder)
        os.close(folder)
        folder = deeper
    os.fchmod(folder, 0)
    os.close(folder)
    directory.remove()
    assert list(temporary.iterdir()) == []


# --- the store of compiled code ----------------------------------------------------------------


def test_a_store_cannot_be_browsed_or_changed_and_serves_those_who_know_its_programs(kernel, store):
    if not walls.can_forbid_namespaces() and not was_forked(kernel):
        pytest.skip("this bubblewrap is older than 0.8: a cold kernel sees no store")
    place = compiled_code.PLACE
    for statement in (
        f"os.listdir({place!r})",
        f"os.chmod({place!r}, 0o755)",
        f"open('{place}/new', 'w')",
        f"os.rename({place!r}, '/scratch/store')",
        f"call('mount', None, {place.encode()!r}, None, 32 | 4096, None)",
        f"os.listdir('/proc/self/root{place}')",
        f"os.listdir(os.open({place!r}, os.O_PATH))",
    ):
        assert run(kernel, attempt(statement)).startswith("refused"), statement
    code = """
import jax
found = []
jax.monitoring.register_event_listener(lambda name, **_: found.append(name.endswith("/cache_hits")))
jax.jit(lambda x: x + 1)(1.0)
print(any(found))
"""
    assert run(kernel, code) == "True"
    assert not (store / "new").exists()


def test_where_namespaces_cannot_be_forbidden_a_cold_kernel_sees_no_store(store, monkeypatch):
    """Its owner in a namespace of a student's own could list it."""
    monkeypatch.setattr(walls, "can_forbid_namespaces", lambda: False)
    with LiveKernel(KernelSetup(LIMITS, "bubblewrap", programs=store, warm=False)) as kernel:
        look = f"import os; print(os.path.exists({compiled_code.PLACE!r}))"
        assert run(kernel, look) == "False"
        assert run(kernel, "print(os.environ['JAX_ENABLE_COMPILATION_CACHE'])") == "false"


# --- limits ------------------------------------------------------------------------------------


def test_files_are_limited(kernel):
    code = """
try:
    with open("/scratch/large", "wb") as file:
        for _ in range(200):
            file.write(bytes(2**20))
    print("written")
except OSError:
    print("stopped")
import os; os.remove("/scratch/large")
"""
    assert run(kernel, code) == "stopped"


@pytest.mark.parametrize(
    "statement",
    [
        "[open(f'{folder}/{n}', 'w') for n in range(50)]",
        "os.makedirs(f'{folder}/a/b'); os.chmod(f'{folder}/a', 0)",
        "open(f'{folder}/kernel.json', 'w').write(' ' * 10**6)",
    ],
)
def test_the_machines_own_disk_cannot_be_filled(statement, temporary):
    """A cold kernel's connection directory is outside, and it must be able to write there."""
    with LiveKernel(KernelSetup(LIMITS, "bubblewrap", warm=False)) as kernel:
        (folder,) = temporary.glob(f"autograder-{os.getuid()}-*/connection")
        preparation = f"import os, time; folder = {str(folder)!r}"
        with pytest.raises(KernelDied, match="connection"):
            kernel.execute(f"{preparation}; {statement}; time.sleep(1000)", PATIENCE)
    assert list(temporary.glob(f"autograder-{os.getuid()}-*")) == []


@IN_BOTH
def test_memory_is_limited(is_warm):
    with fresh_kernel(is_warm) as kernel:
        assert was_forked(kernel) == is_warm
        assert "MemoryError" in str(kernel.execute("bytearray(10**10)", PATIENCE).outputs)
        # Several processes, none of which is over its own limit; and others that come and go,
        # which must not keep the grader from seeing these.
        code = """
import os
if os.fork() == 0:
    while True:
        if os.fork() == 0:
            os._exit(0)
        os.wait()
for _ in range(3):
    os.fork()
rows = []
while True:
    rows.append(bytearray(b"x" * 2**24))
"""
        with pytest.raises(KernelDied, match="memory"):
            kernel.execute(code, PATIENCE)


@IN_BOTH
def test_processes_are_limited(is_warm):
    bomb = "import os, time\nwhile True:\n    try: os.fork()\n    except OSError: time.sleep(1)"
    with (
        fresh_kernel(is_warm) as kernel,
        pytest.raises(KernelDied, match=r"processes|memory"),
    ):
        kernel.execute(bomb, PATIENCE)


def test_output_is_cut_and_the_kernel_goes_on(kernel):
    execution = kernel.execute("for i in range(10**5): print(i, 'flood ' * 20)", PATIENCE)
    kept = "".join(content["text"] for _, content in execution.outputs)
    assert execution.dropped
    assert "".join(f"{i} {'flood ' * 20}\n" for i in range(10**5)).startswith(kept)
    assert LIMITS.output_bytes / 2 < len(kept) <= LIMITS.output_bytes
    assert run(kernel, "print('still here')") == "still here"


@pytest.mark.parametrize("channel", ["control", "shell"])
def test_a_kernel_that_nothing_can_be_sent_to_is_ended(monkeypatch, channel):
    """ZeroMQ gives up a connection for good over which too much was sent."""
    monkeypatch.setattr(kernel_module, "SEND_SECONDS", 1)
    monkeypatch.setattr(kernel_module, "INTERRUPT_GRACE_SECONDS", 1)
    code = f"""
kernel = get_ipython().kernel
socket = kernel.control_stream.socket if {channel == "control"} else kernel.shell_stream.socket
own = kernel.get_parent()["header"]["session"].encode()
kernel.session.send(socket, "x", {{"text": "x" * 60_000_000}}, ident=own)
"""

    def talk(kernel):
        for source in (code, "while True: pass", ""):
            kernel.execute(source, 1)

    with fresh_kernel() as kernel, pytest.raises(KernelDied):
        talk(kernel)


def test_output_without_text_is_cut_as_well(kernel):
    code = """
kernel = get_ipython().kernel
for _ in range(10_000):
    kernel.session.send(kernel.iopub_socket, "stream", {"name": "stdout", "text": ""},
                        parent=get_ipython().parent_header)
"""
    execution = kernel.execute(code, PATIENCE)
    assert execution.dropped
    assert len(execution.outputs) <= LIMITS.output_bytes / BYTES_A_MESSAGE
    assert run(kernel, "print('still here')") == "still here"


def test_output_after_a_message_that_is_too_large_is_heard(kernel):
    flood = kernel.execute("print('x' * 60_000_000)", PATIENCE)
    assert flood.dropped
    for word in ("one", "two"):
        execution = kernel.execute(f"print({word!r})", PATIENCE)
        assert printed(execution) == word
        assert not execution.dropped


def test_the_limits_on_messages_hold_for_the_sockets_that_are_used(kernel):
    for channel in (kernel._client.shell_channel, kernel._client.iopub_channel):
        assert channel.socket.getsockopt(zmq.MAXMSGSIZE) == MAX_MESSAGE_BYTES
        assert channel.socket.getsockopt(zmq.RCVHWM) == MAX_QUEUED_MESSAGES


def test_an_endless_loop_is_interrupted_and_the_kernel_goes_on(kernel):
    assert kernel.execute("while True: pass", 1).ending == "timeout"
    assert run(kernel, "print('still here')") == "still here"


@IN_BOTH
def test_what_cannot_be_interrupted_is_ended(is_warm, monkeypatch):
    monkeypatch.setattr("autograder.sandbox.kernel.INTERRUPT_GRACE_SECONDS", 1)
    stubborn = """
import signal
signal.signal(signal.SIGINT, signal.SIG_IGN)
while True: pass
"""
    with fresh_kernel(is_warm) as kernel, pytest.raises(KernelDied, match="interrupted"):
        kernel.execute(stubborn, 1)


@pytest.mark.parametrize(
    "code",
    [
        "import os; os._exit(0)",
        "import os; os.kill(os.getpid(), 9)",
        "import os; os.fork() and (os.kill(-1, 9), os._exit(0)); import time; time.sleep(999)",
    ],
)
def test_a_kernel_that_ends_itself_is_noticed(code):
    with fresh_kernel() as kernel, pytest.raises(KernelDied, match="ended its own kernel"):
        kernel.execute(code, PATIENCE)


def test_a_request_that_ends_just_when_its_kernel_is_killed_is_to_blame_itself(monkeypatch):
    with fresh_kernel() as kernel:
        monkeypatch.setattr(kernel, "_death", "it used more memory than a submission may")
        with pytest.raises(KernelDied, match="memory"):
            kernel.execute("1", PATIENCE)


# --- the conversation --------------------------------------------------------------------------


def test_a_reply_that_is_not_of_the_protocol_is_garbled(kernel):
    run(kernel, "import sys; agent = sys.modules.pop('autograder.in_kernel.agent')")
    assert kernel.ask({"do": "remember", "cell": "x"}, 10) == {"error": {"kind": "garbled"}}
    run(kernel, "sys.modules['autograder.in_kernel.agent'] = agent")
    assert "answer" in kernel.ask({"do": "remember", "cell": "x"}, PATIENCE)


def test_a_message_that_is_too_large_is_not_even_parsed():
    code = """
kernel = get_ipython().kernel
kernel.session.send(kernel.iopub_socket, "stream", {"name": "stdout", "text": "x" * 200_000_000},
                    parent=get_ipython().parent_header)
"""
    with fresh_kernel() as kernel:
        parsed = []
        unpack = kernel._client.session.unpack
        kernel._client.session.unpack = lambda text: parsed.append(len(text)) or unpack(text)
        with contextlib.suppress(KernelDied):
            kernel.execute(code, PATIENCE)
        assert 0 < max(parsed) <= MAX_MESSAGE_BYTES


# --- templates that fail, end or are taken -----------------------------------------------------


@pytest.mark.usefixtures("no_templates")
def test_where_a_template_cannot_isolate_every_kernel_starts_cold(monkeypatch):
    started = []

    class Unable(warm.Template):
        def __init__(self, options, environment, group):
            started.append(self)
            # As on machines where namespaces cannot be nested: the template comes up, but ...
            super().__init__([*options, "--unshare-user", "--disable-userns"], environment, group)

    if not walls.can_forbid_namespaces():
        pytest.skip("this bubblewrap is older than 0.8 and has no --disable-userns")
    monkeypatch.setattr(launch, "Template", Unable)
    monkeypatch.setattr(launch, "_MOST_FAILURES", 1)
    for _ in range(2):
        with fresh_kernel() as kernel:
            assert not was_forked(kernel)
            assert run(kernel, "print(6 * 7)") == "42"
    assert len(started) == 1
    assert template_for(KernelSetup(LIMITS)) is None


@pytest.mark.usefixtures("no_templates")
def test_a_template_that_dies_while_it_starts_a_kernel_is_passed_over(monkeypatch):
    def die(template, *_):
        template.wait_until_ready()
        os.kill(template.process_id, signal.SIGKILL)
        template._wait_until(lambda: False, PATIENCE, "die")

    monkeypatch.setattr(warm.Template, "start_kernel", die)
    with fresh_kernel() as kernel:
        assert not was_forked(kernel)
        assert run(kernel, "print(6 * 7)") == "42"


@pytest.mark.usefixtures("no_templates")
def test_when_a_template_is_killed_its_kernel_has_ended_and_the_next_one_starts():
    def kill_template():
        os.kill(template_of(kernel).process_id, signal.SIGKILL)

    with fresh_kernel() as kernel:
        run(kernel, "import time")
        kill_template()
        with pytest.raises(KernelDied):
            kernel.execute("time.sleep(1000)", PATIENCE)
    with fresh_kernel() as kernel:
        assert run(kernel, "print(6 * 7)") == "42"
    kill_template()  # between two submissions
    with fresh_kernel() as kernel:
        assert run(kernel, "print(6 * 7)") == "42"


@pytest.mark.usefixtures("no_templates")
def test_kernels_that_overlap_have_a_template_each():
    with fresh_kernel() as one, fresh_kernel() as other:
        assert was_forked(one)
        assert was_forked(other)
        run(one, "open('/scratch/mine', 'w').close()")
        assert run(other, "import os; print(os.listdir('/scratch'))").count("mine") == 0
        first = template_of(one)
    assert template_for(KernelSetup(LIMITS, "bubblewrap")) is first


# --- what is left behind -----------------------------------------------------------------------


def processes_of_a_kernel_that_ends_by_an_exception(is_warm):
    with contextlib.suppress(ZeroDivisionError), fresh_kernel(is_warm) as kernel:
        found = kernel._process.processes()
        raise ZeroDivisionError
    return found


@pytest.mark.usefixtures("no_templates")
def test_nothing_is_left_behind(temporary):
    descriptors = []
    for _ in range(5):
        with fresh_kernel() as kernel:
            processes = kernel._process.processes()
        gc.collect()
        descriptors.append(len(os.listdir("/proc/self/fd")))
    # What a kernel leaves open, each kernel leaves open. One descriptor more or less, once, is a
    # thread of the test runner's that is just writing.
    assert descriptors[-1] - descriptors[0] < len(descriptors) - 1, descriptors
    for is_warm in (True, False):
        processes += processes_of_a_kernel_that_ends_by_an_exception(is_warm)
    assert len(processes) > 2
    assert psutil.wait_procs(processes, timeout=PATIENCE)[1] == []
    launch._templates.close()
    assert {path.name for path in temporary.iterdir()} <= {f"autograder-cores-{os.getuid()}"}


def test_a_kernel_that_cannot_be_shut_down_leaves_no_file(temporary, monkeypatch):
    with fresh_kernel() as kernel:
        assert list(temporary.glob("*.json"))

        def fail(**_):
            raise RuntimeError("no loop is running")

        monkeypatch.setattr(kernel._process.manager, "shutdown_kernel", fail)
    assert list(temporary.glob("*.json")) == []


GRADER = """
import multiprocessing, sys
from concurrent.futures import ProcessPoolExecutor
from autograder.course import Limits
from autograder.sandbox.kernel import LiveKernel
from autograder.sandbox.launch import KernelSetup

def work(is_warm, waits):
    with LiveKernel(KernelSetup(Limits(), "bubblewrap", warm=is_warm)):
        print("running", flush=True)
        if waits:
            sys.stdin.read()

if __name__ == "__main__":
    if sys.argv[1] in ("warm", "cold"):
        work(sys.argv[1] == "warm", True)
    else:
        work(True, False)
        with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("forkserver")) as pool:
            pool.submit(work, True, False).result()
"""


@pytest.fixture
def start_grader(temporary, tmp_path):
    def start(what):
        script = tmp_path / "grader.py"
        script.write_text(GRADER, "utf-8")
        command = [sys.executable, str(script), what]
        return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=ROOT)

    return start


@pytest.mark.parametrize("kind", ["warm", "cold"])
def test_a_killed_grader_leaves_no_process_and_files_only_until_the_next_start(
    kind, temporary, start_grader
):
    with start_grader(kind) as grader:
        assert grader.stdout.readline() == b"running\n"
        processes = psutil.Process(grader.pid).children(recursive=True)
        assert len(processes) > 2
        left = set(temporary.glob(f"autograder-{os.getuid()}-*"))
        assert left
        # Those of a grader that lives are left alone.
        walls.OutsideDirectory().remove()
        assert all(path.is_dir() for path in left)
        grader.kill()
    assert psutil.wait_procs(processes, timeout=PATIENCE)[1] == []
    assert any(path.is_dir() for path in left)
    walls.OutsideDirectory().remove()
    assert not any(path.is_dir() for path in left)


def test_a_grader_that_ends_leaves_nothing_and_neither_do_its_workers(temporary, start_grader):
    with start_grader("both") as grader:
        assert grader.stdout.read() == b"running\n" * 2
    assert grader.returncode == 0
    assert list(temporary.glob(f"autograder-{os.getuid()}-*")) == []


def test_leftovers_of_others_and_links_are_not_touched(temporary):
    elsewhere = temporary / "elsewhere"
    elsewhere.mkdir(mode=0o755)
    (temporary / f"autograder-{os.getuid()}-link").symlink_to(elsewhere)
    left = temporary / f"autograder-{os.getuid()}-left"
    (left / "inner").mkdir(parents=True)
    (left / "link").symlink_to(elsewhere)
    (left / "inner" / "file").touch()
    (left / "inner").chmod(0)
    walls.OutsideDirectory().remove()
    assert not left.exists()
    assert elsewhere.stat().st_mode & 0o777 == 0o755


@pytest.mark.skipif(os.getuid() != 0, reason="only root can make files that belong to another user")
def test_files_that_another_user_has_planted_are_not_touched(temporary):
    secret = temporary / "secret"
    secret.write_text("kept", "utf-8")
    for name in (f"autograder-{os.getuid()}-planted", f"autograder-cores-{os.getuid()}"):
        planted = temporary / name
        planted.mkdir()
        for core in os.sched_getaffinity(0):
            (planted / str(core)).symlink_to(secret)
        os.chown(planted, 12345, 12345)
    walls.OutsideDirectory().remove()
    ClaimedCores(1).release()
    assert secret.read_text("utf-8") == "kept"
    assert (temporary / f"autograder-{os.getuid()}-planted").is_dir()


# --- where there is no sandbox -----------------------------------------------------------------


def test_without_bubblewrap_grading_refuses_in_one_sentence(monkeypatch):
    monkeypatch.setenv("PATH", "/nowhere")
    walls._why_bubblewrap_fails.cache_clear()
    try:
        with pytest.raises(SandboxUnavailable, match="apt-get install bubblewrap") as refused:
            walls.choose("auto")
        assert "--sandbox none" in str(refused.value)
        assert walls.choose("none") == "none"
    finally:
        walls._why_bubblewrap_fails.cache_clear()


def test_the_bubblewrap_that_was_looked_up_is_the_one_that_is_started(tmp_path, monkeypatch):
    """Kernels are started with an environment of their own, whose PATH is another."""
    own = tmp_path / "bwrap"
    own.write_text("#!/bin/sh\n")
    own.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    assert str(own) in walls.bubblewrap()


def test_a_course_inside_what_students_can_read_is_refused(monkeypatch):
    monkeypatch.setattr("sys.prefix", str(ROOT))
    with pytest.raises(SandboxUnavailable, match="keep the course outside"):
        walls.visible_paths()
