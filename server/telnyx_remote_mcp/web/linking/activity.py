"""The activity page: what the agents of an account did, from the store that replicas share, or from the audit log."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Final, Protocol
from urllib.parse import urlencode

from anyio.to_thread import run_sync
from pydantic import BaseModel
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from telnyx_remote_mcp.audit.activity import Activity
from telnyx_remote_mcp.audit.history import History
from telnyx_remote_mcp.audit.log import DIRECTORY
from telnyx_remote_mcp.audit.reader import Record
from telnyx_remote_mcp.auth.grant import Grant
from telnyx_remote_mcp.auth.grants import Grants
from telnyx_remote_mcp.guardrails.entries import who
from telnyx_remote_mcp.settings import Settings
from telnyx_remote_mcp.store.base import Store
from telnyx_remote_mcp.store.secret import Secret
from telnyx_remote_mcp.web.linking.acts import Tally, act, agent_of, merged
from telnyx_remote_mcp.web.linking.browser import Browser
from telnyx_remote_mcp.web.linking.guard import PageGuard
from telnyx_remote_mcp.web.linking.proof import NotProved, Proof
from telnyx_remote_mcp.web.linking.services import PageParts
from telnyx_remote_mcp.web.linking.summary import minute

PATH: Final = "/account/activity"
SHOWN: Final = 50
"""Calls on a page."""
COUNTED: Final = timedelta(days=30)
"""How far the totals go back."""
LONGEST_CALL: Final = timedelta(minutes=10)
"""The longest time between the two records of a call."""

Agent = tuple[str, str]


class Past(Protocol):
    """The records of an account. `older` is the moment before which a further look may find more, "" for none. From
    `since` on nothing is missing."""

    @property
    def older(self) -> str: ...

    @property
    def since(self) -> str: ...

    def before(self, moment: str) -> Iterator[Record]:
        """The records from before the moment, the newest first."""
        ...


@dataclass(frozen=True, slots=True)
class Wanted:
    """The filter of the page: the calls before a moment, of one agent or all, with or without reads."""

    before: str
    is_newest: bool
    agent: Agent | None
    reads: bool

    @classmethod
    def of(cls, request: Request) -> Wanted:
        query = request.query_params
        now, before = _written(datetime.now(UTC)), query.get("before", "")
        is_newest = not _is_moment(before) or before > now
        agent = (query.get("connection", ""), query.get("client", ""))
        return cls(now if is_newest else before, is_newest, agent if any(agent) else None, "reads" in query)

    def includes(self, record: Record) -> bool:
        return (self.reads or record.get("effect") != "read") and self.agent in (None, agent_of(record))

    def url(self, **changes: str) -> str:
        """The URL of the page with a changed filter, below the path of the server."""
        connection, client = self.agent or ("", "")
        given = {"connection": connection, "client": client, "reads": "1" if self.reads else "", **changes}
        chosen = {name: value for name, value in given.items() if value}
        return f"{PATH}?{urlencode(chosen)}" if chosen else PATH


@dataclass(frozen=True, slots=True)
class Found:
    """The calls of one page, and the moment at which the next page begins, "" where there is none."""

    records: list[Record]
    older: str


@dataclass(frozen=True, slots=True)
class Totals:
    """What each agent did since a moment."""

    tallies: dict[Agent, Tally]
    since: str


class Problem(BaseModel):
    text: str


@dataclass(frozen=True)
class ActivityServices(PageParts):
    """What the page works with. A server without sign-in has no `grants` and no account page; people prove their
    account here, by `proof`. Without `activity`, the records are those of this replica's audit log."""

    settings: Settings
    store: Store
    secret: Secret = field(repr=False)
    activity: Activity | None
    grants: Grants | None = None
    proof: Proof | None = None


def activity_routes(services: ActivityServices) -> list[Route]:
    """The page, and its form to prove the account, where it has one."""
    page, guard = ActivityPage(services), PageGuard(services)
    return [
        Route(PATH, guard(page.show), methods=["GET"]),
        *([Route(PATH, guard(page.prove), methods=["POST"])] if services.proof is not None else ()),
    ]


