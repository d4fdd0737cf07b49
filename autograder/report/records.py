"""What a report is made from: plain data on a class and one assignment."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True)
class Exercise:
    """What earns points of its own in an assignment.

    Attributes:
        name: what the student writes: a function, or the name of a written answer.
        max_score: its points.
        is_written: whether a teacher gives the points.
    """

    name: str
    max_score: float
    is_written: bool = False


@dataclass(frozen=True)
class Answer:
    """What stands in a cell that is the student's to write.

    Attributes:
        text: the cell's source.
        is_code: whether it is a program; else it is prose.
    """

    text: str
    is_code: bool


@dataclass(frozen=True)
class Student:
    """One student, and what became of what they handed in.

    Attributes:
        name: nbgrader's name for the student.
        full_name: as the roster has it, or nothing.
        why_not_graded: why there is no grade; nothing where there is one.
        has_handed_in: whether there is anything to grade.
        timestamp: when it was handed in, in UTC, where that is known.
        hours_late: hours past the due date and any extension; negative before it.
        penalty: points taken off for lateness.
        scores: points by exercise; None for a written answer that waits for a teacher.
        misconceptions: those that the grader named, as exercise and sentence.
        answers: the student's own cells, by name.
    """

    name: str
    full_name: str = ""
    why_not_graded: str = ""
    has_handed_in: bool = True
    timestamp: datetime | None = None
    hours_late: float | None = None
    penalty: float = 0.0
    scores: dict[str, float | None] = field(default_factory=dict)
    misconceptions: frozenset[tuple[str, str]] = frozenset()
    answers: dict[str, Answer] = field(default_factory=dict)

    @property
    def is_graded(self) -> bool:
        """Whether there is a grade."""
        return not self.why_not_graded

    @property
    def score(self) -> float:
        """All points given so far, without those taken off."""
        return sum(score or 0.0 for score in self.scores.values())


@dataclass(frozen=True)
class ClassData:
    """One assignment and everybody who should have handed it in, or has.

    Attributes:
        assignment: its name.
        due: when it was due, in UTC, where the gradebook knows.
        exercises: in the notebook's order.
        students: in the order of their names.
        released: all cells of the released notebook, the student's own by their names.
    """

    assignment: str
    due: datetime | None
    exercises: tuple[Exercise, ...]
    students: tuple[Student, ...]
    released: dict[str, Answer] = field(default_factory=dict)

    @property
    def graded(self) -> tuple[Student, ...]:
        """Those with a grade."""
        return tuple(student for student in self.students if student.is_graded)

    @property
    def programs(self) -> tuple[Exercise, ...]:
        """The exercises that hidden tests give points for."""
        return tuple(exercise for exercise in self.exercises if not exercise.is_written)

    @property
    def written(self) -> tuple[Exercise, ...]:
        """Those that a teacher gives points for."""
        return tuple(exercise for exercise in self.exercises if exercise.is_written)

    def program_score(self, student: Student) -> float:
        """A student's points for programs."""
        return sum(student.scores.get(exercise.name) or 0.0 for exercise in self.programs)
