"""Files of the grader's own: written at once, and known by their content."""

from __future__ import annotations

import os
import signal
import tempfile
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

_ROOT = Path(__file__).resolve().parent.parent


def write_at_once(path: Path, content: bytes) -> None:
    """Write a file by one rename, so that nobody ever reads half of it; makes its folder.

    Raises:
        OSError: it cannot be written; then nothing is left.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, unfinished = tempfile.mkstemp(dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        os.replace(unfinished, path)
    except BaseException:
        Path(unfinished).unlink(missing_ok=True)
        raise


def add_code(digest: Any, places: Sequence[str]) -> None:
    """Let a hash depend on Python files: those in folders, or single ones, below the kit's root."""
    paths = {path for place in places for path in (_ROOT / place).rglob("*.py")}
    paths |= {_ROOT / place for place in places if place.endswith(".py")}
    for path in sorted(paths):
        digest.update(f"{path.relative_to(_ROOT)}\n".encode() + path.read_bytes())


def write_all_or_none(contents: Mapping[Path, bytes | Path]) -> None:
    """Write several files together: all of them, or, on an error or an interruption, none.

    Args:
        contents: what each file should hold; a path makes a symbolic link to it.

    Raises:
        OSError: one cannot be written; then all is as it was.
    """
    before = {path: path.read_bytes() for path in contents if path.exists()}
    folders: list[Path] = []
    waiting = {path: path.with_name(f".{path.name}.unfinished") for path in contents}
    moved: list[Path] = []
    try:
        for path, content in contents.items():
            _make_folders(path.parent, folders)
            waiting[path].unlink(missing_ok=True)
            if isinstance(content, Path):
                waiting[path].symlink_to(content)
            else:
                waiting[path].write_bytes(content)
        # Moving takes no time; an interruption waits until all is moved.
        with _uninterrupted():
            for path in contents:
                moved.append(path)
                os.replace(waiting[path], path)
    except BaseException:
        for path in moved:
            if path in before:
                path.write_bytes(before[path])
            else:
                path.unlink(missing_ok=True)
        for unfinished in waiting.values():
            unfinished.unlink(missing_ok=True)
        for folder in reversed(folders):
            folder.rmdir()
        raise


def _make_folders(folder: Path, made: list[Path]) -> None:
    missing = [place for place in (folder, *folder.parents) if not place.exists()]
    for place in reversed(missing):
        place.mkdir()
        made.append(place)


@contextmanager
def _uninterrupted() -> Iterator[None]:
    """Hold Ctrl-C back, where this is the main thread: Python hands signals to that one only."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    held_back: list[int] = []
    before = signal.signal(signal.SIGINT, lambda number, _: held_back.append(number))
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
        if held_back:
            signal.raise_signal(signal.SIGINT)
