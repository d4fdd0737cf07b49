"""Which submissions are more alike than a class would have it.

Every cell that is the student's own is cut into passages: each six successive tokens of a program,
each five successive words of a text. Comments, docstrings, spaces and line ends are not looked at,
and a name that the student has chosen counts as "some name", so that renaming hides nothing.
Passages of the released notebook are taken out. A passage weighs more the fewer students have it,
log(students / students with it), because short functions have few right forms, and what everybody
writes tells nothing about any two. Two students are as similar as the weight of the passages that
they share is to the weight of all that either has (a weighted Jaccard index).

What is unusual, the class itself tells: the similarities of all pairs are compared with their own
median and spread. They are put on the scale of ``arcsin(sqrt(s))`` first, which makes their spread
about the same for small and large ones. A pair stands out where a normal distribution of that
median and spread would have one such pair in twenty classes, where it shares half of what the two
have, and where that is more than a few lines that are rare in the class.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pygments.lexers import PythonLexer
from pygments.token import Comment, Name, String
from scipy.sparse import csr_array
from scipy.stats import median_abs_deviation, norm

from autograder.report.records import Answer, ClassData

PASSAGE_TOKENS, PASSAGE_WORDS = 6, 5
# With fewer passages of their own, two students have too little to be compared.
LEAST_PASSAGES = 15
LEAST_SIMILARITY = 0.5
# What a pair has to share, in passages that nobody else has; commoner ones count in part.
LEAST_RARE_PASSAGES = 20.0
FALSE_ALARMS_A_CLASS = 0.05

# A lexer's time may grow with the square of this; nobody writes so much into one cell.
_MOST_CHARACTERS = 10_000
_SOME_NAME = "(a name)"

Passage = tuple[str, ...]


@dataclass(frozen=True)
class Pair:
    """Two submissions that stand out.

    Attributes:
        students: the two, in the order of their names.
        similarity: between 0 and 1.
        rare_passages: how much that is rare in the class they share.
        where: how similar the two are in each exercise, most similar first.
    """

    students: tuple[str, str]
    similarity: float
    rare_passages: float
    where: tuple[tuple[str, float], ...]


@dataclass(frozen=True, eq=False)
class Alikeness:
    """How alike the submissions of a class are.

    Attributes:
        compared: students with enough of their own to be compared.
        similarities: of all pairs of them.
        threshold: a pair has to be more similar than this; above 1 where none could be.
        pairs: those that stand out, the most similar ones first.
        closest: for each student the most similar other one, and how similar.
    """

    compared: tuple[str, ...]
    similarities: NDArray[np.float64]
    threshold: float
    pairs: tuple[Pair, ...]
    closest: dict[str, tuple[str, float]]


def alikeness(data: ClassData) -> Alikeness:
    """Compare all pairs of students that were graded."""
    given = _given_names(data)
    released = {p for answer in data.released.values() for p in passages(answer, given)}
    own: dict[str, dict[str, set[Passage]]] = {}
    for student in data.graded:
        cells = {name: passages(a, given) - released for name, a in student.answers.items()}
        if len(set().union(*cells.values())) >= LEAST_PASSAGES:
            own[student.name] = cells
    return _compare(own)


def _given_names(data: ClassData) -> frozenset[str]:
    """Names that students find in their own cells, and of what the notebook imports."""
    own = set().union(*(student.answers for student in data.students))
    return frozenset(
        part
        for name, answer in data.released.items()
        if answer.is_code
        for kind, text in _lexed(answer.text)
        if kind in Name.Namespace or (kind in Name and name in own)
        for part in text.split(".")
    )


def passages(answer: Answer, given: frozenset[str] = frozenset()) -> set[Passage]:
    """The passages of one cell; of names that are not ``given`` it does not matter which."""
    if answer.is_code:
        tokens, length = list(_tokens(answer.text, given)), PASSAGE_TOKENS
    else:
        tokens = re.findall(r"\w+", answer.text[:_MOST_CHARACTERS].lower())
        length = PASSAGE_WORDS
    starts = range(max(1, len(tokens) - length + 1)) if tokens else ()
    return {tuple(tokens[start : start + length]) for start in starts}


def _tokens(source: str, given: frozenset[str]) -> Iterator[str]:
    """A program's tokens, without what changes nothing when it runs."""
    after_a_dot = False
    for kind, text in _lexed(source):
        is_a_quote = kind in String and not text.strip("'\"")
        if kind in Comment or kind in String.Doc or is_a_quote or not text.strip():
            continue
        if kind in (Name, Name.Function, Name.Class) and not after_a_dot and text not in given:
            yield _SOME_NAME
        else:
            yield text.strip()
        after_a_dot = text == "."