@dataclass(frozen=True)
class ActivityPage:
    """The page at `/account/activity`, for the account that this browser proved."""

    services: ActivityServices

    async def show(self, request: Request) -> Response:
        services, browser = self.services, self.services.browsers.of(request)
        account = await services.sessions.account(browser)
        if account is None:
            return services.pages.redirect("/account") if services.proof is None else self._to_prove(browser, request)
        wanted = Wanted.of(request)
        grants = await self._grants(account)
        names = {grant.id: grant.client_name for grant in grants}
        past = await self._past(account)
        found = await run_sync(calls, past(), wanted)
        shows_totals = wanted.is_newest and wanted.agent is None
        totals = await run_sync(count, past(), wanted.before) if shows_totals else Totals({}, "")
        return services.pages.page(
            "activity.html",
            has_record=services.activity is not None or services.settings.audit in ("on", None),
            days=services.settings.audit_days,
            shared=services.activity is not None,
            signs_in=services.grants is not None,
            totals=list(_rows(totals, grants)),
            since=minute(_unix(totals.since)) if shows_totals else "",
            acts=[act(record, _name(agent_of(record), names)) for record in found.records],
            only=_name(wanted.agent, names) if wanted.agent is not None else "",
            wanted=wanted,
            older=found.older,
        )

    async def prove(self, request: Request) -> Response:
        """Check the proof that was entered; redirects to the page either way."""
        services, browser = self.services, self.services.browsers.of(request)
        form = await request.form()
        if services.proof is None or not services.browsers.proves(browser, PATH, str(form.get("token"))):
            return services.pages.forged()
        try:
            account = await services.proof.prove(form, request)
        except NotProved as error:
            again = services.sealed_forms.seal(browser, PATH, Problem(text=str(error)))
            return services.pages.redirect(f"{PATH}?{urlencode({'again': again})}")
        response = services.pages.redirect(PATH)
        await services.sessions.enter(browser, account, response)
        return response

    def _to_prove(self, browser: Browser, request: Request) -> Response:
        """The form to prove the account."""
        services = self.services
        problem = services.sealed_forms.open(browser, PATH, request.query_params.get("again", ""), Problem)
        token = services.browsers.token(browser, PATH)
        response = services.pages.page("activity_prove.html", token=token, problem=problem, proof=services.proof)
        services.browsers.remember(browser, response)
        return response

    async def _grants(self, account: str) -> list[Grant]:
        """The connections of the account: the active ones, then those that ended."""
        if (grants := self.services.grants) is None:
            return []
        return [*await grants.of_account(account), *await grants.past_of_account(account)]

    async def _past(self, account: str) -> Callable[[], Past]:
        """Return a function that makes the records of the account ready for one pass over them."""
        services = self.services
        whos = {who(account, key) for key in services.secret.name_keys("audit")}
        if services.activity is None:
            return lambda: History(services.settings.data_dir / DIRECTORY, whos)
        kept = await services.activity.recent(whos)
        return lambda: kept


def calls(past: Past, wanted: Wanted) -> Found:
    """The calls of a page, the newest first. All calls of one moment are on the same page."""
    records: list[Record] = []
    for record in _before(past, wanted.before):
        if not wanted.includes(record):
            continue
        if len(records) >= SHOWN and record["at"] != records[-1]["at"]:
            return Found(records, str(records[-1]["at"]))
        records.append(record)
    return Found(records, past.older)


def count(past: Past, now: str) -> Totals:
    """What each agent did in the last 30 days, or since the moment from which on nothing is missing."""
    since = _written(_moment(now) - COUNTED)
    tallies: dict[Agent, Tally] = {}
    for record in _before(past, now):
        if str(record["at"]) < since:
            break
        tallies.setdefault(agent_of(record), Tally()).add(record)
    return Totals(tallies, max(since, past.since))


def _before(past: Past, moment: str) -> Iterator[Record]:
    """The calls that began before the moment, with their ends, which may be later."""
    begun = merged(past.before(_written(_moment(moment) + LONGEST_CALL)))
    return (record for record in begun if str(record["at"]) < moment)


def _rows(totals: Totals, grants: Sequence[Grant]) -> Iterator[dict[str, object]]:
    """What the page says about each agent: the connected ones, and all others that made a call."""
    names = {grant.id: grant.client_name for grant in grants}
    listed = {grant.id: minute(grant.last_listed_at) for grant in grants if grant.last_listed_at is not None}
    for agent in dict.fromkeys([*((grant.id, "") for grant in grants), *totals.tallies]):
        connection, client = agent
        tally = totals.tallies.get(agent, Tally())
        yield {
            "name": _name(agent, names),
            "url": f"{PATH}?{urlencode({'connection': connection} if connection else {'client': client})}",
            "listed": listed.get(connection, "not so far" if connection in names else "not noted"),
            "tally": tally,
            "costs": [f"{amount} {currency}".strip() for currency, amount in tally.costs.items()],
        }


def _name(agent: Agent, names: dict[str, str]) -> str:
    connection, client = agent
    if connection:
        return names.get(connection, "A connection that was ended")
    return f"{client or 'A client without a name'}, with the API key"


def _is_moment(text: str) -> bool:
    try:
        return _written(_moment(text)) == text
    except (ValueError, OverflowError):
        return False


def _moment(written: str) -> datetime:
    return datetime.fromisoformat(written)


def _written(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _unix(written: str) -> int:
    return int(_moment(written).timestamp())
