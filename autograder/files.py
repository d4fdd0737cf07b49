"""Files of the grader's own: written at once, and known by their content."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Sequence
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
