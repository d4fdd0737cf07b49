"""What handing in late costs: nbgrader's penalties, by the policy of ``course_config.py``."""

from __future__ import annotations

from nbgrader import preprocessors
from nbgrader.api import SubmittedNotebook
from nbgrader.plugins import LateSubmissionPlugin

from course_config import COURSE


class AssignLatePenalties(preprocessors.AssignLatePenalties):
    """Enters penalties that hold whatever a teacher gives for written answers afterwards.

    nbgrader's own lets no penalty be higher than the score is while programs are graded. Points
    that are given later would come on top.
    """

    def _check_late_penalty(self, notebook: SubmittedNotebook, penalty: float) -> float:
        return min(max(penalty, 0.0), notebook.max_score)


class CoursePolicy(LateSubmissionPlugin):
    """Penalties by ``COURSE.late``, or by nbgrader's own ``penalty_method`` where that is set."""

    def late_submission_penalty(
        self, student_id: str, score: float, total_seconds_late: float
    ) -> float | None:
        """What is taken off a notebook's score; None for nothing."""
        submission = self.parent
        notebook = submission.gradebook.find_notebook(
            submission.notebook_id, submission.assignment_id
        )
        points = float(notebook.max_score)
        if self.penalty_method == "zero":
            return points
        return COURSE.late.penalty(points, total_seconds_late) or None
