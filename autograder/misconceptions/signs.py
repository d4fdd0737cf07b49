"""What shows a mistake for certain, whatever chance or taste has put into the answers.

A sign looks at what one function was asked and answered in one test. It says whether the mistake
shows, and None where such questions cannot tell.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np

from autograder.in_kernel.wire import Key, Opaque
from autograder.misconceptions.formulas import digits_of
from autograder.records import Answered, Question
from autograder.statistics import distribution_fits

_MANY = 1000
_SEVERAL = 2


def identical(a: Any, b: Any) -> bool:
    """Whether two answers are the same to the last digit."""
    if isinstance(a, dict) and isinstance(b, dict):
        return a.keys() == b.keys() and all(identical(a[name], b[name]) for name in a)
    if isinstance(a, tuple | list) and isinstance(b, tuple | list):
        return len(a) == len(b) and all(identical(x, y) for x, y in zip(a, b, strict=True))
    return np.array_equal(np.asarray(a), np.asarray(b))


def _asked_alike(asked: Sequence[Answered], *, with_same_key: bool) -> list[tuple[Any, Any]]:
    """Pairs of answers to questions that differ in their key alone, or not at all."""
    return [
        (first.answer, second.answer)
        for first, second in itertools.combinations(asked, 2)
        if (_key(first.question) == _key(second.question)) is with_same_key
        and _without_key(first.question) == _without_key(second.question)
    ]


def ignores_the_key(asked: Sequence[Answered]) -> bool | None:
    """Another key or seed, all else being equal, and never another answer."""
    pairs = _asked_alike(asked, with_same_key=False)
    if rounded(asked):  # estimates that differ may have become the same
        return None
    return all(identical(a, b) for a, b in pairs) if pairs else None


def ignores_part_of_the_key(asked: Sequence[Answered]) -> bool | None:
    """Another key, and one of two draws is another one while the other stays the same."""
    pairs = _asked_alike(asked, with_same_key=False)
    if not pairs or not all(isinstance(a, tuple | list) and len(a) == 2 for p in pairs for a in p):
        return None
    same = [[identical(a[i], b[i]) for a, b in pairs] for i in (0, 1)]
    return all(same[0]) != all(same[1]) and any(map(all, same))


def draws_without_the_key(asked: Sequence[Answered]) -> bool | None:
    """The same key, and yet another answer."""
    with_key = [answered for answered in asked if _key(answered.question) is not None]
    pairs = _asked_alike(with_key, with_same_key=True)
    return not any(identical(a, b) for a, b in pairs) if pairs else None


def all_copies(asked: Sequence[Answered]) -> bool | None:
    """All counts of students with the same n are one and the same number."""
    found = [np.ptp(counts) == 0 for _, _, counts in _counts(asked)]
    return all(found) if found else None


def one_rate(asked: Sequence[Answered]) -> bool | None:
    """Counts scatter as luck alone makes them, about a rate that is not the population's mean."""
    found = []
    for n, mean, counts in _counts(asked):
        rate = np.mean(counts) / n
        away = abs(rate - mean) > 6 * np.sqrt(mean * (1 - mean) / n / len(counts))
        is_luck = np.ptp(counts) > 0 and distribution_fits(counts, _luck_alone(n, float(rate)))
        if n >= 10:
            found.append(bool(is_luck and away))
    return all(found) if found else None


def _luck_alone(n: float, rate: float) -> Callable[[np.ndarray], Any]:
    from scipy.stats import binom  # Loading it takes long, and wrong answers alone need it.

    return lambda k: binom.cdf(np.floor(k), n, rate)


def _counts(asked: Sequence[Answered]) -> Iterator[tuple[float, float, np.ndarray]]:
    """n, the population's mean rate and the counts, for each group of many students alike."""
    for answered in asked:
        _, a, b, n = answered.question.args[:4]
        try:
            counts = np.asarray(answered.answer, np.float64)
        except (TypeError, ValueError):
            continue
        n = np.asarray(n, np.float64)
        if counts.ndim == 1 and len(counts) >= _MANY and n.shape in ((), counts.shape):
            for size in np.unique(n):
                here = counts[np.broadcast_to(n, counts.shape) == size]
                if size >= 1 and np.all(np.isfinite(here)):
                    yield float(size), a / (a + b), here


