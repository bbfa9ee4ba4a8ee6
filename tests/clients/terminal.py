"""Programs in a terminal of their own, as a person has them: some sign in nowhere else."""

import asyncio
import os
import pty
import signal
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

PATIENCE_SECS = 90


class Failed(Exception):
    """A program did not end well; the text is what it wrote."""


async def run(command: list[str], env: Mapping[str, str], cwd: Path, answers: Mapping[str, str]) -> str:
    """What a program writes, until it ends. A question that holds a key of `answers` gets its value, once.

    Raises Failed where it ends with an error, or not at all.
    """
    ours, theirs = pty.openpty()
    screen = _Screen(ours, answers)
    process = await asyncio.create_subprocess_exec(
        *command, stdin=theirs, stdout=theirs, stderr=theirs, env=env, cwd=cwd, start_new_session=True
    )
    os.close(theirs)
    asyncio.get_running_loop().add_reader(ours, screen.read)
    try:
        async with asyncio.timeout(PATIENCE_SECS):
            code = await process.wait()
        screen.read()
    except TimeoutError:
        raise Failed(f"{command[0]} does not end: {screen.text}") from None
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        asyncio.get_running_loop().remove_reader(ours)
        os.close(ours)
    if code != 0:
        raise Failed(f"{command[0]} ends with {code}: {screen.text}")
    return screen.text


class _Screen:
    """What was written to a terminal, answered where that was a question."""

    def __init__(self, terminal: int, answers: Mapping[str, str]) -> None:
        self.text = ""
        self._terminal = terminal
        self._answers = dict(answers)
        os.set_blocking(terminal, False)

    def read(self) -> None:
        with suppress(OSError):  # nothing is there, or the program has ended
            while written := os.read(self._terminal, 65536):
                self.text += written.decode(errors="replace")
        for question in [question for question in self._answers if question in self.text]:
            os.write(self._terminal, self._answers.pop(question).encode())
