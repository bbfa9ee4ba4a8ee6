"""Which Call Control application a tool works with when the agent names none."""

from __future__ import annotations

from telnyx_tools.api.client import Telnyx
from telnyx_tools.argument_errors import InvalidArguments, Problem
from telnyx_tools.results.result import objects

LISTED = 20


async def choose_application(telnyx: Telnyx, connection_id: str | None) -> tuple[str, str | None]:
    """The application given, or the account's only one with a note that says so.

    Raises InvalidArguments, naming what there is, where there are several or none.
    """
    if connection_id is not None:
        return connection_id, None
    found = objects(await telnyx.get("/call_control_applications", query={"page": {"size": LISTED}}))
    if len(found) == 1 and found[0].get("id"):
        name = found[0].get("application_name")
        return str(found[0]["id"]), f"With the account's only Call Control application: {name}."
    if not found:
        hint = "There is no Call Control application; make one with create_call_control_application."
    else:
        names = "; ".join(f"{each.get('application_name')} ({each.get('id')})" for each in found)
        hint = f"Give one of: {names}."
    raise InvalidArguments([Problem("connection_id", hint)])
