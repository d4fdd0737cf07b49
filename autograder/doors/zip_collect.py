"""``nbgrader zip_collect`` for what Canvas and Moodle let teachers download.

The downloads lie in ``downloaded/ASSIGNMENT/archive/``; notebooks go to ``submitted/``. Whose each
is says :mod:`autograder.notebooks.lms_names`, with the students of the gradebook.
"""

from __future__ import annotations

import filecmp
import shutil
from collections import defaultdict
from collections.abc import Mapping
from contextlib import suppress
from functools import cached_property
from pathlib import Path

from nbgrader.api import Gradebook
from nbgrader.plugins import ExtractorPlugin, FileNameCollectorPlugin
from nbgrader.utils import parse_utc

from autograder.doors.autograde_run import is_ordinary_file
from autograder.notebooks.display import printable
from autograder.notebooks.lms_names import ClassList, Owned, Student
from autograder.notebooks.lms_zips import extract_notebooks

Parts = tuple[str, ...]


class LmsExtractor(ExtractorPlugin):
    """Takes the notebooks out of downloads, and says what it leaves behind."""

    def extract(self, archive_path: str, extracted_path: str) -> None:
        """Copy notebooks from the one folder to the other, out of zip files and beside them."""
        archive, extracted = Path(archive_path), Path(extracted_path)
        found = sorted(path for path in archive.rglob("*") if path.is_file())
        if not found:
            self.log.error(
                "%s is empty: put there what Canvas or Moodle lets you download", archive
            )
        for path in found:
            place = extracted / path.relative_to(archive)
            if path.suffix.lower() == ".zip":
                for _, sentence in extract_notebooks(path, place):
                    self.log.warning("%s", sentence)
            elif path.suffix.lower() == ".ipynb":
                place.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(path, place)
            else:
                self.log.warning("%s is no notebook.", printable(str(path.relative_to(archive))))


class LmsCollector(FileNameCollectorPlugin):
    """Finds the student whom each notebook belongs to, and says whose it cannot find.

    Where ``named_regexp`` is set, nbgrader's own collector does it.
    """

    def collect(self, submitted_file: str) -> dict[str, str] | None:
        """The student of a notebook and its path in what the student handed in, or None."""
        if self.named_regexp:
            found: dict[str, str] | None = super().collect(submitted_file)
            return found
        return self._collected.get(submitted_file)

    @cached_property
    def _collected(self) -> dict[str, dict[str, str]]:
        """What :meth:`collect` says of each file: all are looked at together."""
        collection = self.parent  # nbgrader's ZipCollectApp
        extracted = Path(
            collection.coursedir.root,
            collection.collect_directory_structure.format(
                downloaded=collection.downloaded_directory,
                assignment_id=collection.coursedir.assignment_id,
                collect_step=collection.extracted_directory,
            ),
        )
        paths = [path for path in sorted(extracted.rglob("*")) if path.is_file()]
        owned, problems = self._class_list().owners(p.relative_to(extracted).parts for p in paths)
        for sentence in problems:
            self.log.error("%s", sentence)
        if problems:
            self.log.error(
                "%d of %d notebooks have no owner: they stay in %s. Enter whose they are with "
                "`autograder gradebook --roster FILE` (lms_user_id is Canvas's ID) and run this "
                "again with --force, or put them into submitted/STUDENT/%s/ yourself.",
                *(len(problems), len(paths), extracted, collection.coursedir.assignment_id),
            )
        late = sorted({found.student.id for found in owned.values() if found.is_late})
        if late:
            self.log.warning(
                "Canvas says that these came late, but not when: %s. Nobody loses points for it "
                "unless submitted/STUDENT/%s/timestamp.txt holds the date and time.",
                *(", ".join(late), collection.coursedir.assignment_id),
            )
        return {
            str(extracted.joinpath(*parts)): {
                "student_id": student,
                "file_id": name,
                **self._date_of(student, extracted.joinpath(*parts)),
            }
            for (student, name), parts in _placed(owned, extracted).items()
        }

    def _date_of(self, student: str, notebook: Path) -> dict[str, str]:
        """The date that a teacher has written beside this very notebook, collected before.

        nbgrader empties the folder; the date of another notebook goes with it.
        """
        directory = self.parent.coursedir
        collected = Path(
            directory.format_path(directory.submitted_directory, student, directory.assignment_id)
        )
        date_file = collected / "timestamp.txt"
        if not is_ordinary_file(date_file):
            return {}
        date = date_file.read_text("utf-8", "replace").strip()
        is_same = any(
            filecmp.cmp(path, notebook, shallow=False)
            for path in collected.rglob("*.ipynb")
            if is_ordinary_file(path)
        )
        with suppress(ValueError):  # it is no date
            parse_utc(date)
            if is_same:
                return {"timestamp": date}
        self.log.warning(
            "The date beside %s's notebook (%s) was that of another notebook, and is removed: "
            "write the new one into timestamp.txt if a penalty depends on it.",
            *(student, printable(date)),
        )
        return {}

    def _class_list(self) -> ClassList:
        directory = self.parent.coursedir
        with Gradebook(directory.db_url, directory.course_id) as gradebook:
            return ClassList(
                Student(
                    student.id,
                    student.first_name or "",
                    student.last_name or "",
                    student.lms_user_id or "",
                )
                for student in gradebook.students
            )


def _placed(owned: Mapping[Parts, Owned], extracted: Path) -> dict[tuple[str, str], Parts]:
    """Which file goes where, by student and name.

    Of files that are word for word the same one is taken. Others of one name keep the names that
    the system gave them, so that none of them counts until a teacher has chosen.
    """
    meeting: dict[tuple[str, str], list[Parts]] = defaultdict(list)
    for parts, found in owned.items():
        meeting[found.student.id, found.name].append(parts)
    placed = {}
    for (student, name), files in meeting.items():
        first, *others = (extracted.joinpath(*parts) for parts in files)
        if all(filecmp.cmp(first, other, shallow=False) for other in others):
            placed[student, name] = files[0]
        else:
            placed |= {(student, "/".join(parts)): parts for parts in files}
    return placed
