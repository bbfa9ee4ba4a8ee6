"""A file that is read."""

from __future__ import annotations

import os

from anyio import to_thread

from telnyx_tools.files.refusals import explained, refused


class FileSource:
    """An open file. Reading fails if it has changed since it was opened."""

    def __init__(self, argument: str, name: str, descriptor: int) -> None:
        self.name = name
        self._argument = argument
        self._descriptor = descriptor
        self._state = self._current()
        self.size = os.fstat(descriptor).st_size

    async def read(self, start: int, length: int) -> bytes:
        """Read exactly this part of it. Raises InvalidArguments if the file has changed."""
        with explained(self._argument):
            content = await to_thread.run_sync(self._read, start, length)
        if len(content) != length or self._current() != self._state:
            raise refused(self._argument, "The file changed while it was read; try again when it is complete.")
        return content

    def close(self) -> None:
        os.close(self._descriptor)

    def _current(self) -> tuple[int, int]:
        found = os.fstat(self._descriptor)
        return found.st_size, found.st_mtime_ns

    def _read(self, start: int, length: int) -> bytes:
        os.lseek(self._descriptor, start, os.SEEK_SET)
        content = bytearray()
        while len(content) < length and (piece := os.read(self._descriptor, length - len(content))):
            if len(piece) == length:
                return piece
            content += piece
        return bytes(content)
