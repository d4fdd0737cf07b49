"""The report as CSV: a line for each student."""

from __future__ import annotations

from typing import Any

from autograder.notebooks.display import as_csv
from autograder.report.alike import Alikeness
from autograder.report.records import ClassData, Student


def report_table(data: ClassData, alikeness: Alikeness) -> str:
    """What the page says of each student, and of the exercises one by one."""
    exercises = [exercise.name for exercise in data.exercises]
    rows: list[list[Any]] = [
        [
            *("student_id", "name", "why_not_graded", "timestamp", "hours_late", "penalty"),
            *("points_programs", "points", *exercises, "misconceptions"),
            *("most_alike", "similarity", "stands_out_with"),
        ]
    ]
    partners: dict[str, list[str]] = {}
    for pair in alikeness.pairs:
        for one, other in (pair.students, pair.students[::-1]):
            partners.setdefault(one, []).append(other)
    for student in data.students:
        closest, similarity = alikeness.closest.get(student.name, ("", None))
        row = [
            student.name,
            student.full_name,
            student.why_not_graded,
            student.timestamp.isoformat(" ") if student.timestamp else "",
            "" if student.hours_late is None else round(student.hours_late, 2),
            *_points(data, student),
            "; ".join(f"{function}: {name}" for function, name in sorted(student.misconceptions)),
            closest,
            "" if similarity is None else round(similarity, 3),
            "; ".join(partners.get(student.name, [])),
        ]
        rows.append(row)
    return as_csv(rows)


def _points(data: ClassData, student: Student) -> list[float | str]:
    """Penalty, sums, and each exercise; nothing where there is no grade, or none yet."""
    if not student.is_graded:
        return [""] * (3 + len(data.exercises))
    scores = [student.scores.get(exercise.name) for exercise in data.exercises]
    given = ["" if score is None else score for score in scores]
    return [student.penalty, data.program_score(student), student.score, *given]
