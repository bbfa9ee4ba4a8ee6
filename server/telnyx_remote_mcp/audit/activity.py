"""The activity of accounts: the newest records of what was changed or kept back, where every replica sees them."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

from pydantic import TypeAdapter

from telnyx_remote_mcp.audit.log import DAY_SECS, Receipt
from telnyx_remote_mcp.audit.reader import Record
from telnyx_remote_mcp.store import record as stored
from telnyx_remote_mcp.store.base import Store, StoreUnavailable
from telnyx_remote_mcp.store.secret import Secret
from telnyx_remote_mcp.store.vault import Vault

logger = logging.getLogger(__name__)

KIND: Final = "activity"
KEPT: Final = 500
"""Entries of one account, each with what it did within a moment; the oldest go first."""
TOGETHER_SECS: Final = 1.0
"""How long a record waits for others: most calls are over by then, and are one entry."""
MOST_WAITING: Final = 10_000
"""Records that wait for a store that does not answer; the log on the disk has those beyond."""
LEFT_OUT: Final = frozenset({"call", "who", "lane", "via", "arguments", "answered", "ms"})
"""What the log alone has."""


class Activity:
    """What the audit log of each replica has of the changes of an account, as far as its owner is shown it: the log
    stays the record of truth. Nothing is kept of reads, and no call waits for it.

    What a process that is killed noted within the last second is in its log alone.
    """

    def __init__(self, store: Store, secret: Callable[[], Secret], *, keep_days: int) -> None:
        self._store = store
        self._secret = secret
        self._keep_secs = keep_days * DAY_SECS
        self._waiting: dict[str, list[Record]] = {}
        self._count = 0
        self._timer: asyncio.TimerHandle | None = None
        self._task: asyncio.Task[None] | None = None

    @cached_property
    def _vault(self) -> Vault:
        return Vault(self._secret())

    @cached_property
    def _form(self) -> stored.Record[list[dict[str, Any]]]:
        return stored.Record(KIND, TypeAdapter(list[dict[str, Any]]))

    def note(self, receipt: Receipt, record: Record) -> None:
        """Keep the record soon, which the log has under this receipt."""
        if record["effect"] == "read" or self._count >= MOST_WAITING:
            return
        self._waiting.setdefault(str(record["who"]), []).append(_shown(receipt, record))
        self._count += 1
        if self._timer is None and self._task is None:
            self._timer = asyncio.get_running_loop().call_later(TOGETHER_SECS, self._begin)

    async def recent(self, whos: Collection[str]) -> RecentActivity:
        """What is kept of the account that the log calls by these names. Raises StoreUnavailable."""
        records: dict[str, Record] = {}
        is_whole = True
        for who in whos:
            entries = await self._store.journal.newest(KIND, who, KEPT)
            is_whole = is_whole and len(entries) < KEPT
            for _, sealed in entries:
                found = self._form.open(sealed, self._vault, _place(who)) or []
                records |= {str(record["id"]): record for record in found}
        # A call that was over within a millisecond has its end after its start.
        newest = sorted(records.values(), key=lambda record: (record["at"], record["event"] == "end"), reverse=True)
        return RecentActivity(newest, "" if is_whole or not newest else str(newest[-1]["at"]))

    async def aclose(self) -> None:
        """Keep what waits, and end."""
        if self._timer is not None:
            self._timer.cancel()
        if self._task is not None:
            await self._task
        await self._keep()

    def _begin(self) -> None:
        self._timer, self._task = None, asyncio.create_task(self._kept())

    async def _kept(self) -> None:
        try:
            await self._keep()
        except Exception as error:  # noqa: BLE001 - nobody awaits this task
            logger.error("What agents did is in the audit log alone so far (%s).", type(error).__name__)
        self._task = None
        if self._waiting:
            self._timer = asyncio.get_running_loop().call_later(TOGETHER_SECS, self._begin)

    async def _keep(self) -> None:
        """Write what waits, an entry for each account. What is not taken goes on waiting, behind all others: an account
        whose records cannot be written holds up none of them."""
        while self._waiting:
            who = next(iter(self._waiting))
            records = self._waiting.pop(who)
            try:
                sealed = self._form.seal([dict(record) for record in records], self._vault, _place(who))
                await self._store.journal.append(KIND, who, sealed, keep=KEPT, ttl_secs=self._keep_secs)
            except StoreUnavailable:
                self._wait_on(who, records)
                logger.warning("What agents did is in the audit log alone so far: the store does not answer.")
                return
            except Exception:
                self._wait_on(who, records)
                raise
            self._count -= len(records)

    def _wait_on(self, who: str, records: list[Record]) -> None:
        self._waiting[who] = [*records, *self._waiting.pop(who, ())]


@dataclass(frozen=True, slots=True)
class RecentActivity:
    """What is kept of one account, the newest first, whichever replica did it. Nothing is missing from `since` on, ""
    for from the beginning."""

    records: list[Record]
    since: str
    older: str = ""
    """No further look finds more."""

    def before(self, moment: str) -> Iterator[Record]:
        """The records of before the moment, which is written as in the log."""
        return (record for record in self.records if str(record["at"]) < moment)


def _shown(receipt: Receipt, record: Record) -> Record:
    """What the owner is shown of a record: of whom it reached, no more than may be read."""
    shown = {name: value for name, value in record.items() if name not in LEFT_OUT}
    if "to" in shown:
        shown["to"] = [{"masked": target["masked"]} for target in shown["to"]]
    written = json.dumps({"id": receipt.id, "at": receipt.at, **shown}, ensure_ascii=False)
    cleaned: Record = json.loads(written.encode(errors="replace"))  # a client may call itself half a character
    return cleaned


def _place(who: str) -> str:
    return f"{KIND}/{who}"
