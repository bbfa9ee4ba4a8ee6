"""A file that is written."""

from __future__ import annotations

import errno
import os
import secrets
import stat
from contextlib import suppress

from anyio import to_thread

from telnyx_tools.files.folder import Folder
from telnyx_tools.files.refusals import explained, refused

_NEW_FILE = 0o666
"""The permissions of a new file, before the user's umask."""


class FileTarget:
    """A temporary file beside its destination. `finish` puts it there; `discard` removes it.

    If it replaces a file, it gets the same permissions: whoever could not read that file cannot read the new one.
    """

    def __init__(self, argument: str, folder: Folder, name: str, *, overwrite: bool) -> None:
        self._argument = argument
        self._folder = folder
        self._name = name
        self._overwrite = overwrite
        replaced = self._check_place()
        self._beside = f".{secrets.token_hex(8)}.part"
        permissions = _NEW_FILE if replaced is None else stat.S_IMODE(replaced)
        self._descriptor: int | None = folder.create(self._beside, permissions)

    async def write(self, content: bytes) -> None:
        with explained(self._argument):
            await to_thread.run_sync(self._write, content)

    def finish(self) -> None:
        """Put the file at its destination. Raises InvalidArguments, or OSError, if a file appeared there meanwhile."""
        if self._descriptor is not None:
            os.fsync(self._descriptor)
        self._close()
        self._check_place()
        if self._overwrite:
            self._folder.replace(self._name, self._beside)
        else:
            self._move()

    def discard(self) -> None:
        self._close()
        with suppress(OSError):
            self._folder.remove(self._beside)
        self._folder.close()

    def _write(self, content: bytes) -> None:
        left = memoryview(content)
        while left and self._descriptor is not None:
            left = left[os.write(self._descriptor, left) :]

    def _move(self) -> None:
        """Make a hard link, since a rename would replace a file that appeared just now. Not every file system has hard
        links."""
        try:
            self._folder.link(self._name, self._beside)
        except FileExistsError:
            raise
        except OSError:
            self._check_place()
            self._folder.replace(self._name, self._beside)

    def _check_place(self) -> int | None:
        """The mode of the file to be replaced; None if there is none."""
        mode = self._folder.mode(self._name)
        if mode is None:
            return None
        if not self._overwrite:
            raise FileExistsError(errno.EEXIST, "")
        if stat.S_ISDIR(mode):
            raise refused(self._argument, "It is a directory; give a file.")
        if not stat.S_ISREG(mode):
            raise refused(self._argument, "It is no ordinary file, and is not replaced.")
        return mode

    def _close(self) -> None:
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None
