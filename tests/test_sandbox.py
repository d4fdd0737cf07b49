"""The locked room: what student code can see, reach and use in it."""

import contextlib
import dataclasses

import pytest

from autograder.course import Limits
from autograder.errors import SandboxUnavailable
from autograder.sandbox import walls
from autograder.sandbox.kernel import KernelDied, LiveKernel
from course_config import ROOT

LIMITS = Limits(memory_bytes=2 * 2**30, scratch_bytes=64 * 2**20, processes=64, output_bytes=10_000)


@pytest.fixture(scope="module")
def kernel():
    with LiveKernel(LIMITS, "bubblewrap") as kernel:
        yield kernel


@contextlib.contextmanager
def fresh_kernel(**limits):
    with LiveKernel(dataclasses.replace(LIMITS, **limits), "bubblewrap") as kernel:
        yield kernel


def printed(execution):
    return "".join(content.get("text", "") for _, content in execution.outputs).strip()


def run(kernel, code, seconds=30):
    return printed(kernel.execute(code, seconds))


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
    assert run(kernel, code, 120) == "[]"


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
    assert "connected" not in run(kernel, code)
    assert "['lo']" in run(kernel, code)


def test_no_other_process_is_visible(kernel):
    code = "import os; print(max(int(p) for p in os.listdir('/proc') if p.isdigit()) < 100)"
    assert run(kernel, code) == "True"


def test_the_environment_is_scrubbed(kernel, monkeypatch):
    monkeypatch.setenv("SECRET_TOKEN", "swordfish")
    with fresh_kernel() as kernel:
        assert run(kernel, "import os; print('SECRET_TOKEN' in os.environ)") == "False"
        assert run(kernel, "print(os.environ['HOME'], os.getcwd())") == "/scratch /scratch"


@pytest.mark.parametrize("path", ["/x", "/usr/x", f"{ROOT}/.venv/x", "/etc/x", "/dev/x"])
def test_only_the_scratch_directory_is_writable(kernel, path):
    code = f"try:\n    open({path!r}, 'w')\n    print('written')\nexcept OSError:\n    print('no')"
    assert run(kernel, code) == "no"
    assert run(kernel, "open('/scratch/x', 'w').close(); print('written')") == "written"


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


def test_memory_is_limited():
    with fresh_kernel() as kernel:
        assert "MemoryError" in str(kernel.execute("bytearray(10**10)", 30).outputs)
        grow = "rows = []\nwhile True: rows.append(bytearray(b'x' * 2**24))"
        with pytest.raises(KernelDied, match="memory"):
            # Several processes, none of which is over its own limit.
            kernel.execute(f"import os\nfor _ in range(3): os.fork()\n{grow}", 60)


def test_processes_are_limited():
    bomb = "import os, time\nwhile True:\n    try: os.fork()\n    except OSError: time.sleep(1)"
    with fresh_kernel() as kernel, pytest.raises(KernelDied, match=r"processes|memory"):
        kernel.execute(bomb, 30)


def test_output_is_cut_and_the_kernel_goes_on(kernel):
    execution = kernel.execute("for i in range(10**5): print('flood ' * 20)", 60)
    assert execution.dropped
    assert len(printed(execution)) <= LIMITS.output_bytes
    assert run(kernel, "print('still here')") == "still here"


def test_an_endless_loop_is_interrupted_and_the_kernel_goes_on(kernel):
    assert kernel.execute("while True: pass", 1).ending == "timeout"
    assert run(kernel, "print('still here')") == "still here"


def test_what_cannot_be_interrupted_is_ended():
    stubborn = """
import signal
signal.signal(signal.SIGINT, signal.SIG_IGN)
while True: pass
"""
    with fresh_kernel() as kernel, pytest.raises(KernelDied, match="interrupted"):
        kernel.execute(stubborn, 1)


@pytest.mark.parametrize("code", ["import os; os._exit(0)", "import os; os.kill(os.getpid(), 9)"])
def test_a_kernel_that_ends_itself_is_noticed(code):
    with fresh_kernel() as kernel, pytest.raises(KernelDied):
        kernel.execute(code, 30)


def test_a_reply_that_is_not_of_the_protocol_is_garbled(kernel):
    run(kernel, "import sys; agent = sys.modules.pop('autograder.in_kernel.agent')")
    assert kernel.ask({"do": "remember", "cell": "x"}, 10) == {"error": {"kind": "garbled"}}
    run(kernel, "sys.modules['autograder.in_kernel.agent'] = agent")
    assert "answer" in kernel.ask({"do": "remember", "cell": "x"}, 10)


def test_a_flood_of_protocol_messages_does_not_reach_the_grader():
    """A message of 200 MB and signed nonsense are dropped, not parsed."""
    code = """
from ipykernel.kernelapp import IPKernelApp
app = IPKernelApp.instance()
kernel = app.kernel
kernel.session.send(kernel.iopub_socket, "stream", {"name": "stdout", "text": "x" * 200_000_000})
"""
    with fresh_kernel() as kernel, contextlib.suppress(KernelDied):
        execution = kernel.execute(code, 20)
        assert sum(len(str(content)) for _, content in execution.outputs) < 100_000


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


def test_a_course_inside_what_students_can_read_is_refused(monkeypatch):
    monkeypatch.setattr("sys.prefix", str(ROOT))
    with pytest.raises(SandboxUnavailable, match="keep the course outside"):
        walls.visible_paths()
