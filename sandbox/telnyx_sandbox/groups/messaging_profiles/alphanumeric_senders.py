"""Alphanumeric senders: names registered with a messaging profile."""

import re
from dataclasses import dataclass

from ...account import Account
from ...errors import SandboxError
from ...pages import numbered
from ...reply import Reply, data
from ...request import Request
from ...routing import Routes
from .profiles import MessagingProfile

routes = Routes()

ALPHANUMERIC = re.compile(r"(?=.*[A-Za-z])[A-Za-z0-9 ]{1,11}")


@dataclass(frozen=True, slots=True)
class AlphanumericSender:
    """`fallback` is the number that sends in its place to the US and Canada, where names cannot send."""

    id: str
    organization_id: str
    profile_id: str
    name: str
    fallback: str | None

    def render(self) -> dict[str, object]:
        return {
            "record_type": "alphanumeric_sender_id",
            "id": self.id,
            "organization_id": self.organization_id,
            "alphanumeric_sender_id": self.name,
            "messaging_profile_id": self.profile_id,
            "us_long_code_fallback": self.fallback,
        }


def fallback_of(account: Account, profile_id: str, name: str) -> str:
    for sender in account.collection(AlphanumericSender).values():
        if (sender.profile_id, sender.name) == (profile_id, name) and sender.fallback:
            return sender.fallback
    raise SandboxError("40301", pointer="/from")


@routes.get("/alphanumeric_sender_ids")
def list_senders(request: Request) -> Reply:
    request.query.filters("filter[messaging_profile_id]")
    wanted = request.query.text("filter[messaging_profile_id]")
    senders = request.account.collection(AlphanumericSender).values()
    found = [sender for sender in senders if wanted in (None, sender.profile_id)]
    return numbered(request, found, AlphanumericSender.render)


@routes.post("/alphanumeric_sender_ids")
def create_sender(request: Request) -> Reply:
    account, body = request.account, request.body
    name, profile_id = body.required_text("alphanumeric_sender_id"), body.required_text("messaging_profile_id")
    if not ALPHANUMERIC.fullmatch(name):
        raise SandboxError("40325", pointer="/alphanumeric_sender_id")
    if profile_id not in account.collection(MessagingProfile):
        raise SandboxError("10017", "No such messaging profile.", pointer="/messaging_profile_id")
    sender = AlphanumericSender(
        account.ids.uuid("alphanumeric_sender"),
        account.ids.owner_id,
        profile_id,
        name,
        body.text("us_long_code_fallback"),
    )
    account.collection(AlphanumericSender)[sender.id] = sender
    return data(sender.render())


@routes.get("/alphanumeric_sender_ids/{id}")
def get_sender(request: Request) -> Reply:
    return data(request.account.find(AlphanumericSender, request.id).render())


@routes.delete("/alphanumeric_sender_ids/{id}")
def delete_sender(request: Request) -> Reply:
    sender = request.account.find(AlphanumericSender, request.id)
    del request.account.collection(AlphanumericSender)[sender.id]
    return data(sender.render())
