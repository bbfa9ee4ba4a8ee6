"""The commands of the command line, one module each: `configure` adds arguments to a parser, `run` runs the command."""

from __future__ import annotations

import errno
import sys

OPEN_FILES = 8_192
"""More than all connections that a worker may have, to clients and to Telnyx."""


class Failure(Exception):
    """The command cannot do its work. The text is one line that says what to do."""

    exit_code = 1


class UsageError(Failure):
    """The arguments of the command or a setting are wrong."""

    exit_code = 2


def say(text: str) -> None:
    """Write a line to standard output, unbuffered."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def limit_process() -> None:
    """Allow no core dumps, which would write keys to the disk, and as many open files as there may be connections."""
    if sys.platform == "win32":
        return
    import resource

    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = OPEN_FILES if hard == resource.RLIM_INFINITY else min(OPEN_FILES, hard)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


def cannot_listen(host: str, port: int, error: OSError) -> Failure:
    """The error for an address on which the server cannot listen."""
    if error.errno == errno.EADDRINUSE:
        return Failure(f"Port {port} on {host} is in use; choose another with --port")
    why = (error.strerror or str(error)).partition(" (while attempting")[0]
    return Failure(f"Cannot listen on {host}, port {port}: {why}; see --host and --port")


def first_message(errors: BaseExceptionGroup[BaseException]) -> str:
    """The text of the first error in nested exception groups, which the client's tasks raise."""
    first = errors.exceptions[0]
    return first_message(first) if isinstance(first, BaseExceptionGroup) else str(first)
