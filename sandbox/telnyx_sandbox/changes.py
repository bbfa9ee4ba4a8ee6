"""The changes that requests made to an account. Its audit events are made from them."""

from dataclasses import dataclass

from .account import Account
from .reply import Reply
from .request import Request, header

KEPT = 1_000

_KINDS = {"POST": "create", "PUT": "update", "PATCH": "update", "DELETE": "delete"}
_EVENTS = ("messages", "calls", "verifications", "faxes", "conferences", "queues", "texml", "ai", "media")
"""Paths on which a POST causes an event, not a change of a setting."""


@dataclass(frozen=True, slots=True)
class Change:
    """A change. `fields` are the fields that the request sent."""

    id: str
    kind: str
    record_type: str
    resource_id: str
    fields: dict[str, object]
    at: float


def changes_of(account: Account) -> dict[str, Change]:
    """The account's latest changes by id, oldest first."""
    return account.collection(Change)


def note(request: Request, reply: Reply) -> None:
    """Record the change that a successful request made."""
    kind = _KINDS.get(request.method)
    area = request.path.strip("/").split("/")[0]
    if kind is None or "/actions/" in request.path or (kind == "create" and area in _EVENTS):
        return
    resource = _resource(reply)
    resource_id = str(resource.get("id") or next(reversed(request.ids.values()), ""))
    if resource_id:
        _keep(
            request.account,
            Change(
                id=request.account.ids.uuid("audit_event"),
                kind=kind,
                record_type=str(resource.get("record_type") or area.removesuffix("s")),
                resource_id=resource_id,
                fields={} if kind == "delete" else _fields(request),
                at=request.account.clock.now(),
            ),
        )


def _keep(account: Account, change: Change) -> None:
    kept = changes_of(account)
    kept[change.id] = change
    while len(kept) > KEPT:
        del kept[next(iter(kept))]


def _resource(reply: Reply) -> dict[str, object]:
    data = reply.payload.get("data", reply.payload) if isinstance(reply.payload, dict) else None
    return data if isinstance(data, dict) else {}


def _fields(request: Request) -> dict[str, object]:
    media_type = header(request.headers, b"content-type") or ""
    body = request.json if media_type.startswith("application/json") else None
    return body if isinstance(body, dict) else {}
