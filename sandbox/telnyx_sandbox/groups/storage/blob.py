"""The bytes of an object: in memory while they are few, else in a temporary file without a name."""

import hashlib
from collections.abc import Iterator, Sequence
from tempfile import SpooledTemporaryFile
from weakref import finalize

IN_MEMORY = 1024 * 1024
CHUNK = 256 * 1024


class Blob:
    """Bytes that do not change. Made of one piece, or of the parts of an upload."""

    def __init__(self, pieces: "Sequence[Piece]") -> None:
        self._pieces = tuple(pieces)
        self.size = sum(piece.size for piece in self._pieces)

    @classmethod
    def of(cls, content: bytes) -> "Blob":
        writer = Writer()
        writer.write(content)
        return writer.finish()

    @property
    def pieces(self) -> "tuple[Piece, ...]":
        return self._pieces

    @property
    def md5(self) -> bytes:
        """The MD5 of the first piece, which is the whole object unless it was uploaded in parts."""
        return self._pieces[0].md5

    def read(self, start: int = 0, end: int | None = None) -> Iterator[bytes]:
        """The bytes from `start` up to `end`, in chunks."""
        stop, offset = self.size if end is None else end, 0
        for piece in self._pieces:
            yield from piece.read(max(start - offset, 0), min(stop - offset, piece.size))
            offset += piece.size


class Piece:
    def __init__(self, file: "_File", size: int, md5: bytes) -> None:
        self._file = file
        self.size = size
        self.md5 = md5

    def read(self, start: int, end: int) -> Iterator[bytes]:
        while start < end:
            chunk = self._file.read(start, min(CHUNK, end - start))
            start += len(chunk)
            yield chunk


class Writer:
    """Collects a body as it arrives."""

    def __init__(self) -> None:
        self._file = _File()
        self._md5 = hashlib.md5(usedforsecurity=False)
        self.size = 0

    def write(self, chunk: bytes) -> None:
        self._file.write(chunk)
        self._md5.update(chunk)
        self.size += len(chunk)

    def finish(self) -> Blob:
        return Blob([Piece(self._file, self.size, self._md5.digest())])


class _File:
    """A file that is closed when nothing refers to it any more."""

    def __init__(self) -> None:
        self._file = SpooledTemporaryFile(IN_MEMORY)  # noqa: SIM115 - open as long as what is in it
        self.write = self._file.write
        finalize(self, self._file.close)

    def read(self, start: int, length: int) -> bytes:
        self._file.seek(start)
        return self._file.read(length)
