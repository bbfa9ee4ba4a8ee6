"""Access to files of this machine, in the directories that its user opened to tools."""

from __future__ import annotations

import os
import stat
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from copy import copy
from pathlib import Path

from anyio import to_thread

from telnyx_tools.api.dry_run import UnmadeChange
from telnyx_tools.files.folder import Folder
from telnyx_tools.files.refusals import explained, refused
from telnyx_tools.files.source import FileSource
from telnyx_tools.files.target import FileTarget

HOW_TO_ALLOW = (
    "The user can allow a directory with TELNYX_MCP_FILE_ROOTS=/path (or --file-root /path) "
    "in this server's configuration, and a restart."
)


class Files:
    """Files below `roots` only; a link counts as the file that it points to. Raises InvalidArguments.

    Files and directories whose names begin with a dot are refused, since programs keep keys and code to run under such
    names. A directory of such a name can be given as a root. Files with a second hard link are refused too, since that
    may be elsewhere.
    """

    def __init__(self, roots: Sequence[str] = ()) -> None:
        self._is_dry_run = False
        self._roots = [Path(os.path.realpath(os.path.expanduser(root))) for root in roots]  # noqa: PTH111 - as text

    def dry_run(self) -> Files:
        """The same files, of which none is written: UnmadeChange is raised."""
        other = copy(self)
        other._is_dry_run = True
        return other

    @asynccontextmanager
    async def source(self, argument: str, path: str) -> AsyncIterator[FileSource]:
        """Open a file to read it."""
        with explained(argument):
            source = self._open(argument, path)
        try:
            yield source
        finally:
            source.close()

    @asynccontextmanager
    async def target(self, argument: str, path: str, *, overwrite: bool) -> AsyncIterator[FileTarget]:
        """Open a file to write it. It is put in its place, complete, when the block ends; not at all if the block
        fails."""
        with explained(argument):
            target = self._create(argument, path, overwrite)
        try:
            yield target
            with explained(argument):
                await to_thread.run_sync(target.finish)
        finally:
            target.discard()

    def _open(self, argument: str, path: str) -> FileSource:
        given = _absolute(argument, path)
        root, parts = self._inside(argument, Path(os.path.realpath(given)))
        with Folder(root, parts[:-1]) as folder:
            descriptor = folder.read(parts[-1])
        found = os.fstat(descriptor)
        kind = found.st_mode
        if stat.S_ISREG(kind) and found.st_nlink <= 1:
            return FileSource(argument, given.name, descriptor)
        os.close(descriptor)
        if stat.S_ISREG(kind):
            raise refused(argument, "It has a second name (a hard link), maybe elsewhere; copy it, and give the copy.")
        raise refused(argument, "It is a directory; give a file." if stat.S_ISDIR(kind) else "It is no ordinary file.")

    def _create(self, argument: str, path: str, overwrite: bool) -> FileTarget:
        given = _absolute(argument, path)
        if self._is_dry_run:
            self._inside(argument, Path(os.path.realpath(given)))
            raise UnmadeChange(f"write the file {path}")
        # The path itself is written: if it is a link, it is not followed.
        root, parts = self._inside(argument, Path(os.path.realpath(given.parent)) / given.name)
        folder = Folder(root, parts[:-1])
        try:
            return FileTarget(argument, folder, parts[-1], overwrite=overwrite)
        except BaseException:
            folder.close()
            raise

    def _inside(self, argument: str, real: Path) -> tuple[Path, Sequence[str]]:
        """The root that contains the path, and the parts of the path below it."""
        for root in self._roots:
            if real != root and real.is_relative_to(root):
                parts = real.relative_to(root).parts
                if any(part.startswith(".") for part in parts):
                    raise refused(argument, "Files and directories whose names begin with a dot are not used.")
                return root, parts
        allowed = f"Allowed: {', '.join(map(str, self._roots))}. " if self._roots else "None is allowed yet. "
        raise refused(argument, f"It is outside of the directories that this server may use. {allowed}{HOW_TO_ALLOW}")


def _absolute(argument: str, path: str) -> Path:
    given = Path(path)
    if "\0" in path or not given.is_absolute() or given.name in ("", ".."):
        raise refused(argument, "Give the absolute path of a file.")
    return given
