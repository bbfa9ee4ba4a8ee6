"""The recent activity of accounts: records of what was changed or stopped, in the store that all replicas share."""

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
"""Journal entries kept for one account; the oldest are dropped first. One entry holds the records of about a second."""
TOGETHER_SECS: Final = 1.0
"""How long a record waits for others. Most calls end within that time, so their records share one entry."""
MOST_WAITING: Final = 10_000
"""The most records that wait for a store that does not answer; further ones are in the log on the disk only."""
LEFT_OUT: Final = frozenset({"call", "who", "lane", "via", "arguments", "answered", "ms"})
"""Members that are in the log only."""


class Activity:
    """Copies audit records of an account's changes to the shared store, to show them to its owner at any replica.

    The audit logs of the replicas stay authoritative. Reads are not copied, and no call waits for the copy. The records
    of the last second before a process is killed are in its log only.
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
        """Queue the record, which the log has under this receipt, to be stored soon."""
        if record["effect"] == "read" or self._count >= MOST_WAITING:
            return
        self._waiting.setdefault(str(record["who"]), []).append(_shown(receipt, record))
        self._count += 1
        if self._timer is None and self._task is None:
            self._timer = asyncio.get_running_loop().call_later(TOGETHER_SECS, self._begin)

    async def recent(self, whos: Collection[str]) -> RecentActivity:
        """The stored activity of the account that the log calls by these names. Raises StoreUnavailable."""
        records: dict[str, Record] = {}
        is_whole = True
        for who in whos:
            entries = await self._store.journal.newest(KIND, who, KEPT)
            is_whole = is_whole and len(entries) < KEPT
            for _, sealed in entries:
                found = self._form.open(sealed, self._vault, _place(who)) or []
                records |= {str(record["id"]): record for record in found}
        # A call that ended in the millisecond in which it started: its end sorts after its start.
        newest = sorted(records.values(), key=lambda record: (record["at"], record["event"] == "end"), reverse=True)
        return RecentActivity(newest, "" if is_whole or not newest else str(newest[-1]["at"]))

    async def aclose(self) -> None:
        """Store what waits, and stop."""
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
        """Store what waits, one entry for each account. If that fails, its records are queued again behind the other
        accounts, so that they do not hold those up."""
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
    """The stored records of one account from all replicas, newest first. They are complete from the moment `since`; ""
    means from the beginning."""

    records: list[Record]
    since: str
    older: str = ""
    """Always "": there is nothing older to look up."""

    def before(self, moment: str) -> Iterator[Record]:
        """The records from before the moment, which is written as in the log."""
        return (record for record in self.records if str(record["at"]) < moment)


def _shown(receipt: Receipt, record: Record) -> Record:
    """What the owner is shown of a record. Of the recipients, only the masked address."""
    shown = {name: value for name, value in record.items() if name not in LEFT_OUT}
    if "to" in shown:
        shown["to"] = [{"masked": target["masked"]} for target in shown["to"]]
    written = json.dumps({"id": receipt.id, "at": receipt.at, **shown}, ensure_ascii=False)
    cleaned: Record = json.loads(written.encode(errors="replace"))  # a client's name may hold half a surrogate pair
    return cleaned


def _place(who: str) -> str:
    return f"{KIND}/{who}"
