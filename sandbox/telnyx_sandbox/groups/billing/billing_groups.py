"""Billing groups. If a group is deleted, its numbers keep the id as a label."""

from dataclasses import dataclass

from ...clock import iso
from ...pages import numbered
from ...reply import Reply, data
from ...request import Request
from ...routing import Routes

routes = Routes()


@dataclass(slots=True)
class BillingGroup:
    id: str
    organization_id: str
    name: str
    created_at: float
    updated_at: float
    deleted_at: float | None = None

    def render(self) -> dict[str, object]:
        return {
            "record_type": "billing_group",
            "id": self.id,
            "organization_id": self.organization_id,
            "name": self.name,
            "created_at": iso(self.created_at),
            "updated_at": iso(self.updated_at),
            "deleted_at": None if self.deleted_at is None else iso(self.deleted_at),
        }


@routes.post("/billing_groups")
def create(request: Request) -> Reply:
    account, now = request.account, request.account.clock.now()
    name = request.body.required_text("name")
    group = BillingGroup(account.ids.uuid("billing_group"), account.ids.owner_id, name, now, now)
    account.collection(BillingGroup)[group.id] = group
    return data(group.render())


@routes.get("/billing_groups")
def list_groups(request: Request) -> Reply:
    return numbered(request, list(request.account.collection(BillingGroup).values()), BillingGroup.render)


@routes.get("/billing_groups/{id}")
def get(request: Request) -> Reply:
    return data(request.account.find(BillingGroup, request.id).render())


@routes.patch("/billing_groups/{id}")
def rename(request: Request) -> Reply:
    group = request.account.find(BillingGroup, request.id)
    group.name = request.body.required_text("name")
    group.updated_at = request.account.clock.now()
    return data(group.render())


@routes.delete("/billing_groups/{id}")
def delete(request: Request) -> Reply:
    group = request.account.find(BillingGroup, request.id)
    group.deleted_at = request.account.clock.now()
    del request.account.collection(BillingGroup)[group.id]
    return data(group.render())