def _classes(asked: Sequence[Answered]) -> Iterator[tuple[np.ndarray, float, np.ndarray]]:
    """n, the population's mean rate, and the counts of many classes, a row each."""
    for answered in asked:
        _, n, mu, _, _ = answered.question.args
        try:
            counts = np.asarray(answered.answer, np.float64)
        except (TypeError, ValueError):
            continue
        if counts.ndim == 2 and len(counts) >= _MANY and counts.shape[1] == len(n):
            yield np.asarray(n, float), float(mu), counts


def same_students(asked: Sequence[Answered]) -> bool | None:
    """From class to class each student's counts scatter by luck alone, about rates that differ."""
    found = []
    for n, _, counts in _classes(asked):
        rates = np.mean(counts, axis=0) / n
        is_luck = all(
            np.ptp(column) > 0 and distribution_fits(column, _luck_alone(size, rate))
            for column, size, rate in zip(counts.T, n, rates, strict=True)
        )
        found.append(bool(is_luck and np.ptp(rates) > 0.05))
    return all(found) if found else None


def classes_of_one_rate(asked: Sequence[Answered]) -> bool | None:
    """Within a class all have the same rate, from class to class another one."""
    found = []
    for n, _, counts in _classes(asked):
        fractions = counts / n
        apart = fractions[:, 0] - fractions[:, -1]
        rates = np.sum(counts, axis=1) / np.sum(n)
        luck = np.mean(rates * (1 - rates)) * (1 / n[0] + 1 / n[-1])
        total = np.var(fractions[:, 0]) + np.var(fractions[:, -1])
        found.append(bool(np.var(apart) < 1.15 * luck * np.sum(n) / (np.sum(n) - 1) < total))
    return all(found) if found else None


def all_classes_alike(asked: Sequence[Answered]) -> bool | None:
    """All classes are one and the same."""
    found = [bool(np.all(counts == counts[0])) for _, _, counts in _classes(asked)]
    return all(found) if found else None


def _key(question: Question) -> int | None:
    keys = [arg.seed for arg in question.args if isinstance(arg, Key)]
    keys += [value for name, value in question.kwargs if name == "seed"]
    return keys[0] if keys else None


def _without_key(question: Question) -> str:
    args = [arg for arg in question.args if not isinstance(arg, Key)]
    with np.printoptions(threshold=100_000):
        return repr((args, [item for item in question.kwargs if item[0] != "seed"]))


def rounded(asked: Sequence[Answered]) -> bool | None:
    """Pairs of estimates of a few digits only."""
    if any(np.shape(a.answer) != (2,) for a in asked):
        return False
    try:
        numbers = np.concatenate([np.ravel(np.asarray(a.answer, np.float64)) for a in asked])
    except (TypeError, ValueError):
        return False
    if len(np.unique(numbers)) < _SEVERAL:
        return None
    return digits_of(numbers[np.isfinite(numbers)]) is not None


def another_number(asked: Sequence[Answered]) -> bool | None:
    """Draws, but never as many as the last argument asks for."""
    found = [(np.shape(a.answer), a.question.args[-1]) for a in asked]
    return all(shape and shape[0] != wanted for shape, wanted in found)


def never_nothing(asked: Sequence[Answered]) -> bool | None:
    """No 0 among many counts, though some are among those of a right answer."""
    from scipy.stats import betabinom  # Loading it takes long, and wrong answers alone need it.

    found = []
    for answered in asked:
        _, a, b, _ = answered.question.args[:4]
        for n, _, counts in _counts([answered]):
            if len(counts) * betabinom.pmf(0, n, a, b) > 30:
                are_counts = (counts > 0) & (counts <= n) & (counts == np.round(counts))
                found.append(bool(np.all(are_counts)))
    return all(found) if found else None


def few_values(asked: Sequence[Answered]) -> bool | None:
    """Thousands of draws of a pair, and of one of the two there are but a few different ones."""
    found = []
    for answered in asked:
        pair = [np.asarray(part, np.float64) for part in answered.answer]
        if len(pair) == 2 and all(part.ndim == 1 and len(part) >= _MANY for part in pair):
            found.append(any(1 < len(np.unique(part)) < _MANY / 10 for part in pair))
    return all(found) if found else None


