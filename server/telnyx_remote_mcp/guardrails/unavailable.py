"""The refusal of a call because this server cannot remember what it has to."""

from telnyx_tools.api.errors import TelnyxError


class CannotRemember(TelnyxError):
    """The store does not answer, so nothing that it would have to remember is done; nothing was sent."""

    def __init__(self) -> None:
        super().__init__("cannot remember")

    def describe(self) -> dict[str, object]:
        return {
            "code": "store_unavailable",
            "title": "This server cannot reach its store, so it only reads; nothing was sent",
            "remedy": "Make the same call again in a minute. Whoever runs the server finds the reason with "
            "telnyx-mcp-server doctor.",
        }
