"""The report as one page that needs nothing but itself: no script, no network."""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from pathlib import Path
from statistics import mean, median
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from autograder.notebooks.display import printable
from autograder.report import alike, figures
from autograder.report.alike import Alikeness
from autograder.report.pass_rates import CREDIBLE, PassRates
from autograder.report.records import ClassData, Student

MOST_PAIRS = 50
_MOST_PLACES = 3


def report_page(
    data: ClassData, rates: PassRates | None, alikeness: Alikeness, made: datetime
) -> str:
    """The page as HTML. All that students or a roster wrote is escaped."""
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        finalize=lambda value: printable(value) if type(value) is str else value,
    )
    names = {student.name: _told(student) for student in data.students}
    late = [s for s in data.students if s.hours_late is not None and s.hours_late > 0]
    return environment.get_template("page.html").render(
        data=data,
        facts=_facts(data, late),
        graded=data.graded,
        figures=_figures(data, rates, alikeness),
        rates=_rate_rows(data, rates) if rates else [],
        mean_rate=rates.mean if rates else 0.0,
        concentration=rates.concentration if rates else 0.0,
        credible=f"{CREDIBLE:.0%}",
        written=_written_rows(data),
        misconceptions=_misconception_rows(data),
        not_graded=[
            (_told(s), s.why_not_graded)
            for s in data.students
            if s.has_handed_in and not s.is_graded
        ],
        nothing=[_told(s) for s in data.students if not s.has_handed_in],
        due=f"{data.due:%Y-%m-%d %H:%M} UTC" if data.due else "",
        remarks_on_times=_remarks_on_times(data),
        late=[
            (_told(s), _duration(s.hours_late or 0.0), f"{s.penalty:g}")
            for s in sorted(late, key=lambda s: -(s.hours_late or 0.0))
        ],
        n_pairs=len(alikeness.similarities),
        n_compared=len(alikeness.compared),
        threshold=alikeness.threshold <= 1,
        pairs=[
            (
                " and ".join(names[name] for name in pair.students),
                f"{pair.similarity:.2f}",
                f"{pair.rare_passages:.0f}",
                ", ".join(f"{name} {s:.2f}" for name, s in pair.where[:_MOST_PLACES]),
            )
            for pair in alikeness.pairs[:MOST_PAIRS]
        ],
        pairs_left=max(0, len(alikeness.pairs) - MOST_PAIRS),
        tokens=alike.PASSAGE_TOKENS,
        words=alike.PASSAGE_WORDS,
        rare=f"{alike.LEAST_RARE_PASSAGES:g}",
        least=alike.LEAST_PASSAGES,
        made=f"{made:%Y-%m-%d %H:%M} UTC",
    )


def _told(student: Student) -> str:
    """A student as a teacher knows them."""
    return f"{student.full_name} ({student.name})" if student.full_name else student.name


def _facts(data: ClassData, late: list[Student]) -> list[tuple[str, str]]:
    handed_in = [student for student in data.students if student.has_handed_in]
    facts = [
        ("handed in", f"{len(handed_in)} of {len(data.students)}"),
        ("graded", f"{len(data.graded)} of {len(handed_in)}"),
        ("late", str(len(late))),
    ]
    if data.graded:
        full = sum(exercise.max_score for exercise in data.programs)
        middle = median(data.program_score(student) for student in data.graded)
        facts.append(("median, programs", f"{middle:g} of {full:g}"))
    waiting = sum(None in student.scores.values() for student in data.graded)
    if data.written:
        facts.append(("wait for a teacher", str(waiting)))
    return facts


def _figures(data: ClassData, rates: PassRates | None, alikeness: Alikeness) -> dict[str, Any]:
    hours = [student.hours_late for student in data.students if student.hours_late is not None]
    full = sum(exercise.max_score for exercise in data.programs)
    scores = [data.program_score(student) for student in data.graded]
    return {
        "scores": figures.score_figure(scores, full) if scores else None,
        "rates": figures.pass_rate_figure(rates) if rates else None,
        "time": figures.time_figure(hours) if hours else None,
        "alike": figures.similarity_figure(alikeness) if alikeness.similarities.size else None,
    }


def _rate_rows(data: ClassData, rates: PassRates) -> list[tuple[str, ...]]:
    rows: list[tuple[str, ...]] = []
    for exercise, rate in zip(data.programs, rates.rates, strict=True):
        points = mean(student.scores.get(exercise.name) or 0.0 for student in data.graded)
        rows.append(
            (
                exercise.name,
                f"{exercise.max_score:g}",
                f"{points:.1f}",
                f"{rate.solved} of {rate.students}",
                f"{rate.fraction:.2f}",
                f"{rate.estimate:.2f}",
                f"{rate.low:.2f} to {rate.high:.2f}",
            )
        )
    return rows


def _written_rows(data: ClassData) -> list[tuple[str, ...]]:
    rows: list[tuple[str, ...]] = []
    for exercise in data.written:
        scores = [student.scores.get(exercise.name) for student in data.graded]
        marked = [score for score in scores if score is not None]
        average = f"{mean(marked):.1f}" if marked else ""
        told = f"{len(marked)} of {len(scores)}"
        rows.append((exercise.name, f"{exercise.max_score:g}", told, average))
    return rows


def _misconception_rows(data: ClassData) -> list[tuple[str, ...]]:
    counts = Counter(entry for student in data.graded for entry in student.misconceptions)
    return [
        (name, exercise, str(count), f"{count / len(data.graded):.0%}")
        for (exercise, name), count in sorted(counts.items(), key=lambda e: (-e[1], e[0]))
    ]


def _remarks_on_times(data: ClassData) -> str:
    hours = [student.hours_late for student in data.students]
    unknown = sum(s.has_handed_in and s.hours_late is None for s in data.students)
    remarks = [f"Of {unknown} no time is known."] if unknown else []
    farthest = figures.FARTHEST_DAYS * figures.HOURS_A_DAY
    if any(abs(hour) > farthest for hour in hours if hour is not None):
        remarks.append(f"More than {figures.FARTHEST_DAYS} days are in the outermost bar.")
    return " ".join(remarks)


def _duration(hours: float) -> str:
    if hours < 1:
        return f"{max(1, round(60 * hours))} min"
    return f"{hours:.1f} h" if hours < 48 else f"{hours / 24:.1f} days"
