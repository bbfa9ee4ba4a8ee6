"""The conversation window: 24 hours from a person's last message in which anything may be sent to them."""

from __future__ import annotations

from telnyx_tools.api.client import Query, Request, Telnyx
from telnyx_tools.api.errors import TelnyxError
from telnyx_tools.groups.whatsapp import whatsapp
from telnyx_tools.results.result import Result, objects, shape
from telnyx_tools.tool.effect import Effect
from telnyx_tools.tool.types import WhatsappNumber, WhatsappRecipient

WINDOW = "/whatsapp/phone_numbers/{phone_number}/conversation_window"
TEMPLATES = "/whatsapp/message_templates"
WINDOW_CALLS = (f"GET {WINDOW}", f"GET {TEMPLATES}")
"""The operations that `require_open` calls."""

MOST_TEMPLATES = 3
LOOK_SECS = 10.0
_UNKNOWN = "Whether the 24-hour window is open could not be read; the message was sent without knowing."


class Window(Result):
    window_active: bool | None = None
    window_expires_at: str | None = None
    last_user_message_at: str | None = None


class WindowClosed(TelnyxError):
    """The person wrote over 24 hours ago or never; the message was not sent. `templates` may be sent in its place."""

    def __init__(self, window: Window, templates: list[dict[str, object]]) -> None:
        super().__init__("WindowClosed")
        self.window = window
        self.templates = templates

    def describe(self) -> dict[str, object]:
        last = self.window.last_user_message_at
        found: dict[str, object] = {
            "code": "conversation_window_closed",
            "title": "The 24-hour window is closed; the message was not sent",
            "detail": f"The person's last message: {last}." if last else "The person has not written to this number.",
            "remedy": "Send an approved template with send_whatsapp_template; list_whatsapp_templates has them with "
            "their variables. The person's reply opens the window.",
        }
        return {**found, "approved_templates": self.templates} if self.templates else found


@whatsapp.tool(effect=Effect.READ, scope="messaging.read", calls=f"GET {WINDOW}")
async def get_whatsapp_conversation_window(
    telnyx: Telnyx, from_number: WhatsappNumber, to: WhatsappRecipient
) -> Window:
    """Whether a person wrote to your number in the last 24 hours. Otherwise you may send only approved templates."""
    answer = await telnyx.get(WINDOW, query={"destination_number": to}, phone_number=from_number)
    return shape(Window, answer)


async def require_open(telnyx: Telnyx, from_number: str, to: str) -> str | None:
    """Return None where the window is open, or a note where nobody can tell. Raises WindowClosed."""
    ids, query = {"phone_number": from_number}, {"destination_number": to}
    look = Request(method="GET", template=WINDOW, ids=ids, query=query, attempts=2, timeout_secs=LOOK_SECS)
    try:
        window = shape(Window, (await telnyx.send(look)).json())
    except TelnyxError:
        return _UNKNOWN
    if window.window_active is False:
        raise WindowClosed(window, await _approved(telnyx))
    return None if window.window_active else _UNKNOWN


async def _approved(telnyx: Telnyx) -> list[dict[str, object]]:
    """A few templates to offer; none where they cannot be read."""
    query: Query = {"filter": {"status": "APPROVED"}, "page": {"number": 1, "size": 2 * MOST_TEMPLATES}}
    try:
        found = objects(await telnyx.get(TEMPLATES, query=query))
    except TelnyxError:
        return []
    writing = [one for one in found if one.get("category") != "AUTHENTICATION"]
    return [{name: str(one.get(name))[:200] for name in ("name", "language")} for one in writing[:MOST_TEMPLATES]]
