"""The activity page: what the agents of an account did, and nothing of what anybody else's did."""

import json
import re
from dataclasses import dataclass
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from tests.server.web.people import KEY, Person, Site, answer

from telnyx_remote_mcp.audit.activity import KEPT, KIND, Activity
from telnyx_remote_mcp.audit.log import DIRECTORY, AuditLog
from telnyx_remote_mcp.guardrails.entries import who
from telnyx_remote_mcp.store.vault import Vault
from telnyx_remote_mcp.web.linking.activity import PATH, SHOWN
from telnyx_remote_mcp.web.linking.acts import act, merged

FORMS = {path.stem: path.read_bytes() for path in (Path(__file__).parents[2] / "fixtures" / "activity").iterdir()}
OTHER_KEY = "KEY_sandbox_somebody_else"
TARGET = {"kind": "phone", "masked": "+13…23", "id": "0" * 32}


@dataclass
class Agent:
    """Somebody who acts for an account, as the audit log has it."""

    log: AuditLog
    who: str
    usual: dict[str, Any]

    @classmethod
    def of(cls, site: Site, account: str, **usual: object) -> "Agent":
        key, settings = site.services.secret.derive("audit"), site.services.settings
        log = AuditLog(settings.data_dir / DIRECTORY, lambda: key, keep_days=90)
        named = {"lane": "api_key", "client": "Desk 3", **usual}
        return cls(log, who(account, key), named)

    def note(self, event: str, **members: object) -> str:
        usual = {"who": self.who, **self.usual, "tool": "send_message", "effect": "spends"}
        return self.log.append({"event": event, **usual, **members}).id

    def texts(self, **members: object) -> str:
        start = self.note("start", to=[TARGET], **members)
        self.note("end", start=start, ms=3, outcome="done", cost="0.004 USD")
        return start


async def entered(site: Site, key: str = KEY) -> Person:
    person = await site.browser()
    await person.enter_account(key)
    return person


async def text_of(person: Person, url: str = PATH) -> str:
    page = await person.http.get(url)
    assert page.status_code == 200, page.text
    return " ".join(unescape(re.sub(r"<[^>]*>", " ", page.text.partition("</head>")[2])).split())


async def test_without_a_proof_there_is_only_the_way_to_prove(site: Site) -> None:
    page = await (await site.browser()).http.get(PATH)
    assert (page.status_code, page.headers["location"]) == (303, "/account")


async def test_it_says_what_was_done_to_whom_how_it_ended_and_who_agreed(site: Site) -> None:
    person, agent = await entered(site), Agent.of(site, site.keys.principal(KEY))
    receipt = agent.texts(asked=["new_country", "tainted"], approved="form", agent="desk-7")
    shown = await text_of(person)
    assert "send_message to +13…23" in shown
    assert "Agent Desk 3, with the API key, desk-7" in shown
    assert "Outcome Done" in shown
    assert "Asked new country, tainted; you said yes in the client" in shown
    assert "Cost 0.004 USD" in shown
    assert receipt in shown


async def test_it_says_what_was_kept_back_and_what_nobody_knows(site: Site) -> None:
    person, agent = await entered(site), Agent.of(site, site.keys.principal(KEY))
    agent.note("refused", rule="approval_required", why=["new_country"])
    agent.note("refused", rule="refused", why=["denied"])
    agent.note("refused", rule="quota_exceeded", why=["messages=100/hour"])
    agent.note("answered", rule="duplicate")
    agent.note("call", effect="write", tool="update_assistant", outcome="failed", error="10015")
    agent.note("start")
    shown = await text_of(person)
    assert "Outcome You were asked first: new country" in shown
    assert "Outcome You said no" in shown
    assert "Outcome Kept back by a limit: messages=100/hour" in shown
    assert "Outcome Answered with the result of the same call before" in shown
    assert "Outcome Failed: 10015" in shown
    assert "Outcome Nobody knows whether it took place" in shown
    assert "Kept back 3" in shown
    assert "1 failed, 1 with an unknown outcome" in shown


