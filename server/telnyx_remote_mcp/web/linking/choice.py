"""What a person chose on the linking page."""

from datetime import UTC, date, datetime, timedelta
from typing import Final

from pydantic import BaseModel, ConfigDict
from starlette.datastructures import FormData

from telnyx_remote_mcp.web.linking.offer import Offer

ENDS: Final = {"never": None, "30": 30, "90": 90}
"""Days after which the access ends, by the form's value. `date` is the other value."""


REST: Final = "api"
"""The form's value for the rest of the API."""


class BadChoice(ValueError):
    """The form is filled in wrongly; the text tells the person what to do."""


class Choice(BaseModel):
    """How far the agent's access goes. No groups means all of the API; `expires_at` is in Unix seconds.

    It is stored on the way to Telnyx: without defaults, so that nothing that is missing then means more access.
    """

    model_config = ConfigDict(frozen=True)

    groups: tuple[str, ...]
    read_only: bool
    expires_at: int | None


EVERYTHING: Final = Choice(groups=(), read_only=False, expires_at=None)


def chosen(form: FormData, offered: Offer, now: datetime) -> Choice:
    """Read the form. Raises BadChoice."""
    picked = {str(value) for value in form.getlist("group")}
    groups = tuple(name for name in offered.names if name in picked)
    if not groups:
        raise BadChoice("Choose at least one product that the agent may use.")
    everything = len(groups) == len(offered.names) and (REST in picked or not offered.rest_of_api)
    return Choice(
        groups=() if everything else groups,
        read_only=form.get("read_only") == "yes",
        expires_at=_end(str(form.get("ends", "")), str(form.get("end_date", "")), now),
    )


def _end(value: str, day: str, now: datetime) -> int | None:
    if value in ENDS:
        days = ENDS[value]
        return None if days is None else int((now + timedelta(days=days)).timestamp())
    try:
        last = date.fromisoformat(day)
    except ValueError:
        raise BadChoice("Give the day on which the access ends, as in 2030-12-31.") from None
    if last < now.date():
        raise BadChoice("The day on which the access ends has to be in the future.")
    # Through the whole of that day, wherever the person is not too far from UTC.
    return int(datetime(last.year, last.month, last.day, 23, 59, 59, tzinfo=UTC).timestamp())