def _lexed(source: str) -> Iterator[tuple[Any, str]]:
    return PythonLexer().get_tokens(source[:_MOST_CHARACTERS])


def _compare(own: Mapping[str, Mapping[str, set[Passage]]]) -> Alikeness:
    students = tuple(own)
    everything = [set().union(*cells.values()) for cells in own.values()]
    times = Counter(passage for all_of_one in everything for passage in all_of_one)
    weights = {passage: float(np.log(len(students) / n)) for passage, n in times.items()}
    similar = _similarities(everything, weights)
    pairs_of_all = similar[np.triu_indices(len(students), 1)]
    threshold = _threshold(pairs_of_all)
    closest = {}
    np.fill_diagonal(similar, -1.0)
    for i, name in enumerate(students if len(students) > 1 else ()):
        j = int(similar[i].argmax())
        closest[name] = (students[j], float(similar[i, j]))
    found = []
    for i, j in np.argwhere(np.triu(similar > threshold, 1)):
        rare = sum(weights[passage] for passage in everything[i] & everything[j])
        # A passage that only these two have weighs log(students / 2).
        rare /= np.log(len(students) / 2)
        if rare >= LEAST_RARE_PASSAGES:
            one, other = students[i], students[j]
            where = _where(own[one], own[other], weights)
            found.append(Pair((one, other), float(similar[i, j]), float(rare), where))
    found.sort(key=lambda pair: (-pair.similarity, -pair.rare_passages, pair.students))
    return Alikeness(students, pairs_of_all, threshold, tuple(found), closest)


def _similarities(
    everything: list[set[Passage]], weights: Mapping[Passage, float]
) -> NDArray[np.float64]:
    """The weighted Jaccard index of all pairs, as a matrix."""
    columns = {passage: column for column, passage in enumerate(weights)}
    entries = [(i, columns[p]) for i, own in enumerate(everything) for p in own]
    rows, places = np.array(entries, dtype=int).reshape(-1, 2).T
    shape = (len(everything), len(columns))
    has = csr_array((np.ones(len(entries)), (rows, places)), shape=shape)
    weight = np.array(list(weights.values()))
    totals = has @ weight
    shared = ((has * weight[None, :]) @ has.T).toarray()
    either = totals[:, None] + totals[None, :] - shared
    return np.divide(shared, either, out=np.zeros_like(shared), where=either > 0)


def _threshold(similarities: NDArray[np.float64]) -> float:
    """How similar a pair has to be to stand out from all pairs."""
    if not similarities.size:
        return float("inf")
    angles = np.arcsin(np.sqrt(np.clip(similarities, 0.0, 1.0)))
    spread = median_abs_deviation(angles, scale="normal")
    deviations = norm.isf(FALSE_ALARMS_A_CLASS / len(similarities))
    angle = np.median(angles) + deviations * spread
    if angle >= np.pi / 2:
        return float("inf")
    return max(LEAST_SIMILARITY, float(np.sin(angle) ** 2))


def _where(
    one: Mapping[str, set[Passage]],
    other: Mapping[str, set[Passage]],
    weights: Mapping[Passage, float],
) -> tuple[tuple[str, float], ...]:
    found = []
    for name in one.keys() & other.keys():
        shared = sum(weights[passage] for passage in one[name] & other[name])
        either = sum(weights[passage] for passage in one[name] | other[name])
        if shared:
            found.append((name, shared / either))
    return tuple(sorted(found, key=lambda entry: (-entry[1], entry[0])))
