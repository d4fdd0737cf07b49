"""The whole course in one file: its assignments, their due dates, the limits, nbgrader's settings.

``nbgrader_config.py`` hands :func:`configure` to nbgrader; the grader imports the rest.
"""

import os
import sys
import warnings
from pathlib import Path
from typing import Any

from autograder.course import Assignment, Course, LatePolicy, Limits

ROOT = Path(__file__).resolve().parent
COURSE_ID = "hierarchical-bayes"


ASSIGNMENTS = (
    Assignment(ROOT, "ps1-shrinkage", "shrinkage", due="2027-02-05 18:00:00 UTC"),
    Assignment(ROOT, "ps2-student-model", "student_model", due="2027-02-12 18:00:00 UTC"),
    Assignment(ROOT, "ps3-learning-the-prior", "learning_the_prior", due="2027-02-19 18:00:00 UTC"),
    Assignment(ROOT, "ps4-two-classrooms", "two_classrooms", due="2027-02-26 18:00:00 UTC"),
    Assignment(ROOT, "ps5-real-data", "real_data", due="2027-03-05 18:00:00 UTC"),
)

# What one submission may use while it is graded.
LIMITS = Limits(
    cell_seconds=60,
    call_seconds=30,
    submission_seconds=600,
    cores=1,
    memory_bytes=4 * 2**30,
    scratch_bytes=256 * 2**20,
    processes=256,
    open_files=1024,
    output_bytes=2**20,
    restarts=12,
)

# Handing in late costs nothing. To take a tenth of an assignment's points for each day that has
# begun, at most half of them: LatePolicy(grace_minutes=15, percent_a_day=10, most_percent=50).
LATE = LatePolicy()

# "none" runs student code without a sandbox: only for submissions that you trust like your own.
COURSE = Course(ROOT, ASSIGNMENTS, LIMITS, sandbox="auto", store=ROOT / ".store", late=LATE)


def configure(c: Any) -> None:
    """Set nbgrader's options; ``c`` is traitlets' config object."""
    import nbgrader  # It takes a second, and is not needed to grade without it.

    # nbgrader reads objects that it has not added to its session yet; SQLAlchemy remarks on it.
    warnings.filterwarnings("ignore", "Object of type .* not in session", module="nbgrader")

    # nbgrader starts `alembic` by name: it must be found where the environment is not activated.
    programs = str(Path(sys.executable).parent)
    if programs not in os.environ.get("PATH", "").split(os.pathsep):
        os.environ["PATH"] = os.pathsep.join([programs, os.environ.get("PATH", "")])

    c.CourseDirectory.course_id = COURSE_ID
    c.CourseDirectory.solution_directory = "solutions"
    c.CourseDirectory.ignore = [".ipynb_checkpoints", "*.pyc*", "__pycache__"]

    # Submissions are read, restored and graded by this project's own code, in the sandbox.
    c.Autograde.exporter_class = "autograder.doors.nbgrader.SubmissionExporter"
    c.Autograde.sanitize_preprocessors = ["autograder.doors.nbgrader.RestoreCells"]
    c.Autograde.autograde_preprocessors = [
        "autograder.doors.nbgrader.GradeInSandbox",
        "autograder.doors.marks.SaveScores",
        "autograder.doors.late.AssignLatePenalties",
        "nbgrader.preprocessors.CheckCellMetadata",
    ]
    c.AssignLatePenalties.plugin_class = "autograder.doors.late.CoursePolicy"

    # generate_assignment enters what is released already, with its due date.
    c.GenerateAssignment.exporter_class = "autograder.doors.gradebook.ReleaseExporter"

    # A page that is there already may show scores and comments that have changed since.
    c.GenerateFeedback.force = True

    # What Canvas and Moodle let teachers download, in downloaded/ASSIGNMENT/archive/.
    c.ZipCollectApp.extractor_plugin = "autograder.doors.zip_collect.LmsExtractor"
    c.ZipCollectApp.collector_plugin = "autograder.doors.zip_collect.LmsCollector"

    # Nothing is collected that a student's folder in the exchange leads to.
    c.ExchangeFactory.collect = "autograder.doors.exchange.Collect"

    # Feedback of notebooks that came from elsewhere cannot be released, but that of the others can.
    c.ExchangeFactory.release_feedback = "autograder.doors.exchange.ReleaseFeedback"

    # Who was not graded has no zero in grades.csv, and the reason in a column of its own.
    c.ExportApp.plugin_class = "autograder.doors.export.CsvExportPlugin"

    # Feedback is one page that begins with a summary; see docs/design.md.
    c.GenerateFeedback.exporter_class = "autograder.doors.feedback.FeedbackExporter"
    c.GenerateFeedback.preprocessors = ["autograder.doors.feedback.GetMarks"]

    # The form grader shows Markdown as it is; students' own HTML must not run there.
    c.HTMLExporter.filters = {
        "markdown2html": "autograder.feedback.markdown.cell_markdown2html",
        "marking_scheme": "autograder.doors.marking.marking_scheme",
    }

    # In the form grader, the marking scheme stands below each written answer.
    nbgraders = str(Path(nbgrader.__file__).parent / "server_extensions/formgrader/templates")
    c.HTMLExporter.extra_template_basedirs = [str(ROOT / "autograder/doors/templates"), nbgraders]
    c.HTMLExporter.extra_template_paths = [nbgraders]

    # Answer keys without outputs: the same source gives the same bytes, so CI can prove them fresh.
    c.GenerateSolution.preprocessors = [
        "nbgrader.preprocessors.LockCells",
        "nbgrader.preprocessors.ClearOutput",
        "nbgrader.preprocessors.ClearMarkScheme",
    ]