def returns_a_pair(asked: Sequence[Answered]) -> bool | None:
    """A model returns several things at once."""
    runs = [a.answer for a in asked if a.question.action == "simulate"]
    if not runs:
        return None
    return all(isinstance(r, dict) and isinstance(r.get("retval"), tuple | list) for r in runs)


def returns_nothing(asked: Sequence[Answered]) -> bool | None:
    """The answer is None."""
    return all(
        a.answer is None or (isinstance(a.answer, Opaque) and a.answer.type_name == "NoneType")
        for a in asked
    )


def returns_the_figure(asked: Sequence[Answered]) -> bool | None:
    """The answer is a matplotlib Figure."""
    return all(isinstance(a.answer, Opaque) and a.answer.type_name == "Figure" for a in asked)


def returns_all_of_subplots(asked: Sequence[Answered]) -> bool | None:
    """The answer is a tuple where Axes are asked for."""
    return all(isinstance(a.answer, Opaque) and a.answer.type_name == "tuple" for a in asked)


# Figures of students: marker areas, and the dashed line.


def _of_figures(look: Callable[[dict[str, Any], Question], bool | None]) -> Sign:
    def sign(asked: Sequence[Answered]) -> bool | None:
        if not all(isinstance(a.answer, dict) for a in asked):
            return False
        seen = [look(a.answer, a.question) for a in asked]
        return None if None in seen else all(seen)

    return sign


def _areas(drawing: dict[str, Any], question: Question) -> list[np.ndarray] | None:
    """In either column each student's area, in the order of n; None where it cannot be told."""
    _, k, n, _, _ = question.args
    columns = []
    for x in (0, 1):
        here = [point for point in drawing["points"] if abs(point["x"] - x) < 1e-3]
        if len(here) != len(n):
            return None
        columns.append(here)
    # On the left the heights say who is who; on the right students come in the same order.
    left = [_nearest(columns[0], y) for y in k / n]
    if len({id(point) for point in left}) < len(n):
        return None
    a, b = question.args[3:]
    right = [_nearest(columns[1], y) for y in (a + k) / (a + b + n)]
    if len({id(point) for point in right}) < len(n):
        return None
    order = np.argsort(n)
    return [np.array([point["area"] for point in column])[order] for column in (left, right)]


def _nearest(points: list[dict[str, Any]], height: float) -> dict[str, Any]:
    return min(points, key=lambda point: abs(point["y"] - height))


def _is_level(areas: np.ndarray) -> bool:
    return bool(np.ptp(areas) <= 1e-6 * np.max(np.abs(areas)))


def _same_areas(drawing: dict[str, Any], question: Question) -> bool | None:
    areas = _areas(drawing, question)
    return None if areas is None else all(map(_is_level, areas))


def _areas_in_one_column(drawing: dict[str, Any], question: Question) -> bool | None:
    areas = _areas(drawing, question)
    if areas is None:
        return None
    grow = [bool(np.all(np.diff(column) > 0)) for column in areas]
    level = [_is_level(column) for column in areas]
    return (grow[0] and level[1]) or (grow[1] and level[0])


def _areas_shrink(drawing: dict[str, Any], question: Question) -> bool | None:
    areas = _areas(drawing, question)
    return None if areas is None else all(bool(np.all(np.diff(c) < 0)) for c in areas)


def _areas_by_tonkatsu(drawing: dict[str, Any], question: Question) -> bool | None:
    areas = _areas(drawing, question)
    if areas is None:
        return None
    _, k, n, _, _ = question.args
    by_k = np.argsort(np.asarray(k)[np.argsort(n)], kind="stable")
    return all(bool(np.all(np.diff(c[by_k]) > 0) and np.any(np.diff(c) <= 0)) for c in areas)


def _wide(drawing: dict[str, Any]) -> list[dict[str, Any]]:
    """Horizontal lines, whole or in pieces: those whose height stays the same."""
    return [
        line
        for line in drawing["lines"]
        if len(line["y"]) >= 2 and np.ptp(line["y"]) < 1e-6 and np.ptp(line["x"]) > 1e-6
    ]


