"""Attacks by what the graded functions return, raise and draw."""

from attacks.corpus.attack import EVERY_FUNCTION, Attack


def _answering(name: str, aim: str, code: str, told: str = "", **more) -> Attack:
    """An attack whose graded functions all are the function ``answer`` that its code defines."""
    return Attack(name, aim, f"{code}\n{EVERY_FUNCTION} = answer", True, told=told, **more)


def _drawing(name: str, aim: str, code: str, told: str = "", **more) -> Attack:
    """An attack by a figure: its code draws on ``ax``, and knows the arguments."""
    body = "\n".join(f"    {line}" for line in code.strip().splitlines())
    function = f"""
import numpy as np
def plot_shrinkage(names, k, n, a, b, ax=None):
    _, ax = plt.subplots()
    raw = np.asarray(k / n, float)
{body}
    return ax
posterior_mean = data_weight = shrinkage_shift = lambda *args: None
"""
    return Attack(name, aim, function, True, told=told, **more)


ANSWERS = (
    _answering(
        "answers without end",
        "Returns ten million texts.",
        "answer = lambda *args: ['6.0'] * 10**7",
        told="too large or nested too deeply",
    ),
    _answering(
        "answers with a large array",
        "Returns as many numbers as memory holds.",
        "answer = lambda *args: jnp.ones(2 * 10**7)",
        told="too large or nested too deeply",
    ),
    _answering(
        "nests its answer",
        "Returns a list in a list in a list, a hundred thousand deep.",
        """
def answer(*args):
    nested = []
    for _ in range(10**5): nested = [nested]
    return nested
""",
        told="too large or nested too deeply",
    ),
    _answering(
        "answers with itself",
        "Returns a list that holds itself.",
        "def answer(*args):\n    cycle = []\n    cycle.append(cycle)\n    return cycle",
        told="too large or nested too deeply",
    ),
    Attack(
        "answers with many small things",
        "Returns what is small at every depth and large in all.",
        """
def posterior_mean(*args):
    wide = 0
    for _ in range(11): wide = [wide] * 10
    return wide
""",
        answers=True,
        told="too large|did not come back|MemoryError|used more memory|time that a submission may",
        limits={"submission_seconds": 4},
    ),
    _answering(
        "answers with NaN",
        "Returns NaN and infinities of the right shape, which compare like nothing else.",
        """
import numpy as np
shape_of = lambda args: np.broadcast_shapes(*(np.shape(arg) for arg in args[-2:]))
answer = lambda *args: np.full(shape_of(args), np.nan)
""",
        told="There is a NaN or an infinity",
    ),
    _answering(
        "answers with objects that equal everything",
        "Returns numbers that are smaller, larger and equal, as it is wished.",
        """
class Right(float):
    __eq__ = __le__ = __ge__ = __lt__ = __gt__ = lambda self, other: True
    __hash__ = None
    __array__ = lambda self, *args, **kwargs: [True]
    dtype = shape = None
answer = lambda *args: Right("nan")
""",
    ),
    _answering(
        "answers with a lying array",
        "Returns an array that says it has another shape, type and content each time.",
        """
import numpy as np
class Liar(np.ndarray):
    shape = property(lambda self: (7,))
    nbytes = property(lambda self: 0)
    tobytes = lambda self, *args: b"6.0" * 10**6
    astype = __array__ = lambda self, *args, **kwargs: self
answer = lambda *args: np.ones(3).view(Liar)
""",
    ),
    _answering(
        "raises wherever it is looked at",
        "Returns an object that raises in every method.",
        """
def refuse(*args, **kwargs):
    raise SystemExit("6.0")
class Touchy:
    __repr__ = __str__ = __array__ = __eq__ = __len__ = __iter__ = __float__ = refuse
    __getattr__ = __hash__ = __bool__ = __reduce__ = __del__ = refuse
answer = lambda *args: Touchy()
""",
    ),
    _answering(
        "raises what cannot be shown",
        "Raises an error whose text raises errors.",
        """
class Unshowable(Exception):
    def __str__(self):
        raise KeyboardInterrupt("6.0")
    __repr__ = __str__
Unshowable.__name__ = Unshowable.__qualname__ = "E" * 10**6
def answer(*args):
    raise Unshowable
""",
    ),
    _answering(
        "answers with a text to be evaluated",
        "Returns Python that writes a file, for a grader that calls eval.",
        """
answer = lambda *args: f"open({places['outside'] + '/evaluated'!r}, 'w')"
""",
        told="it is a text",
        leaves="evaluated",
    ),
    _answering(
        "answers with a pickle",
        "Returns objects that write a file when they are unpickled.",
        """
class Payload:
    def __reduce__(self):
        return open, (places["outside"] + "/unpickled", "w")
answer = lambda *args: Payload()
""",
        told="something that is no number",
        leaves="unpickled",
    ),
    _answering(
        "answers with a generator",
        "Returns what yields for ever.",
        "import itertools\nanswer = lambda *args: itertools.repeat(6.0)",
        told="something that is no number",
    ),
    _answering(
        "answers with a huge number",
        "Returns an integer with a million digits, which takes long to read.",
        "answer = lambda *args: 1 << 3_000_000",
        told="too large or nested too deeply",
    ),
    _answering(
        "answers with forged descriptions",
        "Sends arrays whose shape, type and data belong to three different arrays.",
        """
import sys
forged = [
    {"kind": "array", "dtype": "float64", "shape": [10**6, 10**6, 0], "data": ""},
    {"kind": "array", "dtype": "float64", "shape": [-7, -1], "data": "A" * 76},
    {"kind": "array", "dtype": "object", "shape": [7], "data": "A" * 76},
    {"kind": "array", "dtype": "bool", "shape": [8], "data": "//////////8="},
    {"kind": "float", "value": "١٢"}, {"kind": "int", "value": "9" * 10**6},
    {"kind": "list", "items": 7}, {"kind": "dict", "items": [[{"kind": "list", "items": []}] * 2]},
    {"kind": "key", "seed": 10**400}, {"kind": ["float"]}, 6.0, None, "6.0",
]
agent = sys.modules["autograder.in_kernel.agent"]
agent._plain_call.__globals__["encode"] = lambda value: forged.pop(0) if forged else None
answer = lambda *args: 6.0
""",
        told="cannot be read",
    ),
    _answering(
        "sends escapes and HTML in its errors",
        "Raises errors whose text would run in a page or steer a terminal.",
        r"""
def answer(*args):
    raise ValueError("<script>alert(6.0)</script><img src=x onerror=alert(1)>"
                     "\x1b]2;owned\x07\x1b[2J\x1b[31m\r6.0 of 6 points")
answer.__name__ = "<script>alert(1)</script>"
""",
        told="stops on the notebook's own example with ValueError",
    ),
    Attack(
        "shows HTML and scripts",
        "Displays what would run in the page of whoever grades.",
        r"""
from IPython.display import HTML, SVG, Javascript, Latex, Markdown, display
for text in ("<script>alert(6.0)</script>", "<img src=x onerror=alert(1)>"):
    for kind in (HTML, Javascript, Latex, Markdown):
        display(kind(text))
    print(text, "\x1b]2;owned\x07\x1b[2J")
display(SVG('<svg xmlns="http://www.w3.org/2000/svg"><script>alert(6.0)</script></svg>'))
display({"image/png": '"><script>alert(6.0)</script>', "text/html": "<script>6.0</script>"},
        raw=True)
raise ValueError("<script>alert(6.0)</script>")
""",
    ),
    _drawing(
        "draws thousands of lines",
        "Draws more artists than anybody can look at.",
        "for i in range(3000): ax.add_artist(plt.Line2D([0, 1], [i, i]))",
        told="too large or nested too deeply",
    ),
    _drawing(
        "draws a line with millions of corners",
        "Draws one line that takes longer to read than to draw.",
        "ax.plot(np.zeros(3_000_000))",
        told="too large or nested too deeply",
    ),
    _drawing(
        "draws a straight line with many corners",
        "Draws as many corners as are allowed, each of which the grader removes one by one.",
        "ax.plot(np.linspace(0, 1, 99_000), np.linspace(0, 1, 99_000))",
        told="not joined by a line",
    ),
    _drawing(
        "draws a line to every height",
        "Draws so many lines that the right ones are among them.",
        """
heights = np.arange(0, 1.001, 0.0019)
ax.plot(*zip(*[corner for start in raw for end in heights for corner in ((0, start), (1, end))]))
for height in heights:
    ax.axhline(height, color="orange", linestyle="--")
""",
    ),
    _drawing(
        "draws a marker at every height",
        "Draws so many markers that the right ones are among them.",
        """
heights = np.linspace(0, 1, 1000)
for x in (0, 1):
    ax.scatter(np.full(1000, x), heights, s=np.linspace(1, 100, 1000))
""",
        told="markers that belong to no student",
    ),
    _drawing(
        "draws with numbers that are none",
        "Puts NaN, infinities and huge numbers into a figure.",
        """
ax.scatter([0, 1, np.nan], [np.nan, np.inf, 1e300])
ax.plot([0, 1], [np.nan, np.inf])
ax.axhline(np.nan, color="orange", linestyle="--")
ax.set_ylim(-1e300, 1e300)
""",
        told="not as many|belong to no student|could not be asked|stops",
    ),
    _drawing(
        "draws with artists of its own",
        "Returns an Axes whose artists lie, loop or raise when they are looked at.",
        """
from matplotlib.lines import Line2D
class Line(Line2D):
    get_xydata = lambda self: np.ones((7, 2)) * np.inf
    get_label = lambda self: "<script>" * 10**6
    is_dashed = lambda self: self
ax.add_line(Line([0, 1], [0, 1]))
""",
    ),
)
