"""An open directory. Operations go to this directory even if its path changes meanwhile."""

from __future__ import annotations

import os
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Self

_NO_FOLLOW = getattr(os, "O_NOFOLLOW", 0)
_PLAIN = getattr(os, "O_BINARY", 0) | getattr(os, "O_CLOEXEC", 0) | _NO_FOLLOW
_NO_WAIT = getattr(os, "O_NONBLOCK", 0)
"""Without it, opening a pipe would wait for its other end."""
_HELD = os.open in os.supports_dir_fd
"""False on Windows, which cannot open a file relative to an open directory; paths are used there."""


class Folder:
    """The directory at `parts` below `root`, reached without following a link. Raises OSError."""

    def __init__(self, root: Path, parts: Sequence[str]) -> None:
        self._path = root.joinpath(*parts)
        self._descriptor: int | None = _walk(root, parts) if _HELD else None

    def read(self, name: str) -> int:
        return self._open(name, os.O_RDONLY | _PLAIN | _NO_WAIT)

    def create(self, name: str, permissions: int) -> int:
        return self._open(name, os.O_WRONLY | os.O_CREAT | os.O_EXCL | _PLAIN, permissions)

    def mode(self, name: str) -> int | None:
        """The mode of the entry of this name (of a link, not of its target); None if there is none."""
        try:
            found = os.stat(self._at(name), dir_fd=self._descriptor, follow_symlinks=False)
        except FileNotFoundError:
            return None
        return found.st_mode

    def replace(self, name: str, by: str) -> None:
        os.replace(self._at(by), self._at(name), src_dir_fd=self._descriptor, dst_dir_fd=self._descriptor)

    def link(self, name: str, to: str) -> None:
        """Make a second hard link to a file. Raises FileExistsError if the name is taken."""
        os.link(self._at(to), self._at(name), src_dir_fd=self._descriptor, dst_dir_fd=self._descriptor)

    def remove(self, name: str) -> None:
        os.unlink(self._at(name), dir_fd=self._descriptor)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None

    def _open(self, name: str, flags: int, permissions: int = 0) -> int:
        return os.open(self._at(name), flags, permissions, dir_fd=self._descriptor)

    def _at(self, name: str) -> str:
        return name if self._descriptor is not None else str(self._path / name)


def _walk(root: Path, parts: Sequence[str]) -> int:
    """Open the directories one by one, so that nobody can put a link in the way after the path was checked."""
    flags = os.O_RDONLY | os.O_DIRECTORY | _PLAIN
    with ExitStack() as passed:
        descriptor = os.open(root, flags)
        for part in parts:
            passed.callback(os.close, descriptor)
            descriptor = os.open(part, flags, dir_fd=descriptor)
        return descriptor