def _no_dashed_line(drawing: dict[str, Any], question: Question) -> bool:
    a, b = question.args[3:]
    level = any(abs(line["y"][0] - a / (a + b)) < 1e-3 for line in _wide(drawing))
    return not level and not any(line["dashed"] for line in drawing["lines"])


def _solid_line(drawing: dict[str, Any], question: Question) -> bool:
    a, b = question.args[3:]
    here = [line for line in _wide(drawing) if abs(line["y"][0] - a / (a + b)) < 1e-3]
    return bool(here) and not any(line["dashed"] for line in here)


def _other_colour(drawing: dict[str, Any], question: Question) -> bool:
    a, b = question.args[3:]
    return any(
        line["dashed"] and abs(line["y"][0] - a / (a + b)) < 1e-3 and np.ptp(line["x"]) >= 0.9
        for line in _wide(drawing)
    )


def _upright_line(drawing: dict[str, Any], question: Question) -> bool:
    return any(
        line["dashed"] and np.ptp(line["x"]) < 1e-6 < np.ptp(line["y"])
        for line in drawing["lines"]
        if len(line["x"]) >= 2
    ) and not any(line["dashed"] for line in _wide(drawing))


def _dashed_line_at(height: Callable[..., float]) -> Sign:
    def look(drawing: dict[str, Any], question: Question) -> bool:
        _, k, n, a, b = question.args
        dashed = [float(line["y"][0]) for line in _wide(drawing) if line["dashed"]]
        right = a / (a + b)
        return (
            bool(dashed)
            and all(abs(y - height(k, n, a, b)) < 1e-3 for y in dashed)
            and abs(right - height(k, n, a, b)) > 2e-3
        )

    return _of_figures(look)


def _without_markers(drawing: dict[str, Any], question: Question) -> bool:
    return not drawing["points"]


def _wrong_pairs(drawing: dict[str, Any], question: Question) -> bool:
    """Lines lead from raw fractions to posterior means, but not to the same student's."""
    _, k, n, a, b = question.args
    left, right = k / n, (a + k) / (a + b + n)
    ends = [
        [y for _, y in sorted(zip(line["x"], line["y"], strict=True))]
        for line in drawing["lines"]
        if len(line["x"]) == 2
        and np.allclose(sorted(line["x"]), [0, 1], atol=1e-3)
        and not line["dashed"]
    ]
    pairs = np.array(ends).reshape(-1, 2)
    if len(pairs) != len(n) or not all(
        np.allclose(np.sort(column), np.sort(heights), atol=1e-3)
        for column, heights in zip(pairs.T, (left, right), strict=True)
    ):
        return False
    order = np.argsort(left)
    return not np.allclose(pairs[np.argsort(pairs[:, 0])][:, 1], right[order], atol=1e-3)


# Figures of the concentration.


def _linear(drawing: dict[str, Any], question: Question) -> bool:
    return bool(drawing["xscale"] == "linear")


def _without_label(drawing: dict[str, Any], question: Question) -> bool:
    return not drawing["xlabel"].strip()


def _without_names(drawing: dict[str, Any], question: Question) -> bool:
    written = [drawing["title"], *drawing["legend"], *drawing["texts"]]
    return not any(name in text for name in question.args[0] for text in written)


def _upright(drawing: dict[str, Any]) -> list[float]:
    return [
        float(line["x"][0])
        for line in drawing["lines"]
        if len(line["x"]) == 2 and line["x"][0] == line["x"][1]
    ]


def _without_upright_line(drawing: dict[str, Any], question: Question) -> bool:
    return not _upright(drawing) and not _level_line_at_one(drawing, question)


def _level_line_at_one(drawing: dict[str, Any], question: Question) -> bool:
    return not _upright(drawing) and any(
        len(line["y"]) == 2 and line["y"][0] == line["y"][1] == 1.0 for line in drawing["lines"]
    )


def _upright_line_elsewhere(drawing: dict[str, Any], question: Question) -> bool:
    found = _upright(drawing)
    return bool(found) and not any(abs(x - 1) < 1e-3 for x in found)


