"""A person: the browser that programs open, and who sits before it."""

import asyncio
import os
import re
from contextlib import suppress
from pathlib import Path

import httpx2
from tests.server.web.people import Person

PATIENCE_SECS = 30
PROGRAMS = ("xdg-open", "open", "browser")
"""Names by which a program opens a URL; `BROWSER` names the last."""
_PROBLEM = re.compile(r'id="problem"[^>]*>([^<]+)')


class Customer:
    """Somebody with a Telnyx account who lets every client use messaging, and nothing else.

    `bin` has to be first in the PATH of the client; `asked` counts how often they had to decide.
    """

    def __init__(self, home: Path, key: str) -> None:
        self.asked = 0
        self.bin = home / "bin"
        self._key = key
        self._opened = home / "opened"
        os.mkfifo(self._opened)
        self.bin.mkdir()
        for name in PROGRAMS:
            program = self.bin / name
            program.write_text(f"#!/bin/sh\nprintf '%s\\n' \"$1\" >'{self._opened}'\n")
            program.chmod(0o755)

    async def sit_before_the_browser(self) -> None:
        """Decide on whatever is opened, until cancelled."""
        lines = asyncio.StreamReader()
        pipe = os.fdopen(os.open(self._opened, os.O_RDWR | os.O_NONBLOCK), "rb", buffering=0)
        transport, _ = await asyncio.get_running_loop().connect_read_pipe(
            lambda: asyncio.StreamReaderProtocol(lines), pipe
        )
        try:
            async for line in lines:
                self.asked += 1
                await self._allow(line.decode().strip())
        finally:
            transport.close()

    async def _allow(self, url: str) -> None:
        base_url = httpx2.URL(url).copy_with(raw_path=b"/")
        async with httpx2.AsyncClient(base_url=base_url, timeout=PATIENCE_SECS) as http:
            page = await http.get(url, follow_redirects=True)
            choice = {"level": "spend", "group": ["messaging"], "action": "key", "api_key": self._key}
            decided = await Person(http).submit(page, **choice)
            assert decided.status_code == 303, _PROBLEM.findall(decided.text)
            with suppress(httpx2.TransportError):  # the client has what it wants, and may be gone
                await http.get(decided.headers["location"])
