"""Families, signs and clues: what they recognise, and what they leave alone."""

import subprocess
import sys

import numpy as np
import pytest

from autograder.authoring.verify import HELD_OUT, held_out_of
from autograder.in_kernel.wire import Key
from autograder.misconceptions.clues import clue
from autograder.misconceptions.estimates import agrees, estimate
from autograder.misconceptions.families import arguments, formula, members, result
from autograder.misconceptions.library import Misconception, families_of, library_of
from autograder.misconceptions.matching import name_misconceptions
from autograder.misconceptions.signs import SIGNS
from autograder.records import Answered, Question
from course_config import ASSIGNMENTS

by_assignment = pytest.mark.parametrize("assignment", ASSIGNMENTS, ids=lambda a: a.name)


def test_families_are_there_without_jax():
    names = [assignment.notebook for assignment in ASSIGNMENTS]
    code = (
        "import sys\nfrom autograder.misconceptions.library import families_of\n"
        f"for name in {names}: families_of(name)\nprint('jax' in sys.modules)"
    )
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert told.stdout.strip() == "False"


@by_assignment
def test_every_mistake_has_its_own_name_and_a_sentence(assignment):
    entries = list(library_of(assignment.notebook).functions)
    names = [(entry.function, entry.name, entry.quick) for entry in entries]
    assert len(set(names)) == len(names)
    for entry in entries:
        assert entry.teaches.strip().endswith((".", "?")), entry
        assert not entry.sign or entry.sign in SIGNS


@by_assignment
def test_held_out_answers_are_many_and_their_causes_are_in_the_library(assignment):
    tried = held_out_of(assignment)
    functions = {entry.function for entry in families_of(assignment.notebook).functions}
    known = {(e.function, e.name) for e in library_of(assignment.notebook).functions}
    known |= {(e.function, e.name) for e in families_of(assignment.notebook).functions}
    for variant in tried:
        assert variant.kind in HELD_OUT
        for cause in variant.causes:
            # Causes that answer alike are told as one; a probe finds what is not used.
            assert cause.endswith(" not used") or all(
                (variant.function, one) in known for one in cause.split(" or ")
            ), (variant, cause)
    first = [v.function for v in tried if v.kind == "held out, first set"]
    assert all(first.count(function) >= 3 for function in functions)


def test_members_that_answer_as_another_does_are_left_out():
    slips = [
        formula("wrong", "Wrong.", lambda a, b: a - b),
        formula("wrong again", "Wrong.", lambda a, b: -(b - a)),
        arguments("swapped", "Swapped.", lambda a, b: (b, a)),
        result("doubled", "Doubled.", lambda y: 2 * y),
    ]
    found = members(lambda a, b: a + b, slips, slips[:1], slips[3:], examples=[(1.5, 4.0)])
    assert [slip.name for slip, _ in found] == ["wrong", "doubled", "wrong, doubled"]


def test_an_estimate_agrees_within_its_error_and_no_further():
    random = np.random.default_rng(0)

    def mean(first, second, log_w):
        return float(np.mean(first)), float(np.mean(second))

    draws = random.normal(1.0, 1.0, (3, 10_000))
    its = estimate(mean, *draws)
    assert agrees(its, (its["estimates"][0] + 0.02, its["estimates"][1]), slack=1)
    assert not agrees(its, (its["estimates"][0] + 0.2, its["estimates"][1]), slack=1)


def asked(answers, *args):
    return [Answered(Question("test_f", "call", "f", (Key(s), *args)), a) for s, a in answers]


def test_a_key_that_is_ignored_shows():
    sign = SIGNS["ignores the key"]
    assert sign(asked([(1, [2.0]), (1, [2.0]), (2, [2.0])], 3)) is True
    assert sign(asked([(1, [2.0]), (1, [2.0]), (2, [1.0])], 3)) is False
    assert sign(asked([(1, [2.0])], 3)) is None


def test_estimates_that_were_rounded_do_not_show_that_the_key_is_ignored():
    exact, few = (14.2137, 8.1093), (14.2, 8.1)
    assert SIGNS["ignores the key"](asked([(1, exact), (2, exact)])) is True
    assert SIGNS["ignores the key"](asked([(1, few), (2, few)])) is None


def test_one_rate_is_told_from_a_rate_for_each_and_from_the_mean_rate():
    random, sign = np.random.default_rng(1), SIGNS["one rate"]
    n = np.full(5000, 20.0)
    rates = {"one": 0.31, "each": random.beta(2.5, 7.25, 5000), "mean": 2.5 / 9.75}
    found = {
        name: sign(asked([(1, random.binomial(20, rate, 5000))], 2.5, 7.25, n))
        for name, rate in rates.items()
    }
    assert found == {"one": True, "each": False, "mean": False}


