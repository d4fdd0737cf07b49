"""``nbgrader release_feedback``, where not everything has come through nbgrader's exchange."""

from __future__ import annotations

from nbgrader.exchange.default import ExchangeReleaseFeedback

from autograder.doors.not_graded import folders_of


class ReleaseFeedback(ExchangeReleaseFeedback):
    """Releases the feedback of those who submitted through the exchange, and names the others.

    The exchange hands feedback out by a secret that ``nbgrader submit`` puts beside a notebook.
    nbgrader's own stops at the first submission without one, such as from an LMS.
    """

    def copy_files(self) -> None:
        """Copy each page to where its student can fetch it."""
        directory = self.coursedir
        excluded = directory.student_id_exclude.split(",") if directory.student_id_exclude else []
        for folder, _, student in folders_of(
            directory,
            directory.feedback_directory,
            directory.assignment_id,
            directory.student_id or "*",
        ):
            if student not in excluded and not (folder / "submission_secret.txt").is_file():
                excluded.append(student)
                self.log.warning(
                    "Feedback for %s was not released, because the notebook did not come through "
                    "nbgrader's exchange. Hand it out in another way: %s",
                    student,
                    folder,
                )
        directory.student_id_exclude = ",".join(excluded)
        super().copy_files()
