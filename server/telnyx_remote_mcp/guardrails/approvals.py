"""Approvals: calls that an agent wants to make, which wait for a decision of the person whose account it is."""

from __future__ import annotations

import base64
import hmac
import json
import secrets
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final, Literal

from pydantic_core import to_jsonable_python

from telnyx_remote_mcp.calls.call import Call
from telnyx_remote_mcp.clock import Clock, earliest
from telnyx_remote_mcp.guardrails.fingerprint import given
from telnyx_remote_mcp.store.base import Store
from telnyx_remote_mcp.store.records import Records
from telnyx_remote_mcp.store.secret import Secret
from telnyx_remote_mcp.store.vault import Vault
from telnyx_tools.api.redaction import REPLACED, secrets_in
from telnyx_tools.results.result import redacted

OPEN_SECS: Final = 15 * 60
"""How long an approval can be decided and used."""
HOUR: Final = 3_600

State = Literal["pending", "approved", "denied", "used"]
Extent = Literal["once", "hour", "destination"]
"""What a yes covers: this call, all calls of this tool for an hour, or this destination from now on."""

DecidedBy = Literal["page", "text", "word"]
"""How a decision was made: on the page, by a text message of the owner, or by the agent's word."""

PriceOf = Callable[[Call], Awaitable[str | None]]
"""Returns what a call costs, in words; None if it costs nothing."""

_LONGEST_PURPOSE: Final = 200
_LONGEST_SHOWN: Final = 2_000
"""Characters of one argument that a person is shown."""


@dataclass(frozen=True, slots=True)
class Reason:
    """Why the person is asked: the rule as a policy names it, the reason in words, and the address concerned."""

    rule: str
    text: str
    address: str | None = None


@dataclass(frozen=True, slots=True)
class Approval:
    """One request for approval. `arguments` are shown to the person, with secrets masked.

    `id` is the same for the same call of the same client. `nonce` is new whenever the person is asked anew: a decision
    counts for one request only. Times are Unix seconds.
    """

    id: str
    nonce: str
    principal: str
    client: str
    """The client's own name, "" if it gave none."""
    grant: str | None
    action: str
    effect: str
    arguments: dict[str, Any]
    reasons: tuple[Reason, ...]
    expires_at: int
    does: str = ""
    """The purpose of the action, in a sentence."""
    price: str | None = None
    """What it costs, in words; None if it costs nothing."""
    state: State = "pending"
    by: DecidedBy = "page"
    extent: Extent = "once"

    def covers(self, reasons: Iterable[Reason]) -> bool:
        """Whether the person was told all these reasons. A no holds for the call, whatever the reasons."""
        told = {(reason.rule, reason.address) for reason in self.reasons}
        return self.state == "denied" or told.issuperset((reason.rule, reason.address) for reason in reasons)

    @property
    def addresses(self) -> tuple[str, ...]:
        """The destinations that the person can allow from now on."""
        return tuple(dict.fromkeys(reason.address for reason in self.reasons if reason.address is not None))


@dataclass(frozen=True, slots=True)
class _StandingApproval:
    """A yes that also covers later calls: for an hour, or for a destination."""

    given_at: int


async def _nothing(_: Call) -> None:
    """The price of a call that costs nothing."""