@pytest.mark.parametrize(
    ("name", "shown", "hidden"),
    [
        ("another number", [(50, 7), (50, 9)], [(50, 50), (9, 9)]),
        ("rounded", [(0.25, 1.5), (0.5, 3.25), (0.75, 2.0)], [(0.251934, 1.5), (0.5, 3.25)]),
    ],
)
def test_signs_show_the_mistake_and_nothing_else(name, shown, hidden):
    def answered(pairs):
        if name == "rounded":
            return asked([(i, pair) for i, pair in enumerate(pairs)])
        questions = [Question("test_f", "call", "f", (Key(1), wanted)) for _, wanted in pairs]
        return [
            Answered(question, np.zeros(found))
            for question, (found, _) in zip(questions, pairs, strict=True)
        ]

    assert SIGNS[name](answered(shown)) is True
    assert SIGNS[name](answered(hidden)) is False


def test_a_count_of_nothing_that_never_comes_shows():
    random, sign = np.random.default_rng(2), SIGNS["never nothing"]
    counts = random.binomial(13, random.beta(2.5, 7.25, 20_000))
    assert sign(asked([(1, np.maximum(counts, 1))], 2.5, 7.25, 13.0)) is True
    assert sign(asked([(1, counts)], 2.5, 7.25, 13.0)) is False
    assert sign(asked([(1, counts + 100)], 250.0, 72.5, 900.0)) is None


def histogram(heights, color):
    return [{"x": i, "height": h, "width": 1, "color": color} for i, h in enumerate(heights)]


def test_curves_that_are_one_and_the_same_show():
    def drawn(second):
        bars = histogram([1.0, 3.0, 2.0], "red") + histogram(second, "blue")
        drawing = {"bars": bars, "lines": []}
        return [Answered(Question("test_f", "axes", "f", ()), drawing)]

    assert SIGNS["same curves"](drawn([1.0, 3.0, 2.0])) is True
    assert SIGNS["same curves"](drawn([3.0, 1.0, 2.0])) is False


class TwoThatLookAlike:
    """A library of two mistakes whose draws are alike, and of one that is another."""

    def __init__(self, teaches=("First.", "Second.")):
        self.entries = [
            Misconception(f"wrong {i}", "f", sentence, random=True)
            for i, sentence in enumerate([*teaches, "Another."])
        ]

    def answer(self, misconception, question):
        seed = self.entries.index(misconception)
        mean = 5.0 if misconception.teaches == "Another." else 1.0
        return np.random.default_rng([seed, question.args[0].seed]).normal(mean, 1.0, 2000)

    def is_systematic(self, misconception):
        return True


def test_mistakes_whose_draws_are_alike_are_all_told():
    def named(known):
        draws = np.random.default_rng(9).normal(1.0, 1.0, 2000)
        transcript = asked([(3, draws)])
        told = name_misconceptions(
            known, "test_f", {"draws": transcript}, ["draws"], lambda misconception, name: True
        )
        return told["draws"].teaches if told else ""

    assert named(TwoThatLookAlike()) == "Either: First. Or: Second."
    assert named(TwoThatLookAlike(("The same.", "The same."))) == "The same."
    assert named(TwoThatLookAlike(("1.", "2.", "3.", "4.", "5."))) == ""


def right(k, n):
    return (np.asarray(k) + 1.0) / (np.asarray(n) + 3.0)


CLASS = np.array([0, 3, 5, 0, 2]), np.array([4, 9, 5, 7, 2])


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        (lambda k, n: 3 * right(k, n), "same factor"),
        (lambda k, n: right(k, n) + 2, "same amount"),
        (lambda k, n: np.where(np.asarray(k) == 0, 9.0, right(k, n)), "no tonkatsu at all"),
        (lambda k, n: right(k, n) if np.ndim(k) == 0 else right(k, n)[::-1], "one student"),
        (lambda k, n: np.where(np.asarray(n) == 7, np.nan, right(k, n)), ""),
        (lambda k, n: np.where(np.asarray(k) == 0, right(k, n), 9.0), "unless k is 0"),
        (lambda k, n: np.sqrt(right(k, n)), ""),
        (right, ""),
    ],
)
def test_a_clue_says_what_all_numbers_show(wrong, words):
    questions = [(CLASS[0], CLASS[1]), (3, 8), (2, 8), (0, 6)]
    transcript = [
        Answered(Question("test_f", "call", "f", args), np.asarray(wrong(*args)))
        for args in questions
    ]
    told = clue(right, transcript)
    assert words in told
    assert bool(words) == bool(told)
