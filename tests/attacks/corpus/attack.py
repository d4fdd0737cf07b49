"""What is said of an attack."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from nbformat import NotebookNode


@dataclass(frozen=True)
class Attack:
    """One way to cheat, to break out or to break things.

    Attributes:
        name: what it does.
        aim: what it hopes for, in a sentence.
        code: the text of a further cell right behind the set-up, run before any answer.
        answers: whether the code defines the graded functions; else their placeholders stay.
        change: changes the notebook that is handed in, or returns the file's text in its stead.
        told: a regular expression for what the student reads, in an output or in the feedback.
        refused: the same for the reason why the submission gets no grade; empty if it gets one.
        reads: name of the planted secret that it wants to print.
        leaves: name of a file that it wants to write into a planted folder.
        control: whether it is also tried without the wall, where it must succeed; never an attack
            that would harm more than what is planted for it.
        cold: whether it takes another way in a kernel that was not forked from a template.
        needs_control_group: whether nothing but a control group stops it, see SECURITY.md.
        limits: limits of time that differ from those of the other attacks.
    """

    name: str
    aim: str
    code: str = ""
    answers: bool = False
    change: Callable[[NotebookNode], str | None] | None = None
    told: str = ""
    refused: str = ""
    reads: str = ""
    leaves: str = ""
    control: bool = False
    cold: bool = False
    needs_control_group: bool = False
    limits: Mapping[str, Any] = field(default_factory=dict)


EVERY_FUNCTION = "posterior_mean = data_weight = shrinkage_shift = plot_shrinkage"
