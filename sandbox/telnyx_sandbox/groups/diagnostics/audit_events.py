"""Audit events: everything that was created, changed or deleted through the API, newest first."""

from ...account import Account
from ...changes import Change, changes_of
from ...clock import iso
from ...moments import queried_moment
from ...pages import numbered
from ...reply import Reply
from ...request import Request
from ...routing import Routes

routes = Routes()

AFTER, BEFORE = "filter[created_after]", "filter[created_before]"


@routes.get("/audit_events")
def list_events(request: Request) -> Reply:
    request.query.filters(AFTER, BEFORE)
    after, before = queried_moment(request.query, AFTER), queried_moment(request.query, BEFORE)
    oldest_first = request.query.choice("sort", ("asc", "desc")) == "asc"
    found = [
        change
        for change in changes_of(request.account).values()
        if (after is None or change.at > after) and (before is None or change.at < before)
    ]
    ordered = found if oldest_first else found[::-1]
    return numbered(request, ordered, lambda change: _render(request.account, change))


def _render(account: Account, change: Change) -> dict[str, object]:
    return {
        "record_type": change.record_type,
        "id": change.id,
        "change_made_by": "account_owner",
        "change_type": change.kind,
        "resource_id": change.resource_id,
        "alternate_resource_id": None,
        "organization_id": account.ids.owner_id,
        "user_id": account.ids.owner_id,
        "changes": [{"field": name, "from": None, "to": value} for name, value in change.fields.items()],
        "created_at": iso(change.at),
    }
