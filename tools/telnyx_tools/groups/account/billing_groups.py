"""Billing groups: labels by which the cost of numbers and usage is told apart."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from telnyx_tools.api.client import Telnyx
from telnyx_tools.groups.account import account
from telnyx_tools.results.pages import Page, PageCursor, PageSize, fetch_page
from telnyx_tools.results.result import Result, shape
from telnyx_tools.tool.effect import Effect
from telnyx_tools.tool.types import BillingGroupId

Name = Annotated[str, Field(min_length=1, max_length=255)]


class BillingGroup(Result):
    id: str | None = None
    name: str | None = None
    created_at: str | None = None
    updated_at: str | None = None
    deleted_at: str | None = None


@account.tool(effect=Effect.READ, scope="billing.read", calls="GET /billing_groups")
async def list_billing_groups(telnyx: Telnyx, page: PageCursor = "1", page_size: PageSize = 20) -> Page[BillingGroup]:
    """Billing groups; update_phone_number puts a number into one."""
    return await fetch_page(BillingGroup, telnyx, "/billing_groups", {}, page=page, page_size=page_size)


@account.tool(effect=Effect.READ, scope="billing.read", calls="GET /billing_groups/{id}")
async def get_billing_group(telnyx: Telnyx, billing_group_id: BillingGroupId) -> BillingGroup:
    """One billing group."""
    return shape(BillingGroup, await telnyx.get("/billing_groups/{id}", id=billing_group_id))


@account.tool(effect=Effect.WRITE, scope="account_management.write", calls="POST /billing_groups")
async def create_billing_group(telnyx: Telnyx, name: Name) -> BillingGroup:
    """Create a billing group."""
    return shape(BillingGroup, await telnyx.post("/billing_groups", body={"name": name}))


@account.tool(
    effect=Effect.WRITE, scope="account_management.write", calls="PATCH /billing_groups/{id}", idempotent=True
)
async def update_billing_group(telnyx: Telnyx, billing_group_id: BillingGroupId, name: Name) -> BillingGroup:
    """Rename a billing group."""
    return shape(BillingGroup, await telnyx.patch("/billing_groups/{id}", body={"name": name}, id=billing_group_id))


@account.tool(effect=Effect.DESTROY, scope="account_management.write", calls="DELETE /billing_groups/{id}")
async def delete_billing_group(telnyx: Telnyx, billing_group_id: BillingGroupId) -> BillingGroup:
    """Delete a billing group for good."""
    return shape(BillingGroup, await telnyx.delete("/billing_groups/{id}", id=billing_group_id))