async def test_another_account_sees_nothing_of_it(site: Site) -> None:
    Agent.of(site, site.keys.principal(KEY)).texts()
    shown = await text_of(await entered(site, OTHER_KEY))
    assert "Nothing is on record" in shown
    assert "send_message" not in shown
    assert "Desk" not in shown


async def test_each_agent_has_its_totals_and_a_page_of_its_own(site: Site) -> None:
    request = await site.answers.ask()
    grant = answer(await (await site.browser()).link(request.id))["code"]
    await site.grants.listed(grant)
    account = site.keys.principal(KEY)
    Agent.of(site, account).texts()
    connected = Agent.of(site, account, lane="oauth", client="Other 1", grant=grant)
    connected.texts()
    connected.texts()
    connected.note("call", effect="read", tool="list_messages", outcome="done")
    person = await entered(site)
    shown = await text_of(person)
    assert "Agent Listed its tools" in shown
    assert "Did 2 done, 1 only looked Kept back 0 Cost 0.008 USD" in shown
    assert "Did 1 done, 0 only looked Kept back 0 Cost 0.004 USD" in shown
    assert "list_messages" not in shown
    alone = await text_of(person, f"{PATH}?connection={grant}&reads=1")
    assert alone.count("send_message") == 2
    assert "list_messages" in alone
    assert "Desk" not in alone
    assert (await text_of(person, f"{PATH}?client=Desk+3")).count("send_message") == 1


async def test_older_calls_are_on_further_pages_each_once_and_with_its_end(site: Site) -> None:
    person, agent = await entered(site), Agent.of(site, site.keys.principal(KEY))
    receipts = [agent.texts() for _ in range(2 * SHOWN + 7)]
    url, found = PATH, []
    while url:
        page = await person.http.get(url)
        assert "Nobody knows" not in page.text
        found += re.findall(r"<code>([^<]*)</code>", page.text)
        older = re.search(r'<a href="([^"]*)">Older</a>', page.text)
        url = unescape(older[1]) if older is not None else ""
    assert found == receipts[::-1]


async def test_a_moment_that_is_none_begins_with_the_newest(site: Site) -> None:
    person, agent = await entered(site), Agent.of(site, site.keys.principal(KEY))
    agent.texts()
    for before in ("x", "2026-99-99T00:00:00.000Z", "0000-01-01T00:00:00.000Z", "9999-12-31T23:59:59.999Z"):
        assert "send_message" in await text_of(person, f"{PATH}?before={before}")
    assert "send_message" not in await text_of(person, f"{PATH}?before=0001-01-01T00:00:00.000Z")


async def test_what_a_client_calls_itself_is_text_and_no_markup(site: Site) -> None:
    person = await entered(site)
    Agent.of(site, site.keys.principal(KEY), client="<b>\u202eDesk</b>").texts()
    page = await person.http.get(PATH)
    assert "<b>" not in page.text
    assert "\u202e" not in page.text


@pytest.mark.parametrize("form", FORMS)
async def test_every_form_in_which_replicas_kept_activity_is_read(site: Site, form: str) -> None:
    services = site.services
    sealed = Vault(services.secret).seal(FORMS[form], f"{KIND}/w")
    await services.store.journal.append(KIND, "w", sealed, keep=KEPT)
    past = await Activity(services.store, lambda: services.secret, keep_days=1).recent(["w"])
    acts = [act(record, "Desk") for record in merged(past.before("2027"))]
    records = json.loads(FORMS[form])
    assert [one.receipt for one in acts] == [each["id"] for each in reversed(records) if each["event"] != "end"]
    assert acts[-1].targets == ["+13…23", "21 more"]
    assert [one.outcome for one in acts] == [
        "Nobody knows whether it took place",
        "Failed: 10015",
        "You were asked first: new country",
        "Done",
    ]
