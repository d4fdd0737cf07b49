"""What handing in late costs, whatever a teacher gives for written answers afterwards."""

import shutil

import pytest
import small_class
from conftest import demo_submission
from small_class import PS1, exported, gradebook_of, hand_in

from autograder.course import LatePolicy
from autograder.doors import late, nbgrader
from autograder.errors import UserError
from course_config import COURSE

HOUR, DAY = 3600, 86_400


@pytest.mark.parametrize(
    ("seconds", "penalty"),
    [
        *((0, 0), (15 * 60, 0), (15 * 60 + 1, 2), (DAY, 2), (DAY + 1, 4), (4.5 * DAY, 10)),
        *((30 * DAY, 10), (-HOUR, 0)),
    ],
)
def test_each_day_that_has_begun_costs(seconds, penalty, lateness_costs):
    assert lateness_costs.penalty(20, seconds) == penalty


@pytest.mark.parametrize(
    "options",
    [
        {"grace_minutes": -1},
        {"percent_a_day": 101},
        {"percent_a_day": "10"},
        {"most_percent": float("nan")},
        {"grace_minutes": float("inf")},
        {"percent_a_day": True},
    ],
)
def test_a_policy_that_cannot_be_is_told(options):
    with pytest.raises(UserError, match=f"{next(iter(options))} should be a number from 0"):
        LatePolicy(**options)


@pytest.fixture
def root(tmp_path, empty_gradebook, lateness_costs, monkeypatch):
    shutil.copy(empty_gradebook, tmp_path)
    monkeypatch.setattr(nbgrader, "grade", small_class.quick_grade)
    hand_in(tmp_path, "alyssa", demo_submission("alyssa"), date="2027-02-05 18:10:00 UTC")
    hand_in(tmp_path, "diego", demo_submission("diego"), date="2027-02-06 18:01:00 UTC")
    return tmp_path


def mark(root, student, score):
    small_class.mark(root, student, score)
    with gradebook_of(root) as gradebook:
        for notebook in gradebook.find_submission(PS1.name, student).notebooks:
            for grade in notebook.grades:
                if grade.name != "explain_shrinkage":
                    grade.manual_score = 0.0
        gradebook.db.commit()


def test_points_for_answers_come_under_the_penalty_too(root):
    assert small_class.autograde(root)[0]
    for student in ("alyssa", "diego"):
        mark(root, student, 3.0)
    row = exported(root)
    assert (row["alyssa"]["raw_score"], row["alyssa"]["score"]) == ("3.0", "3.0")
    # Two days cost 4 of 20 points, and Diego has 3.
    assert (row["diego"]["late_submission_penalty"], row["diego"]["score"]) == ("4.0", "0.0")


def test_nbgraders_own_policy_takes_everything_for_good(root):
    options = {"LateSubmissionPlugin": {"penalty_method": "zero"}}
    assert small_class.autograde(root, options=options)[0]
    mark(root, "diego", 3.0)
    assert exported(root)["diego"]["score"] == "0.0"
    assert float(exported(root)["diego"]["late_submission_penalty"]) == 20


def test_lateness_costs_nothing_unless_the_course_says_so(root, monkeypatch):
    monkeypatch.setattr(late, "COURSE", COURSE)
    assert small_class.autograde(root)[0]
    assert small_class.contents(root)["diego"]["penalty"] is None
