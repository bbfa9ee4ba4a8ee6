"""Refusals of file operations, in words that an agent can act on."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from contextlib import contextmanager

from telnyx_tools.argument_errors import InvalidArguments, Problem

_KNOWN = {
    errno.ENOENT: "There is no such file or directory.",
    errno.EACCES: "The user who runs this server may not use it.",
    errno.EPERM: "The user who runs this server may not use it.",
    errno.EISDIR: "It is a directory; give a file.",
    errno.ENOTDIR: "A part of the path is no directory.",
    errno.ELOOP: "It is a symbolic link that changed just now.",
    errno.EEXIST: "There is a file of this name already; give another name, or overwrite=true.",
    errno.ENOSPC: "The disk is full.",
    errno.EROFS: "It can only be read there.",
    errno.ENAMETOOLONG: "The name is too long.",
    errno.ENXIO: "It is no ordinary file.",
}


def refused(argument: str, problem: str) -> InvalidArguments:
    return InvalidArguments([Problem(argument, problem)])


@contextmanager
def explained(argument: str) -> Iterator[None]:
    """Turns errors of the operating system into InvalidArguments, without quoting them."""
    try:
        yield
    except OSError as error:
        raise refused(argument, _KNOWN.get(error.errno or 0, "The system did not let it be used.")) from None
