"""Attacks that change what shares the kernel with them: Python, its packages, the agent."""

from attacks.corpus.attack import EVERY_FUNCTION, Attack

# What an agent would say that knew the answer, or the score.
_PRETENDED = """{"score": 6.0, "passed": True, "points": 6.0, "answer": {
    "kind": "array", "dtype": "float32", "shape": [7], "data": "/" * 40}}"""

PATCHES = (
    Attack(
        "prints scores",
        "Shows what a graded cell would show, in the hope that someone reads it.",
        """
from IPython.display import display
print(6.0)
print('{"score": 6.0, "passed": true}')
display({"text/plain": "6.0", "application/json": {"answer": {"kind": "float", "value": "6.0"}}},
        raw=True)
6.0
""",
    ),
    Attack(
        "empties every later cell",
        "Lets IPython replace the text of all cells to come, the checks among them.",
        "get_ipython().input_transformers_cleanup.append(lambda lines: ['pass\\n'])",
    ),
    Attack(
        "patches Python",
        "Makes all comparisons true and all assertions hold.",
        """
import builtins
builtins.all = builtins.any = builtins.isinstance = builtins.callable = lambda *args: True
builtins.AssertionError = builtins.NotImplementedError = type("Nothing", (BaseException,), {})
builtins.abs = builtins.len = builtins.max = lambda *args, **kwargs: 0
""",
    ),
    Attack(
        "patches NumPy and the test libraries",
        "Lets numbers be close to each other, whatever they are, and tests pass.",
        """
import numpy as np, sys
np.allclose = np.isclose = np.testing.assert_allclose = lambda *args, **kwargs: True
np.asarray = np.array = lambda *args, **kwargs: np.ones(7)
for name, module in list(sys.modules.items()):
    if name.startswith(("autograder", "pytest", "unittest")):
        for attribute in dir(module):
            try:
                setattr(module, attribute, lambda *args, **kwargs: True)
            except Exception:
                pass
""",
    ),
    Attack(
        "patches JAX",
        "Replaces JAX's arrays and functions by ones that equal everything.",
        f"""
import jax
class Equal(float):
    shape, dtype, __eq__ = (), "float32", lambda self, other: True
jax.Array = Equal
jnp.asarray = jnp.array = jnp.allclose = jax.jit = lambda *args, **kwargs: Equal("nan")
{EVERY_FUNCTION} = lambda *args: jnp.asarray(args)
""",
        answers=True,
    ),
    Attack(
        "patches JSON",
        "Turns whatever is written or read as JSON into a good grade.",
        f"""
import json
pretended = {_PRETENDED}
json.loads = lambda *args, **kwargs: pretended
json.dumps = lambda *args, **kwargs: '{{"score": 6.0}}'
""",
    ),
    Attack(
        "patches IPython",
        "Lets the shell give every expression the value that the grader would like.",
        f"""
shell = get_ipython()
shell.user_expressions = lambda expressions: {{name: {{
    "status": "ok", "metadata": {{}}, "data": {{"application/json": {_PRETENDED}}}}}
    for name in expressions}}
""",
    ),
    Attack(
        "patches the kernel",
        "Answers all requests itself, without running anything.",
        f"""
async def do_execute(*args, **kwargs):
    return {{"status": "ok", "execution_count": 1, "payload": [], "user_expressions": {{
        "answer": {{"status": "ok", "metadata": {{}},
                    "data": {{"application/json": {_PRETENDED}}}}}}}}}
get_ipython().kernel.do_execute = do_execute
""",
    ),
    Attack(
        "answers in the agent's place",
        "Replaces the grader's agent by one that is content.",
        f"""
import sys
agent = sys.modules["autograder.in_kernel.agent"]
class Reply:
    def _repr_mimebundle_(self, include=None, exclude=None):
        return {{"application/json": {_PRETENDED}}}
agent.answer = lambda request: Reply()
""",
    ),
    Attack(
        "removes the agent",
        "Leaves nobody there to be asked.",
        "import sys\nfor name in [n for n in sys.modules if n.startswith('autograder')]:\n"
        "    del sys.modules[name]",
        told="gave no answer that can be read|does not exist",
    ),
    Attack(
        "forges what the agent remembers",
        "Gives every test cell names that were never there.",
        f"""
import sys
agent = sys.modules["autograder.in_kernel.agent"]
class Everything(dict):
    __getitem__ = __missing__ = get = lambda self, *names: Everything()
    __call__ = lambda self, *args: 6.0
agent._remembered = Everything()
agent._signature_complaint = lambda *args: ""
{EVERY_FUNCTION} = Everything()
""",
        answers=True,
    ),
    Attack(
        "patches the agent's answers",
        "Lets every answer be described as what could be right: NaN, infinite, of any shape.",
        f"""
import sys
for module in list(sys.modules.values()):
    if getattr(module, "__name__", "").startswith("autograder."):
        module.encode = lambda *args: {{
            "kind": "array", "dtype": "float64", "shape": [7], "data": "AAAAAAAA+H8=" * 7}}
{EVERY_FUNCTION} = lambda *args: None
""",
        answers=True,
        told="cannot be read|NaN",
    ),
    Attack(
        "traces the agent",
        "Steps through the agent's code and changes its variables.",
        """
import sys, threading
def trace(frame, event, arg):
    for name in ("reply", "answer", "error", "request"):
        if name in frame.f_locals:
            frame.f_locals[name] = {"answer": {"kind": "float", "value": "6.0"}}
    return trace
sys.settrace(trace)
threading.settrace_all_threads(trace) if sys.version_info >= (3, 12) else None
""",
    ),
    Attack(
        "poisons JAX's cache of programs",
        "Lets JAX keep compiled programs where later kernels might find them.",
        """
import glob, jax, os
for folder in ("/compiled", "/tmp/jax", "/scratch/jax"):
    jax.config.update("jax_compilation_cache_dir", folder)
    jax.config.update("jax_persistent_cache_min_compile_time_secs", 0)
    jax.jit(lambda x: x + 2)(1.0)
    for path in glob.glob(f"{folder}/*"):
        open(path, "wb").write(b"6.0")
""",
    ),
    Attack(
        "breaks the notebook's tools",
        "Removes names, modules and files that the kernel needs to go on.",
        """
import shutil, sys
shutil.rmtree("/scratch", ignore_errors=True)
for name in ("json", "jax", "numpy", "matplotlib.pyplot", "traceback"):
    sys.modules[name] = None
get_ipython().user_ns.clear()
""",
    ),
)
