"""Whose a file is that a learning management system has named: Canvas, Moodle.

A downloaded file is called

- by Canvas ``hackeralyssa_LATE_12345_67890_shrinkage-1.ipynb``: the name as it is sorted, in small
  letters and without spaces; that it was late; the user's number; the file's number; its name;
- by Moodle ``Alyssa Hacker_678_assignsubmission_file_/shrinkage.ipynb``, or the same in one name:
  the full name, and a number that stands for the user in this assignment alone.

Students choose much of such a name, some even their own. So a name that can be read as two
people's is nobody's until a teacher decides.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from autograder.notebooks.display import printable

# Wherever two numbers follow each other, without using them up: the next may begin in the second.
_CANVAS_NUMBERS = re.compile(r"(?=_([0-9]+)_([0-9]+)_)")
_CANVAS_LATE = "_LATE"
_CANVAS_ANONYMOUS = re.compile(r"(LATE_)?anon_[A-Za-z0-9]+_[0-9]+_(.*)", re.DOTALL)
_MOODLE = re.compile(r"([^_]+)_([0-9]+)_assignsubmission_file(?:_(.*))?", re.DOTALL)
_MOODLE_ANONYMOUS = "Participant"

_ANONYMOUS = "it hides the names in this assignment: reveal them there and download it again"
_MOST_NAMES_TOLD = 5


@dataclass(frozen=True)
class Student:
    """Somebody of the class, as the gradebook knows them; what is not known is empty."""

    id: str
    first_name: str = ""
    last_name: str = ""
    lms_user_id: str = ""


@dataclass(frozen=True)
class Reading:
    """One way to read a name that a system has given.

    Attributes:
        system: ``Canvas`` or ``Moodle``.
        person: the owner's name as the system writes it; empty where it hides names.
        number: Canvas's number of the user, or Moodle's of the user in this assignment.
        file_name: what the student called the file; empty for Moodle's folder of a student.
        is_late: whether the system says that it came late, which only Canvas does.
    """

    system: str
    person: str
    number: str
    file_name: str
    is_late: bool = False


@dataclass(frozen=True)
class Owned:
    """A file with its owner.

    Attributes:
        student: the owner.
        name: the file's path in what the owner handed in, such as ``shrinkage-1.ipynb``.
        number: the owner's number in the system.
        is_late: whether the system says that it came late.
    """

    student: Student
    name: str
    number: str
    is_late: bool


class OwnerUnknown(Exception):
    """Whose a file is cannot be told; the message says why and what to do, for a teacher."""


def readings(part: str) -> tuple[Reading, ...]:
    """All ways to read one part of a path, the name of a file or of a folder."""
    found = []
    if match := _MOODLE.fullmatch(part):
        person = "" if match[1] == _MOODLE_ANONYMOUS else match[1]
        found.append(Reading("Moodle", person, match[2], match[3] or ""))
    if match := _CANVAS_ANONYMOUS.fullmatch(part):
        found.append(Reading("Canvas", "", "", match[2], bool(match[1])))
    for match in _CANVAS_NUMBERS.finditer(part):
        person = part[: match.start()]
        if name := person.removesuffix(_CANVAS_LATE):
            rest = part[match.end(2) + 1 :]
            found.append(Reading("Canvas", name, match[1], rest, name != person))
    return tuple(found)


def first_reading(path: Sequence[str]) -> Reading | None:
    """What a download says of a file's owner, for those who have no list of the class.

    Args:
        path: the folders and the file's name, from the root of the download on.
    """
    return next((found[0] for part in path if (found := readings(part))), None)


class ClassList:
    """The students of a class, found by what a system writes into the names of their files."""

    def __init__(self, students: Iterable[Student]) -> None:
        self._students = tuple(students)

    def owners(
        self, paths: Iterable[tuple[str, ...]]
    ) -> tuple[Mapping[tuple[str, ...], Owned], list[str]]:
        """The owners of all files of a download, and a sentence on each that has none.

        What two users seem to have sent in one student's name is nobody's.
        """
        owned: dict[tuple[str, ...], Owned] = {}
        problems = []
        for path in paths:
            try:
                owned[path] = self.owner(path)
            except OwnerUnknown as problem:
                problems.append(str(problem))
        numbers: dict[str, set[str]] = {}
        for found in owned.values():
            numbers.setdefault(found.student.id, set()).add(found.number)
        for path, found in list(owned.items()):
            if len(numbers[found.student.id]) > 1:
                del owned[path]
                problems.append(
                    f"{_shown(path)}: several users are called like {found.student.id}, so whose "
                    "it is cannot be told."
                )
        return owned, problems

    def owner(self, path: Sequence[str]) -> Owned:
        """The owner of a downloaded file.

        The outermost name that a system gave decides: what is in there was named by its owner.

        Args:
            path: the folders and the file's name, from the root of the download on. The first may
                be the archive itself, which a teacher has named.

        Raises:
            OwnerUnknown: nobody is, or several might be; the message is one sentence.
        """
        shown = _shown(path)
        for index, part in enumerate(path):
            found = readings(part)
            if not found:
                continue
            owners = {student.id for reading in found for student in self._fitting(reading)}
            if not owners and index == 0 and part.endswith(".zip") and len(path) > 1:
                continue
            return self._only_owner(found, owners, path[index + 1 :], shown)
        raise OwnerUnknown(
            f"{shown}: the name is neither of Canvas's form nor of Moodle's, so whose it is cannot "
            "be told."
        )

    def _only_owner(
        self, found: Sequence[Reading], owners: set[str], inner: Sequence[str], shown: str
    ) -> Owned:
        reading = found[0]
        hidden = next((reading for reading in found if not reading.person), None)
        if hidden:
            raise OwnerUnknown(
                f"{shown}: {hidden.system} does not say whose it is, as {_ANONYMOUS}."
            )
        if len(owners) > 1:
            names = ", ".join(sorted(owners)[:_MOST_NAMES_TOLD])
            raise OwnerUnknown(f"{shown}: it may be of several students ({names}).")
        if not owners:
            number = f", user {reading.number}" if reading.system == "Canvas" else ""
            raise OwnerUnknown(
                f"{shown}: nobody in the gradebook is {printable(reading.person, 100)} "
                f"({reading.system}{number})."
            )
        (student,) = (s for s in self._students if s.id in owners)
        reading = next(reading for reading in found if student in self._fitting(reading))
        name = "/".join(filter(None, [reading.file_name, *inner]))
        return Owned(student, name, reading.number, reading.is_late)

    def _fitting(self, reading: Reading) -> list[Student]:
        """Who a reading may mean: by Canvas's number, or where that is not known by name."""
        by_name = [s for s in self._students if _plain(reading.person) in _names(s)]
        if reading.system != "Canvas":
            return by_name
        by_number = [s for s in self._students if reading.number == s.lms_user_id]
        return by_number or [s for s in by_name if not s.lms_user_id]


def _shown(path: Sequence[str]) -> str:
    return printable("/".join(path), 300)


def _plain(name: str) -> str:
    """A name without what systems change in it: capitals, spaces, dashes, commas, dots."""
    text = unicodedata.normalize("NFKC", name).casefold()
    return "".join(letter for letter in text if letter.isalnum())


def _names(student: Student) -> set[str]:
    """How a student may be called; nothing for those of whom only the id is known."""
    first, last = _plain(student.first_name), _plain(student.last_name)
    return ({first + last, last + first} if first and last else set()) | {_plain(student.id)}
