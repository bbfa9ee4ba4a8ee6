"""The part of the authorization server that the pages need: clients' requests that wait for a person's decision."""

import unicodedata
from dataclasses import dataclass
from typing import Final, Protocol

from telnyx_remote_mcp.auth.authorization_server.pending import AskingClient, Pending
from telnyx_remote_mcp.auth.grant import Grant

MAX_NAME: Final = 80


class Requests(Protocol):
    """The interface of the authorization server that the pages use. Each request is answered once."""

    async def pending(self, request_id: str) -> Pending | None:
        """The request, unless it is answered or expired."""
        ...

    async def approve(self, request_id: str, grant: Grant) -> str:
        """Answer the request with a code for the grant; returns the URL for the browser. Raises Gone."""
        ...

    async def deny(self, request_id: str) -> str:
        """Answer the request with the refusal; returns the URL for the browser. Raises Gone."""
        ...


@dataclass(frozen=True, slots=True)
class Applicant:
    """A client as a page shows it: its name in visible characters, and whether it runs on the person's computer."""

    name: str
    host: str
    verified: bool
    is_local: bool

    @classmethod
    def of(cls, client: AskingClient) -> "Applicant":
        return cls(visible(client.name) or client.host, client.host, client.verified, client.on_this_machine)


def visible(name: str) -> str:
    """The name on one line, without characters that hide or reorder others, cut to 80 characters."""
    shown = "".join(" " if unicodedata.category(char)[0] in "CZ" else char for char in name)
    return " ".join(shown.split())[:MAX_NAME]
