"""A class that nobody was in, of any size: for tests of the report, and for its picture.

python tests/synthetic_class.py FOLDER     writes the reports of a class of 6 and of one of 600
"""

import random
import sys
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

from autograder.authoring.answers import named_answers
from autograder.doors.class_report import all_cells, write_report
from autograder.notebooks.cells import grade_id, is_solution
from autograder.notebooks.reading import read_notebook, released_notebook
from autograder.report.records import Answer, ClassData, Exercise, Student
from course_config import ASSIGNMENTS, ROOT

PS1 = ASSIGNMENTS[0]
DUE = datetime(2027, 2, 5, 18)
EXERCISES = (
    Exercise("posterior_mean", 6.0),
    Exercise("data_weight", 3.0),
    Exercise("shrinkage_shift", 3.0),
    Exercise("plot_shrinkage", 5.0),
    Exercise("explain_shrinkage", 3.0, is_written=True),
)
_SOLVED_BY = {"posterior_mean": 0.85, "data_weight": 0.7, "shrinkage_shift": 0.8}
_MISTAKES = {
    "posterior_mean": ("mode for mean", "the prior alone"),
    "data_weight": ("the prior's weight",),
    "shrinkage_shift": ("raw fraction minus posterior mean",),
    "plot_shrinkage": ("diameters, not areas",),
}
_FIRST = "Alyssa Ben Carmen Diego Emi Farid Gia Hugo Iris Jonas Kim Lena Mai Noor Otto Pia".split()
_LAST = (
    "Abe Brown Costa Dietz Endo Fuchs Garcia Haddad Ito Jensen Kaya Lopez Meyer Nakamura".split()
)
_TOUCHES = (
    "ax.text(0.{}, 0.{}, 'n = {}')",
    "ax.grid(alpha=0.{}, linewidth=0.{}, zorder={})",
    "ax.margins(0.{}, 0.{}); ax.set_zorder({})",
    "area = {} + {} * np.sqrt(n) / {}",
    "ax.annotate('the group', (0.{}, 0.{}), fontsize={})",
    "ax.spines['top'].set_linewidth(0.{} + 0.{} * {})",
    "ax.tick_params(length={}, pad={}, labelsize={})",
)
_WORDS = """rate student group mean prior data few many bentos weight pulls shrinks because evidence
own trust luck extreme fraction number strong hardly moves towards between small large""".split()


def right_answers():
    """Right answers to each exercise of the first assignment, by many hands."""
    key = read_notebook(PS1.key)
    found = {grade_id(c): [Answer(c.source, True)] for c in key.cells if is_solution(c)}
    del found["explain_shrinkage"]
    folder = ROOT / "autograder" / "authoring"
    for place in ("alternatives", "held_out/first", "held_out/second"):
        for function, _, text in named_answers(folder / place / f"{PS1.notebook}.py"):
            if function in found:
                found[function].append(Answer(text, True))
    return found


def synthetic_class(size, seed=0):
    """A class in which everybody works alone: who knows more solves more."""
    luck = random.Random(seed)
    pool = right_answers()
    return ClassData(
        PS1.name,
        DUE,
        EXERCISES,
        tuple(_student(number, pool, luck) for number in range(size)),
        all_cells(released_notebook(PS1)),
    )


def _student(number, pool, luck):
    first, last = _FIRST[number % len(_FIRST)], luck.choice(_LAST)
    name, full_name = f"{first.lower()}{number:03}", f"{first} {last}"
    fate = luck.random()
    is_one_of_the_first = number < len(_FIRST)
    if not is_one_of_the_first and fate < 0.04:
        return Student(name, full_name, "Nothing was handed in.", has_handed_in=False)
    hours = min(luck.gauss(-14, 16), luck.expovariate(1 / 30))
    times = {"timestamp": DUE + timedelta(hours=hours), "hours_late": hours}
    if number == 3 or (not is_one_of_the_first and fate < 0.05):
        why = "The file is not valid JSON (line 1), so it is no notebook."
        return Student(name, full_name, why, **times)
    skill = luck.gauss(0, 0.15)
    scores, mistakes = {}, set()
    for exercise in EXERCISES[:4]:
        solved = luck.random() < _SOLVED_BY.get(exercise.name, 0.5) + skill
        scores[exercise.name] = exercise.max_score if solved else luck.choice([0.0, 1.0, 2.0])
        if not solved and luck.random() < 0.6:
            mistakes.add((exercise.name, luck.choice(_MISTAKES[exercise.name])))
    scores["explain_shrinkage"] = luck.choice([None, 1.5, 2.0, 3.0])
    answers = {function: luck.choice(known) for function, known in pool.items()}
    answers["plot_shrinkage"] = _in_own_hand(answers["plot_shrinkage"], luck)
    words = " ".join(luck.choices(_WORDS, k=luck.randint(30, 90)))
    answers["explain_shrinkage"] = Answer(words, False)
    penalty = 2.0 if hours > 0 else 0.0
    return Student(
        *(name, full_name),
        **times,
        penalty=penalty,
        scores=scores,
        misconceptions=frozenset(mistakes),
        answers=answers,
    )


def _in_own_hand(answer, luck):
    """A figure with touches of one's own: nobody draws word for word what somebody else does."""
    touches = [
        "    " + touch.format(*luck.sample(range(10, 90), 3))
        for touch in luck.sample(_TOUCHES, luck.randint(4, len(_TOUCHES)))
    ]
    return Answer("\n".join([answer.text, "", "def in_style(ax, n):", *touches]), True)


if __name__ == "__main__":
    for size in (6, 600):
        students = list(synthetic_class(size).students)
        # Two pairs that share, one of them not everything.
        students[1] = replace(students[1], answers=students[0].answers)
        half = {**students[5].answers, "plot_shrinkage": students[4].answers["plot_shrinkage"]}
        students[5] = replace(students[5], answers=half)
        data = replace(synthetic_class(size), students=tuple(students))
        write_report(data, Path(sys.argv[1]) / str(size))
