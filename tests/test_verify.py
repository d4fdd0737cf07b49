"""The authors' gate and the power study, in a form that fits CI's time; `make verify` does all."""

from dataclasses import replace

import numpy as np
import pytest
from conftest import PS1, with_answers
from scipy.stats import norm

from autograder import statistics
from autograder.authoring import verify
from autograder.authoring.kept_findings import KeptFindings
from autograder.authoring.power import study
from autograder.authoring.verify import PARTS, Finding, carry_out, tasks_of, variants_of
from autograder.errors import UserError
from autograder.misconceptions.library import library_of
from course_config import ASSIGNMENTS, COURSE
from solutions import shrinkage

by_assignment = pytest.mark.parametrize("assignment", ASSIGNMENTS, ids=lambda a: a.name)


@by_assignment
def test_a_sample_of_misconceptions_is_named_and_of_other_right_ways_accepted(assignment):
    """Whole notebooks are tried with one assignment; test_suites has the keys of all."""
    tasks = [t for t in tasks_of(assignment, quick=True) if not t.notebooks or assignment == PS1]
    problems = [finding for task in tasks for finding in carry_out(task, COURSE) if finding.problem]
    assert problems == []


@by_assignment
def test_each_exercise_has_its_misconceptions_and_alternatives(assignment):
    for function in {variant.function for variant in variants_of(assignment)}:
        kinds = [v.kind for v in variants_of(assignment) if v.function == function]
        assert kinds.count("misconception") >= 6, function
        assert kinds.count("alternative") >= 3, function
    assert library_of(assignment.notebook).functions


def test_a_study_tells_how_often_the_reference_fails():
    """Nobody listens to checks but within a study; test_odd_answers runs the other references."""
    tally = study(ASSIGNMENTS[4], runs=2)
    assert {cell for cell, _ in tally} == {"test_replicate_class"}
    assert all(tried.runs == 2 and tried.checks > 0 for tried in tally.values())
    assert all(tried.failures == 0 for tried in tally.values())


def test_of_one_exercise_only_its_own_answers_are_tried():
    tasks = tasks_of(PS1, quick=False, exercise="data_weight")
    tried = [one for task in tasks for one in (*task.variants, *task.members)]
    assert {one.function for one in tried} == {"data_weight"}
    assert [task.notebooks for task in tasks if task.notebooks] == [
        ("answer key", "empty release"),
        tuple(PARTS),
    ]
    with pytest.raises(UserError, match="ps1-shrinkage has no exercise 'data_wait'"):
        tasks_of(PS1, quick=False, exercise="data_wait")


def test_an_exercise_without_another_right_way_is_named(monkeypatch):
    missing = ("alternative", "data_weight")
    kept = [v for v in variants_of(PS1) if (v.kind, v.function) != missing]
    assert PARTS["misconceptions and alternatives"](PS1, COURSE) == ""
    monkeypatch.setattr(verify, "variants_of", lambda assignment: kept)
    told = PARTS["misconceptions and alternatives"](PS1, COURSE)
    assert told == "data_weight has no alternative"


def test_a_reference_that_is_wrong_is_named(monkeypatch):
    monkeypatch.setattr(shrinkage, "data_weight", lambda a, b, n: n / (a + b))
    told = PARTS["reference"](PS1, COURSE)
    assert told.startswith("fails weights of a class of test_data_weight (")
    assert "posterior_mean" not in told


def test_a_check_that_complains_of_the_key_is_named(monkeypatch, key):
    spoilt = with_answers(key, data_weight="def data_weight(a, b, n):\n    return n / 10")
    monkeypatch.setattr(verify, "read_notebook", lambda path: spoilt)
    told = PARTS["visible checks"](PS1, COURSE)
    assert told.startswith("complain of the answer key: test_data_weight (AssertionError: ")
    assert "That compares real bentos with imaginary ones." in told
    assert told.count("test_") == 1


def test_the_dkw_bound_holds_and_has_power():
    random = np.random.default_rng(0)
    draws = random.normal(size=(200, 5000))
    assert all(statistics.distribution_fits(row, norm.cdf) for row in draws)
    assert not statistics.distribution_fits(draws[0] + 0.15, norm.cdf)
    assert not statistics.distribution_fits(np.append(draws[0], np.nan), norm.cdf)


def test_the_dkw_bound_is_exact_enough_for_counts():
    random = np.random.default_rng(1)
    counts = random.binomial(9, 0.3, 5000).astype(float)

    def cdf(k):
        from scipy.stats import binom

        return binom.cdf(np.floor(k), 9, 0.3)

    assert statistics.distribution_distance(counts, cdf) < 0.03
    assert statistics.distribution_fits(counts, cdf)
    assert not statistics.distribution_fits(np.minimum(counts + 1, 9), cdf)


def test_two_samples_of_one_distribution_are_the_same_and_of_two_not():
    random = np.random.default_rng(2)
    first, second = random.normal(size=(2, 5000))
    assert statistics.same_distribution(first, second)
    assert not statistics.same_distribution(first, second + 0.3)


def test_the_false_alarm_rate_is_what_it_says():
    assert 2 * norm.sf(statistics.Z) == pytest.approx(statistics.FALSE_ALARM)


def test_what_was_found_right_is_not_checked_again(tmp_path):
    course = replace(COURSE, store=tmp_path)
    task, another = tasks_of(PS1, quick=True)[1:3]
    right = [Finding(PS1.name, "family", "data_weight", "doubled")]
    wrong = [replace(right[0], problem="keeps full marks")]
    kept = KeptFindings(course, [PS1])
    kept.keep(task, right)
    kept.keep(another, wrong)
    kept = KeptFindings(course, [PS1])
    assert kept.load(task) == right
    assert kept.load(another) is None
    other_limits = replace(course, limits=replace(COURSE.limits, call_seconds=29))
    assert KeptFindings(other_limits, [PS1]).load(task) is None
    assert KeptFindings(course, [PS1]).load(task) is None  # those of older versions are removed
    assert KeptFindings(replace(course, store=None), [PS1]).load(task) is None
