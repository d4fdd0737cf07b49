"""What ``autograder new-exercise`` writes: the parts of an exercise, and the modules they stand in.

Every gap is marked, see ``doors.unfinished``. ``$NAME`` stands for what the command knows.
"""

from __future__ import annotations

from string import Template

# An exercise.

TEXT = Template("""\
### Exercise $number: TODO(author): its title ($worth)

TODO(author): the idea, and why it is worth having.

**What you program.** `$call` should give TODO(author): what. Say here, or in the text below the \
`def`, everything that a test asks for: which values the arguments may have, whether they may be \
arrays, what happens at the edges.\
""")

SOLUTION = Template('''\
def $call:
    """TODO(author): what it gives, in one line.

    Parameters
    ----------
    $arguments : number or array
        TODO(author): what it is, and which values it may have.

    Returns
    -------
    number or array
        TODO(author): what it is. Arrays give one answer for each entry.

    Example
    -------
    TODO(author): who this is: $call is about TODO(author): a number.
    """
    ### BEGIN SOLUTION
    return TODO(author)
    ### END SOLUTION\
''')

TEST = Template("""\
# Check of exercise $number ($worth). The grade also uses other numbers.
checks.$function()\
""")

CHECK = Template('''

@exercise
def $function() -> None:
    """Check of exercise $number."""
    __tracebackhide__ = True
    check(
        "$function",
        ($tuple),  # TODO(author): numbers from the notebook's text
        0.0,  # TODO(author): the right answer, to four decimals
        "TODO(author): who this is",
        "TODO(author): what to think of, whatever went wrong.",
        slips=[
            (
                1.0,  # TODO(author): a wrong answer to this call
                "TODO(author): what was mixed up.",
            ),
        ],
    )
    agree("$function agrees.")
''')

REFERENCE = Template('''

$definition
    """TODO(author): what it gives.

    TODO(author): what it needs, and what shape comes back.
    """
    $floats
    raise NotImplementedError  # TODO(author): the answer, in JAX
''')

HIDDEN_TESTS = Template('''

@pytest.mark.grade_cell(
    "test_$function",
    example=("call", "$function", $values),  # TODO(author): the notebook's numbers
)
class Test$camel:
    @pytest.mark.points($points)
    def test_other_numbers(self, student):
        """TODO(author): what is tested, in a learner's words and without the hidden numbers."""
        $arguments = $values  # TODO(author): numbers that are in no notebook
        student.expect_close(
            student.call("$function", $arguments),
            np.nan,  # TODO(author): the right answer in float64, without JAX
            operations=1,  # TODO(author): how many float32 roundings lead to it
            meaning="TODO(author): what a wrong answer shows, in a learner's words.",
        )
''')

MISCONCEPTION = Template("""

@library.of(
    "$function",
    "TODO(author): what was mixed up, and not the answer.",
)
def a_mistake($arguments):  # TODO(author): its name
    raise NotImplementedError  # TODO(author): what somebody who makes it would return
""")

ALTERNATIVE = Template("""
# %% $function: TODO(author): what is different about it
def $call:
    raise NotImplementedError  # TODO(author): another right way, as a student would write it
""")

# The modules of a new assignment, before its first exercise.

CHECKS_MODULE = Template('''\
"""The checks of $assignment; keep this file and checking.py beside the notebook."""

from checking import agree, check, exercise
''')

REFERENCE_MODULE = Template('''\
"""Reference for $assignment."""

import jax
from jax.typing import ArrayLike

from solutions._common import float_array
''')

HIDDEN_MODULE = Template('''\
"""Hidden tests of $assignment: numbers that are in no notebook."""

import numpy as np
import pytest
''')

MISCONCEPTIONS_MODULE = Template('''\
"""Misconceptions of $assignment."""

from autograder.misconceptions.library import Library

library = Library()
''')

FAMILIES_MODULE = Template('''\
"""Systematic mistakes of $assignment."""

from autograder.misconceptions.library import Library

library = Library()
''')

# Of each file of ``doors.unfinished.parts_of`` but the notebook, how it begins, and the exercise.
MODULES = (
    (CHECKS_MODULE, CHECK),
    (REFERENCE_MODULE, REFERENCE),
    (HIDDEN_MODULE, HIDDEN_TESTS),
    (MISCONCEPTIONS_MODULE, MISCONCEPTION),
    (FAMILIES_MODULE, None),
    (None, ALTERNATIVE),
)

# Its line in course_config.py.
ASSIGNMENT = Template('Assignment(ROOT, "$assignment", "$notebook", due="$due")')

# The cells of a new assignment's notebook, before its first exercise.

TITLE = Template("""\
# TODO(author): title

*Problem set $set_number · Hierarchical Bayes with JAX and GenJAX · $worth*

TODO(author): a question that makes one curious. What will be built, and what one needs to know.

If you forget a word, look in the [glossary](glossary.md) in this folder.\
""")

HOW_TO = Template("""\
<div class="alert alert-info">

**How to work with this notebook**

- Work from top to bottom. In each exercise, replace `raise NotImplementedError()` with your own \
code, and keep the function's name and arguments.
- The *check* below each function may be run as often as you like. Your grade also uses *other* \
numbers, so program the idea, not the numbers.
- The set-up and the checks are restored when you hand in. You may add cells of your own.
- Before you hand in, choose *Kernel > Restart & Run All* (JupyterLab: *Restart Kernel and Run All \
Cells*). Then save, and submit the notebook under its own name, `$notebook.ipynb`, in the \
*Assignments* tab or wherever your teacher collects it.

</div>\
""")

SET_UP_TEXT = Template("""\
Run the next two cells; you need not read them. The first looks at the versions and gets the \
checks, which live in two files beside this notebook, `checking.py` and `${notebook}_checks.py`: \
leave them there. Two names to remember: `np` is NumPy, Python's library for arrays, and `jnp` is \
JAX's edition of it, with the same functions under the same names.\
""")

IMPORT_CHECKS = Template("""\
# The versions, and the checks below the exercises. There is nothing to do here.
try:
    import ${notebook}_checks as checks
except ModuleNotFoundError as error:
    if error.name not in ("checking", "${notebook}_checks"):
        raise
    raise ModuleNotFoundError(
        f"There is no {error.name}.py beside this notebook. Two files belong there, checking.py and "
        "${notebook}_checks.py. They come in the assignment's folder: put both beside the "
        "notebook, and run this cell again."
    ) from None\
""")

SET_UP = Template("""\
import jax.numpy as jnp
import matplotlib.pyplot as plt
import numpy as np

# One look for all notebooks: the Okabe-Ito colours, which colour-blind readers can tell apart.
BLUE, ORANGE, GREEN, VERMILLION = "#0072B2", "#E69F00", "#009E73", "#D55E00"
PURPLE, SKY, BLACK, GREY = "#CC79A7", "#56B4E9", "#000000", "#6F6F6F"
plt.rcParams.update({
    "axes.prop_cycle": plt.cycler(color=[BLUE, VERMILLION, GREEN, PURPLE, SKY, BLACK]),
    "figure.figsize": (7, 4), "figure.dpi": 100, "figure.constrained_layout.use": True,
    "font.size": 11, "axes.titlesize": 11, "axes.titlelocation": "left", "legend.frameon": False,
    "axes.spines.top": False, "axes.spines.right": False, "lines.linewidth": 2,
})\
""")