def _same_curves(drawing: dict[str, Any], question: Question) -> bool:
    """Several histograms, or curves of many points, and all are one and the same."""
    bars: dict[str, list[tuple[float, float]]] = {}
    for bar in drawing["bars"]:
        bars.setdefault(bar["color"], []).append((bar["x"], bar["height"]))
    shapes = [np.array(sorted(some)) for some in bars.values()]
    shapes += [
        np.column_stack([line["x"], line["y"]]) for line in drawing["lines"] if len(line["x"]) > 9
    ]
    return len(shapes) > 1 and all(
        shape.shape == shapes[0].shape and np.allclose(shape, shapes[0], rtol=1e-6)
        for shape in shapes
    )


# A verdict that contradicts itself, whatever population it has learned.


def _of_verdicts(look: Callable[[dict[str, Any], Question], bool]) -> Sign:
    def sign(asked: Sequence[Answered]) -> bool | None:
        try:
            return all(look(answered.answer, answered.question) for answered in asked)
        except (TypeError, ValueError, KeyError, AttributeError):  # of another form
            return False

    return sign


def _flipped_regime(verdict: dict[str, Any], question: Question) -> bool:
    return bool(verdict["regime"] == ("different" if float(verdict["lam"]) >= 1 else "alike"))


def _other_words(verdict: dict[str, Any], question: Question) -> bool:
    known = {"pulled to the group", "taken at face value"}
    return all(isinstance(word, str) for word in verdict["verdicts"]) and not known.intersection(
        verdict["verdicts"]
    )


def _flipped_verdicts(verdict: dict[str, Any], question: Question) -> bool:
    k, n = question.args
    shrunk = np.asarray(verdict["shrunk"], np.float64)
    room = np.abs(shrunk - k / n) - np.abs(shrunk - float(verdict["mu"]))
    words = np.where(room > 0, "taken at face value", "pulled to the group")
    clear = np.abs(room) > 1e-4
    return bool(np.any(clear) and np.all((words == np.asarray(verdict["verdicts"]))[clear]))


Sign = Callable[[Sequence[Answered]], bool | None]

SIGNS: dict[str, Sign] = {
    "ignores the key": ignores_the_key,
    "ignores part of the key": ignores_part_of_the_key,
    "draws without the key": draws_without_the_key,
    "all copies": all_copies,
    "one rate": one_rate,
    "same students": same_students,
    "classes of one rate": classes_of_one_rate,
    "all classes alike": all_classes_alike,
    "rounded": rounded,
    "another number": another_number,
    "never nothing": never_nothing,
    "few values": few_values,
    "pair returned": returns_a_pair,
    "nothing returned": returns_nothing,
    "figure returned": returns_the_figure,
    "subplots returned": returns_all_of_subplots,
    "same areas": _of_figures(_same_areas),
    "areas in one column": _of_figures(_areas_in_one_column),
    "areas shrink": _of_figures(_areas_shrink),
    "areas by tonkatsu": _of_figures(_areas_by_tonkatsu),
    "no dashed line": _of_figures(_no_dashed_line),
    "solid line": _of_figures(_solid_line),
    "another colour": _of_figures(_other_colour),
    "upright line": _of_figures(_upright_line),
    "line at the mean of the fractions": _dashed_line_at(lambda k, n, a, b: np.mean(k / n)),
    "line at the fraction of the heap": _dashed_line_at(lambda k, n, a, b: np.sum(k) / np.sum(n)),
    "line at the mean of the means": _dashed_line_at(
        lambda k, n, a, b: np.mean((a + k) / (a + b + n))
    ),
    "line at the notebook's mean": _dashed_line_at(lambda k, n, a, b: 0.6),
    "line at a half": _dashed_line_at(lambda k, n, a, b: 0.5),
    "line at the share of hamburgers": _dashed_line_at(lambda k, n, a, b: b / (a + b)),
    "wrong pairs": _of_figures(_wrong_pairs),
    "same curves": _of_figures(_same_curves),
    "no markers": _of_figures(_without_markers),
    "flipped regime": _of_verdicts(_flipped_regime),
    "other words": _of_verdicts(_other_words),
    "flipped verdicts": _of_verdicts(_flipped_verdicts),
    "linear axis": _of_figures(_linear),
    "no label": _of_figures(_without_label),
    "no names": _of_figures(_without_names),
    "no upright line": _of_figures(_without_upright_line),
    "level line at one": _of_figures(_level_line_at_one),
    "upright line elsewhere": _of_figures(_upright_line_elsewhere),
}
