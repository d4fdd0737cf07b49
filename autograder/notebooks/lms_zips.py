"""The notebooks in a zip file that a learning management system lets teachers download.

The archive is the system's, but the names in it and the archives within it are students' own.
"""

from __future__ import annotations

import errno
import lzma
import re
import struct
import zipfile
import zlib
from io import BytesIO
from pathlib import Path, PurePosixPath
from typing import NamedTuple

from autograder.files import write_at_once
from autograder.notebooks.display import printable
from autograder.notebooks.reading import MAX_FILE_BYTES

# Of an archive that a student has handed in.
MOST_NOTEBOOKS_OF_A_STUDENT = 20
MOST_NAMES = 10_000
_ENTRY = b"PK\x01\x02"
# In bytes, of which a disk allows 255.
_LONGEST_NAME = 200
# Too long, or at once a file and a folder.
_NAMES_THAT_CANNOT_BE = (errno.ENAMETOOLONG, errno.ENOTDIR, errno.EISDIR, errno.EEXIST)

# What zipfile raises for archives that are damaged, encrypted or packed in unknown ways.
_UNREADABLE = (
    *(zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError, RuntimeError),
    *(ValueError, IndexError, OverflowError, struct.error),
)


class LeftOut(NamedTuple):
    """Something in an archive that is no notebook, or cannot be one.

    Attributes:
        member: the file in the downloaded archive that it is, or is in; empty for all of it.
        sentence: what is wrong.
    """

    member: str
    sentence: str


def extract_notebooks(archive: Path, folder: Path) -> list[LeftOut]:
    """Write the notebooks in an archive, and those in archives within it, into a folder.

    They keep their paths. A notebook that is too large is cut off, so that whoever grades it says
    so. Nothing is written outside of the folder, whatever the archive says.

    Returns what was left out.

    Raises:
        OSError: the archive or the folder cannot be opened or written.
    """
    left_out: list[LeftOut] = []
    try:
        with zipfile.ZipFile(archive) as opened:
            for member in opened.infolist():
                told: list[str] = []
                _extract(opened, [member], archive.name, folder, told, is_students=False)
                left_out += [LeftOut(_shown(member.filename), sentence) for sentence in told]
    except _UNREADABLE:
        sentence = f"{_shown(archive.name)} cannot be read as a zip file: get it once more."
        left_out.append(LeftOut("", sentence))
    return left_out


def _extract(
    archive: zipfile.ZipFile,
    members: list[zipfile.ZipInfo],
    shown: str,
    folder: Path,
    left_out: list[str],
    *,
    is_students: bool,
) -> None:
    notebooks = 0
    for member in members:
        path = PurePosixPath(member.filename)
        name = f"{shown}: {_shown(member.filename)}"
        if path.is_absolute() or ".." in path.parts:
            left_out.append(f"{name} would lie outside of the archive's folder, and is left out.")
        elif member.is_dir() or _is_a_systems(path):
            continue
        elif path.suffix.lower() == ".ipynb":
            notebooks += 1
            if is_students and notebooks > MOST_NOTEBOOKS_OF_A_STUDENT:
                continue
            if not _write(_read(archive, member), folder, path):
                left_out.append(f"{name} cannot be unpacked.")
        elif path.suffix.lower() == ".zip" and not is_students:
            inner = folder.joinpath(*map(_writable, path.parts))
            _extract_students(_read(archive, member), name, inner, left_out)
        elif not is_students:
            left_out.append(f"{name} is no notebook.")
    if is_students and not notebooks:
        left_out.append(f"{shown} holds no notebook.")
    if is_students and notebooks > MOST_NOTEBOOKS_OF_A_STUDENT:
        left_out.append(f"{shown} holds {notebooks} notebooks, of which some are left out.")


def _extract_students(content: bytes | None, shown: str, folder: Path, left_out: list[str]) -> None:
    """An archive that a student has handed in, to a folder of its own."""
    # An archive of many names and nothing else would take more memory than it has bytes.
    if content is None or len(content) > MAX_FILE_BYTES or content.count(_ENTRY) > MOST_NAMES:
        left_out.append(f"{shown} cannot be unpacked, or is too large.")
        return
    try:
        with zipfile.ZipFile(BytesIO(content)) as opened:
            _extract(opened, opened.infolist(), shown, folder, left_out, is_students=True)
    except _UNREADABLE:
        left_out.append(f"{shown} cannot be read as a zip file.")


def _read(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> bytes | None:
    """The content of a member, at most a byte more than may be handed in; None if damaged."""
    try:
        with archive.open(member) as file:
            return file.read(MAX_FILE_BYTES + 1)
    except _UNREADABLE:
        return None


def _write(content: bytes | None, folder: Path, path: PurePosixPath) -> bool:
    """Write a member under its own name, or one much like it; whether that can be done."""
    *folders, stem = map(_writable, (*path.parent.parts, path.stem))
    place, number = folder.joinpath(*folders, f"{stem}.ipynb"), 1
    try:
        while place.exists():
            number += 1
            place = place.with_name(f"{stem} ({number}).ipynb")
        if content is not None:
            write_at_once(place, content)
    except OSError as error:
        if error.errno not in _NAMES_THAT_CANNOT_BE:
            raise
        return False
    return content is not None


def _is_a_systems(path: PurePosixPath) -> bool:
    """Whether a file is one that macOS or Jupyter keeps beside others."""
    kept = {"__MACOSX", ".ipynb_checkpoints", ".DS_Store"}
    return bool(kept & {*path.parts}) or path.name.startswith("._")


def _writable(name: str) -> str:
    return _shown(name).encode()[:_LONGEST_NAME].decode("utf-8", "ignore")


def _shown(name: str) -> str:
    return printable(re.sub(r"[\n\t]", "\ufffd", name))
