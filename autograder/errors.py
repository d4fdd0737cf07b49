"""What can go wrong in grading, told apart by whose affair it is."""

from __future__ import annotations

import traceback
from pathlib import Path


class UserError(Exception):
    """The command was used wrongly, or the course's own files are wrong. One sentence, status 2."""


class SandboxUnavailable(UserError):
    """A sandbox is wanted and cannot be had on this machine."""


class CannotGrade(Exception):
    """A submission that gets no grade; the message is one sentence for whoever handed it in."""

    @property
    def sentence(self) -> str:
        """What to tell, with whose fault it is."""
        return str(self)


class GraderFault(CannotGrade):
    """No grade because the grader itself failed, which is never the student's fault."""

    @property
    def sentence(self) -> str:
        """What to tell, with whose fault it is."""
        return f"The grader itself failed, not the submission: {self}"

    @classmethod
    def caused_by(cls, error: Exception) -> GraderFault:
        """The fault that an exception is which nobody expected, with the place that it is from."""
        frames = traceback.extract_tb(error.__traceback__)
        where = f" ({Path(frames[-1].filename).name}, line {frames[-1].lineno})" if frames else ""
        told = " ".join(str(error).split())[:300]
        fault = cls(f"{type(error).__name__}: {told}{where}")
        fault.__cause__ = error
        return fault
