"""The account at a glance: what it has, and what it still lacks."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from pydantic import Field

from telnyx_tools.api.client import Json, Telnyx
from telnyx_tools.groups.account import account
from telnyx_tools.results.result import Part, Result, objects, shape
from telnyx_tools.shared.parallel import read_all
from telnyx_tools.tool.effect import Effect

PAGE = {"page": {"size": 250}}


class Balance(Result):
    balance: str | None = None
    available_credit: str | None = Field(None, description="what may still be spent: balance plus credit limit")
    credit_limit: str | None = None
    pending: str | None = None
    currency: str | None = None


@account.tool(effect=Effect.READ, scope="billing.read", calls="GET /balance", core=True)
async def get_balance(telnyx: Telnyx) -> Balance:
    """The account's balance and available credit."""
    return shape(Balance, await telnyx.get("/balance"))


class Gap(Part):
    """Something that is not set up, and the tool that sets it up."""

    missing: str
    tool: str


class AccountOverview(Result):
    balance: Balance | None = None
    phone_numbers: int | None = None
    messaging_profiles: int | None = None
    connections: int | None = Field(None, description="SIP connections and voice applications")
    not_set_up: list[Gap] | None = None
    not_read: dict[str, str] | None = Field(None, description="what could not be read, and why")


@account.tool(
    effect=Effect.READ,
    scope="billing.read",
    calls=("GET /balance", "GET /phone_numbers", "GET /messaging_profiles", "GET /connections"),
    core=True,
)
async def get_account_overview(telnyx: Telnyx) -> AccountOverview:
    """Balance; how many numbers, messaging profiles and connections exist; what is not set up yet, and which tool does
    it."""
    answers, failures = await read_all(
        {
            "balance": telnyx.get("/balance"),
            "phone_numbers": telnyx.get("/phone_numbers", query=PAGE),
            "messaging_profiles": telnyx.get("/messaging_profiles", query=PAGE),
            "connections": telnyx.get("/connections", query=PAGE),
        }
    )
    counts = {name: _count(answer) for name, answer in answers.items() if name != "balance"}
    numbers = objects(answers.get("phone_numbers"))
    return AccountOverview(
        balance=shape(Balance, answers["balance"]) if "balance" in answers else None,
        **counts,
        not_set_up=[*_absent(counts), *_unassigned(numbers, counts)] or None,
        not_read=failures or None,
    )


def _absent(counts: Mapping[str, int]) -> Iterable[Gap]:
    if counts.get("phone_numbers") == 0:
        yield Gap(missing="No phone number", tool="list_available_phone_numbers")
    if counts.get("messaging_profiles") == 0:
        yield Gap(missing="No messaging profile, which every message needs", tool="create_messaging_profile")
    if counts.get("connections") == 0:
        yield Gap(missing="No connection, which every call needs", tool="create_call_control_application")


def _unassigned(numbers: list[dict[str, Any]], counts: Mapping[str, int]) -> Iterable[Gap]:
    """Numbers that cannot send or be called, where what they lack exists. Looks at the first 250."""
    silent = sum(1 for number in numbers if not number.get("messaging_profile_id"))
    if silent and counts.get("messaging_profiles"):
        missing = f"{silent} phone number(s) on no messaging profile: they cannot send or receive messages"
        yield Gap(missing=missing, tool="update_phone_number_messaging_settings")
    unanswered = sum(1 for number in numbers if not number.get("connection_id"))
    if unanswered and counts.get("connections"):
        yield Gap(missing=f"{unanswered} phone number(s) on no connection: nothing answers", tool="update_phone_number")


def _count(answer: Json) -> int:
    meta = answer.get("meta") if isinstance(answer, dict) else None
    total = meta.get("total_results") if isinstance(meta, dict) else None
    return total if isinstance(total, int) else len(objects(answer))
