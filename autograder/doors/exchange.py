"""nbgrader's exchange, where students may have put more, and other things, than they should."""

from __future__ import annotations

import os
import pwd
import shutil
import stat
import tempfile
from pathlib import Path
from typing import Any

from nbgrader.exchange.default import ExchangeCollect, ExchangeReleaseFeedback

from autograder.doors.not_graded import folders_of
from autograder.notebooks.display import printable

Record = dict[str, Any]


class Collect(ExchangeCollect):
    """Collects what students have submitted of their own, and nothing that it leads to.

    Everybody may write to the exchange's ``inbound`` folder: a link to the answer key as well, and
    a folder in somebody else's name. nbgrader's own follows the one, and only warns of the other.
    """

    src_records: list[Record]

    def _sort_by_timestamp(self, records: list[Record]) -> list[Record]:
        """The newest first, but what somebody else has put there last."""
        newest_first: list[Record] = super()._sort_by_timestamp(records)
        return sorted(newest_first, key=lambda record: not self._is_of_its_student(record))

    def copy_files(self) -> None:
        """Collect what can be collected; the rest is named."""
        self.src_records = [r for r in self.src_records if self._can_be_collected(r)]
        super().copy_files()

    def do_copy(self, src: str, dest: str, log: Any = None) -> None:
        """Copy a submission's own files."""
        with tempfile.TemporaryDirectory() as place:
            copy = Path(place, "submission")
            left_out = _copy_own_files(Path(src), copy)
            if left_out:
                self.log.warning(
                    "%s: %d files are left out, such as %s. They are links, pipes or somebody "
                    "else's.",
                    *(src, len(left_out), printable(left_out[0])),
                )
            super().do_copy(str(copy), dest, log)

    def _path(self, record: Record) -> Path:
        return Path(self.inbound_path, record["filename"])

    def _is_of_its_student(self, record: Record) -> bool:
        if not self.check_owner:
            return True
        try:
            owner = pwd.getpwuid(self._path(record).lstat().st_uid).pw_name
        except KeyError:  # a user without a name
            return False
        return bool(owner == record["username"])

    def _can_be_collected(self, record: Record) -> bool:
        path = self._path(record)
        problem = ""
        if path.is_symlink() or not path.is_dir():
            problem = "it is no folder"
        elif not self._is_of_its_student(record):
            problem = "somebody else has put it there"
        elif self.get_size(path) > 1000 * self.coursedir.max_dir_size:
            problem = f"it is larger than {self.coursedir.max_dir_size} kB"
        if problem:
            self.log.error("%s is not collected: %s.", printable(str(path)), problem)
        return not problem


def _copy_own_files(folder: Path, copy: Path) -> list[str]:
    """Copy the ordinary files below a folder that belong to its owner; names the others.

    It is looked at what was opened, so that nothing can be put in its place in between.
    """
    owner = folder.lstat().st_uid
    left_out = []
    for inner, folders, files in os.walk(folder):
        place = copy / Path(inner).relative_to(folder)
        place.mkdir()
        left_out += [name for name in folders if Path(inner, name).is_symlink()]
        for name in files:
            try:
                # A pipe would be waited for.
                handle = os.open(Path(inner, name), os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
            except OSError:
                left_out.append(name)
                continue
            with os.fdopen(handle, "rb") as file:
                found = os.fstat(handle)
                if stat.S_ISREG(found.st_mode) and found.st_uid == owner:
                    with (place / name).open("wb") as target:
                        shutil.copyfileobj(file, target)
                else:
                    left_out.append(name)
    return left_out


class ReleaseFeedback(ExchangeReleaseFeedback):
    """Releases the feedback of those who submitted through the exchange, and names the others.

    The exchange hands feedback out by a secret that ``nbgrader submit`` puts beside a notebook.
    nbgrader's own stops at the first submission without one, such as from an LMS.
    """

    def copy_files(self) -> None:
        """Copy each page to where its student can fetch it."""
        directory = self.coursedir
        excluded = directory.student_id_exclude.split(",") if directory.student_id_exclude else []
        for folder, _, student in folders_of(
            directory,
            directory.feedback_directory,
            directory.assignment_id,
            directory.student_id or "*",
        ):
            needed = (folder / "submission_secret.txt", folder / "timestamp.txt")
            if student not in excluded and not all(path.is_file() for path in needed):
                excluded.append(student)
                self.log.warning(
                    "Feedback for %s was not released, because the notebook did not come through "
                    "nbgrader's exchange. Hand it out in another way: %s",
                    student,
                    folder,
                )
        directory.student_id_exclude = ",".join(excluded)
        super().copy_files()
