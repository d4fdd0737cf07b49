"""What can go wrong in grading, told apart by whose affair it is."""


class UserError(Exception):
    """The command was used wrongly, or the course's own files are wrong. One sentence, status 2."""


class SandboxUnavailable(UserError):
    """A sandbox is wanted and cannot be had on this machine."""


class CannotGrade(Exception):
    """A submission that gets no grade; the message is one sentence for whoever handed it in."""


class GraderFault(CannotGrade):
    """No grade because the grader itself failed, which is never the student's fault."""