class Approvals:
    """The approvals of all principals. Each is used at most once, across processes and replicas.

    Methods raise StoreUnavailable; then nothing counts as approved.
    """

    def __init__(self, store: Store, secret: Secret, *, clock: Clock = earliest) -> None:
        vault = Vault(secret)
        self._secret = secret
        self._records = Records(store, vault, "approval", Approval)
        self._standing = Records(store, vault, "leave", _StandingApproval)
        self._clock = clock

    async def of(self, call: Call, reasons: Iterable[Reason], price: PriceOf = _nothing) -> Approval:
        """The open or decided approval of this very call; else a new one, for which the price is looked up.

        If a reason has come up that the person was not told, a new approval replaces the old one.
        """
        id_, reasons = self.id_of(call), tuple(reasons)
        kept = await self._records.read(id_)
        if kept is not None and self._is_open(kept.value) and kept.value.covers(reasons):
            return kept.value
        fresh = Approval(
            id=id_,
            nonce=secrets.token_urlsafe(16),
            principal=call.caller.principal,
            client=call.client.name,
            grant=call.caller.grant_id,
            action=call.action.name,
            effect=call.action.effect,
            arguments=_shown(call.arguments),
            reasons=reasons,
            expires_at=int(self._clock()) + OPEN_SECS,
            does=call.action.summary.rstrip(".")[:_LONGEST_PURPOSE],
            price=await price(call),
        )
        added = await self._records.swap(id_, kept, fresh, OPEN_SECS)
        return fresh if added else await self.of(call, reasons, price)  # another request asked at the same moment

    async def find(self, id_: str) -> Approval | None:
        """The approval with this id; None once its time is over."""
        approval = await self._records.get(id_)
        return approval if approval is not None and approval.expires_at > self._clock() else None

    async def decide(
        self, approval: Approval, state: Literal["approved", "denied"], extent: Extent = "once", by: DecidedBy = "page"
    ) -> bool:
        """Record the decision of the person; False if it was already decided, used or expired."""
        return await self._move(approval, "pending", state, extent, by)

    async def use(self, approval: Approval, extent: Extent | None = None) -> bool:
        """Use the approval for one call; False if it was not approved, or was used before.

        `extent` is given if the person said yes just now, in a form, so that the approval is still pending.
        """
        return await self._move(approval, "approved" if extent is None else "pending", "used", extent)

    async def _move(
        self, approval: Approval, before: State, after: State, extent: Extent | None, by: DecidedBy | None = None
    ) -> bool:
        kept = await self._records.read(approval.id)
        if kept is None or kept.value.nonce != approval.nonce or kept.value.state != before:
            return False
        if kept.value.expires_at <= self._clock():
            return False
        moved = replace(kept.value, state=after, extent=extent or kept.value.extent, by=by or kept.value.by)
        if not await self._records.swap(approval.id, kept, moved, OPEN_SECS):
            return False
        if after == "used":
            await self._remember(moved)
        return True

    async def _remember(self, approval: Approval) -> None:
        standing = _StandingApproval(int(self._clock()))
        if approval.extent == "hour":
            await self._standing.put(
                self._tool_key(approval.principal, approval.client, approval.grant, approval.action), standing, HOUR
            )
        if approval.extent == "destination":
            for address in approval.addresses:
                await self._standing.put(self._address_key(approval.principal, address), standing, None)

    async def renew(self) -> None:
        """Re-seal what another value of the secret sealed. What counts for an hour at most ends before that value is
        dropped."""
        await self._standing.renew(lambda _: None, lasting=lambda standing: standing.given_at + HOUR < self._clock())

    async def allows_tool(self, call: Call) -> bool:
        """Whether the person allowed this client to use this tool for an hour, and the hour is not over."""
        caller = call.caller
        key = self._tool_key(caller.principal, call.client.name, caller.grant_id, call.action.name)
        return await self._standing.get(key) is not None

    async def allows_destination(self, principal: str, address: str) -> bool:
        """Whether the person allowed this destination from some earlier call on."""
        return await self._standing.get(self._address_key(principal, address)) is not None

    def id_of(self, call: Call) -> str:
        """The id of the approval of this call. It cannot be guessed, and differs for another call or client."""
        caller, arguments = call.caller, _canonical(call.arguments)
        return self._digest("call", caller.principal, call.client.name, caller.grant_id, call.action.name, arguments)

    def _tool_key(self, principal: str, client: str, grant: str | None, action: str) -> str:
        return self._digest("tool", principal, client, grant, action)

    def _address_key(self, principal: str, address: str) -> str:
        return self._digest("address", principal, address)

    def _digest(self, *parts: str | None) -> str:
        digest = hmac.digest(self._secret.name_key("approvals"), json.dumps(parts).encode(), "sha256")
        return base64.urlsafe_b64encode(digest[:24]).decode()

    def _is_open(self, approval: Approval) -> bool:
        return approval.state != "used" and approval.expires_at > self._clock()


def _canonical(arguments: Mapping[str, object]) -> str:
    """The arguments as one text, with secrets; the same text for the same call."""
    plain = to_jsonable_python(given(arguments), bytes_mode="base64", fallback=str)
    if isinstance(body := plain.get("body"), dict):
        # It is new for each attempt, so that Telnyx carries out a command once.
        plain["body"] = {name: value for name, value in body.items() if name != "command_id"}
    return json.dumps(plain, sort_keys=True)


def _shown(arguments: Mapping[str, object]) -> dict[str, Any]:
    """The arguments as the person sees them: those that were given, with secrets removed and long texts cut."""
    secrets_given = secrets_in(dict(arguments))
    plain = redacted(to_jsonable_python(arguments, bytes_mode="base64", exclude_none=True, fallback=str))
    shown: dict[str, Any] = _cut(plain, secrets_given)
    return shown


def _cut(value: Any, hidden: set[str]) -> Any:
    if isinstance(value, str):
        if value in hidden:
            return REPLACED
        return value if len(value) <= _LONGEST_SHOWN else f"{value[:_LONGEST_SHOWN]}… ({len(value):,} characters)"
    if isinstance(value, dict):
        cut = {name: _cut(item, hidden) for name, item in value.items()}
        return {name: item for name, item in cut.items() if item not in (None, "", [], {})}
    return [_cut(item, hidden) for item in value] if isinstance(value, list) else value
