"""Opt-outs: recipients who answered STOP. Each account starts with one, +15550040300."""

from dataclasses import dataclass

from ...account import Account
from ...clock import iso
from ...pages import numbered
from ...reply import Reply
from ...request import Request
from ...routing import Routes
from .profiles import MessagingProfile

routes = Routes()

OPTED_OUT = "+15550040300"


@dataclass(frozen=True, slots=True)
class OptOut:
    """`recipient` takes no more messages from any number of the profile."""

    messaging_profile_id: str
    sender: str
    recipient: str
    created_at: float
    keyword: str = "STOP"

    def render(self) -> dict[str, object]:
        return {
            "to": self.recipient,
            "from": self.sender,
            "messaging_profile_id": self.messaging_profile_id,
            "keyword": self.keyword,
            "created_at": iso(self.created_at),
        }


def seed(account: Account) -> None:
    profile = next(iter(account.collection(MessagingProfile).values()))
    opt_out(account, profile.id, "+12025550101", OPTED_OUT, "STOP")


def opt_out(account: Account, profile_id: str, sender: str, recipient: str, keyword: str) -> None:
    if not blocks(account, profile_id, recipient):
        optout = OptOut(profile_id, sender, recipient, account.clock.now(), keyword)
        account.collection(OptOut)[account.ids.uuid("optout")] = optout


def opt_in(account: Account, profile_id: str, recipient: str) -> None:
    optouts = account.collection(OptOut)
    for key, optout in list(optouts.items()):
        if (optout.messaging_profile_id, optout.recipient) == (profile_id, recipient):
            del optouts[key]


def blocks(account: Account, profile_id: str, recipient: str) -> bool:
    return any(
        optout.messaging_profile_id == profile_id and optout.recipient == recipient
        for optout in account.collection(OptOut).values()
    )


@routes.get("/messaging_optouts")
def list_optouts(request: Request) -> Reply:
    query = request.query
    query.filters("filter[messaging_profile_id]", "filter[from]")
    profile_id, sender = query.text("filter[messaging_profile_id]"), query.text("filter[from]")
    optouts = [
        optout
        for optout in request.account.collection(OptOut).values()
        if profile_id in (None, optout.messaging_profile_id)
        and sender in (None, optout.sender)
        and _within(query.text("created_at[gte]"), query.text("created_at[lte]"), iso(optout.created_at))
    ]
    return numbered(request, optouts, OptOut.render)


def _within(first: str | None, last: str | None, moment: str) -> bool:
    return (first is None or first <= moment) and (last is None or moment <= last)
