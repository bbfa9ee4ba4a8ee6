"""The linking page: who asks, what may be chosen, and what comes of it."""

import re
from datetime import UTC, datetime, timedelta

import anyio
import httpx2
import pytest
from tests.server.web.people import CALLBACK, CLIENT, KEY, READS, Site, answer, filled

from telnyx_remote_mcp.auth.authorization_server.pending import AskingClient
from telnyx_remote_mcp.auth.grant import Ending, Grant
from telnyx_remote_mcp.surface.permission import Level, Permission, permission
from telnyx_remote_mcp.surface.selection import Selection
from telnyx_remote_mcp.surface.surfaces import Surfaces
from telnyx_remote_mcp.web.linking import sessions
from telnyx_remote_mcp.web.linking.offer import WORDS
from telnyx_remote_mcp.web.linking.rules_form import SUGGESTED
from telnyx_tools.registry import registry


def everything(level: Level, rest: Level | None = None) -> Permission:
    return permission(dict.fromkeys(Surfaces(registry(), Selection()).products, level), rest)


async def granted(site: Site, response: httpx2.Response) -> Grant:
    grant = await site.grants.get(answer(response)["code"])
    assert grant is not None
    return grant


async def test_a_key_links_the_account_and_sends_the_person_back(site: Site) -> None:
    pending = await site.answers.ask()
    response = await (await site.browser()).link(pending.id)
    grant = await granted(site, response)
    assert answer(response)["state"] == "st"
    assert (grant.client_id, grant.client_name, grant.account) == (CLIENT.id, "Agent", site.keys.principal(KEY))
    assert (grant.permission, grant.rules) == (everything(Level.SPEND), SUGGESTED)
    assert grant.scopes == site.services.scopes.covering(grant.permission)
    assert grant.expires_at is not None
    assert abs(grant.expires_at - (datetime.now(UTC) + timedelta(days=90)).timestamp()) < 60
    assert (await site.grants.credential(grant)).secret == KEY


async def test_what_the_person_narrows_is_what_is_granted(site: Site) -> None:
    pending = await site.answers.ask()
    response = await (await site.browser()).link(pending.id, group=["messaging"], level="change", ends="30")
    grant = await granted(site, response)
    assert grant.permission == permission({"messaging": Level.CHANGE})
    assert grant.scopes == {"messaging.read", "messaging.write", "reporting.read"}
    assert grant.expires_at is not None
    assert abs(grant.expires_at - (datetime.now(UTC) + timedelta(days=30)).timestamp()) < 60


async def test_access_through_a_day_ends_with_that_day(site: Site) -> None:
    day = (datetime.now(UTC) + timedelta(days=3)).date()
    pending = await site.answers.ask()
    response = await (await site.browser()).link(pending.id, ends="date", end_date=day.isoformat())
    end = (await granted(site, response)).expires_at
    assert end is not None
    assert datetime.fromtimestamp(end, UTC).isoformat() == f"{day}T23:59:59+00:00"


@pytest.mark.parametrize("level", list(Level))
async def test_the_rest_of_the_api_is_granted_only_where_it_is_ticked(site: Site, level: Level) -> None:
    for ticked, rest in (({}, None), ({"rest": "yes"}, level)):
        form = {"level": WORDS[level], **ticked}
        response = await (await site.browser()).link((await site.answers.ask()).id, **form)
        assert (await granted(site, response)).permission == everything(level, rest)


async def test_a_product_that_is_ticked_beside_all_of_them_is_the_only_one(site: Site) -> None:
    response = await (await site.browser()).link((await site.answers.ask()).id, group=["all", "messaging"])
    assert (await granted(site, response)).permission == permission({"messaging": Level.SPEND})


async def test_to_use_the_products_within_limits_is_preselected_and_nothing_beyond_them(site: Site) -> None:
    form = filled((await (await site.browser()).open((await site.answers.ask()).id)).text)
    assert (form["level"], form["group"], form.get("rest"), form["ends"]) == ("spend", ["all"], None, "90")
    limits = [form[f"limit_{what}_day"] for what in ("messages", "calls", "purchases", "spend")]
    assert limits == ["100", "50", "5", "20"]


@pytest.mark.parametrize(
    ("fields", "problem"),
    [
        ({"api_key": ""}, "Enter the API key"),
        ({"api_key": "something else"}, "one begins with KEY"),
        ({"api_key": "KEY_unknown"}, "Telnyx does not accept this API key"),
        ({"group": []}, "Choose at least one product"),
        ({"level": ""}, "Choose how far"),
        ({"group": ["lookup"], "level": "change"}, "choose a higher level"),
        ({"level": "everything"}, "Choose how far"),
        ({"ends": "date"}, "Give the day"),
        ({"ends": "date", "end_date": "2020-01-01"}, "in the future"),
    ],
)
async def test_a_form_that_is_filled_in_wrongly_comes_back_and_can_be_mended(
    site: Site, fields: dict[str, object], problem: str
) -> None:
    person = await site.browser()
    pending = await site.answers.ask()
    page = await person.submit(await person.open(pending.id), **{"action": "key", "api_key": KEY, **fields})
    assert page.request.method == "GET"
    assert problem in page.text
    assert re.search(r'role="alert" tabindex="-1" autofocus', page.text)
    if "group" in fields or "level" in fields or "api_key" in fields:
        assert 'aria-invalid="true" aria-describedby="problem"' in page.text
    names = CLIENT.id, {"group": ["messaging"], "ends": "never", "level": "look"}
    assert (await granted(site, await person.submit(page, action="key", api_key=KEY, **names[1]))).client_id == names[0]


async def test_a_key_is_never_shown_again(site: Site) -> None:
    person = await site.browser()
    pending = await site.answers.ask()
    page = await person.submit(await person.open(pending.id), action="key", api_key="KEY_rejected_by_telnyx")
    assert "Telnyx does not accept" in page.text
    assert "KEY_rejected_by_telnyx" not in page.text + str(page.url)


async def test_cancelling_tells_the_client_and_grants_nothing(site: Site) -> None:
    person = await site.browser()
    pending = await site.answers.ask()
    response = await person.submit(await person.open(pending.id), action="deny")
    assert answer(response) == {"error": "access_denied", "state": "st"}
    assert await site.grants.of_account(site.keys.principal(KEY)) == []


async def test_a_request_is_answered_once(site: Site) -> None:
    person = await site.browser()
    pending = await site.answers.ask()
    page = await person.open(pending.id)
    assert (await person.submit(page, action="key", api_key=KEY)).status_code == 303
    for again in (await person.open(pending.id), await person.submit(page, action="key", api_key=KEY)):
        assert again.status_code == 410
        assert "answered already" in again.text
        assert "connect again" in again.text
    assert len(await site.grants.of_account(site.keys.principal(KEY))) == 1


async def test_of_two_answers_at_once_one_counts_and_leaves_one_grant(site: Site) -> None:
    person = await site.browser()
    page = await person.open((await site.answers.ask()).id)
    statuses: list[int] = []

    async def connect() -> None:
        statuses.append((await person.submit(page, action="key", api_key=KEY)).status_code)

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(connect)
        tasks.start_soon(connect)
    assert min(statuses) == 303
    assert max(statuses) in (403, 410)
    assert len(await site.grants.of_account(site.keys.principal(KEY))) == 1


async def test_a_request_that_never_was_has_no_page(site: Site) -> None:
    assert (await (await site.browser()).open("made-up")).status_code == 410


async def test_the_page_says_who_asks(site: Site) -> None:
    page = await (await site.browser()).open((await site.answers.ask()).id)
    assert "Agent" in page.text
    assert "agent.example.com" in page.text
    assert "Not verified" not in page.text
    assert "program on this computer" not in page.text
    assert "that you trust" in page.text


async def test_a_name_that_nobody_vouches_for_is_said_to_be_unverified_and_cannot_hide_anything(site: Site) -> None:
    name = "Good\u202e\n<b>Agent</b>" + "x" * 100
    local = AskingClient("client-2", name, "127.0.0.1", False, True, "http://127.0.0.1:8123/callback")
    page = await (await site.browser()).open((await site.answers.ask(local)).id)
    assert "Good &lt;b&gt;Agent" in page.text
    assert "x" * 80 not in page.text
    assert "\u202e" not in page.text
    assert "Not verified" in page.text
    assert "program on this computer" in page.text


async def test_what_is_verified_is_the_address_and_never_the_name(site: Site) -> None:
    page = (await (await site.browser()).open((await site.answers.ask()).id)).text
    facts = page[page.index("<dl") : page.index("</dl>")]
    name, address = facts.split("</div>")[:2]
    assert ("Agent" in name, "erified" in name) == (True, False)
    assert ("agent.example.com" in address, "Verified" in address) == (True, True)
    assert "says of itself" in page
    assert "that you trust" in page


async def test_a_client_that_asked_to_read_gets_what_the_person_chose(site: Site) -> None:
    person = await site.browser()
    response = await person.link((await site.answers.ask(scopes=READS)).id, level="spend", group=["messaging"])
    grant = await granted(site, response)
    assert grant.permission == permission({"messaging": Level.SPEND})
    assert "messaging.write" in grant.scopes


async def test_more_can_be_allowed_later_without_the_key(site: Site) -> None:
    person = await site.browser()
    first = await granted(site, await person.link((await site.answers.ask(scopes=READS)).id))
    page = await person.open((await site.answers.ask(scopes=(*READS, "numbers.write"))).id)
    second = await granted(site, await person.submit(page, action="reuse"))
    assert second.account == first.account
    assert (await site.grants.credential(second)).secret == KEY


async def test_a_step_up_keeps_what_was_chosen_shows_what_is_added_and_takes_its_place(site: Site) -> None:
    person = await site.browser()
    chosen = {"group": ["messaging", "numbers"], "level": "look", "ends": "30"}
    first = await granted(site, await person.link((await site.answers.ask(scopes=READS)).id, **chosen))
    page = await person.open((await site.answers.ask(scopes=(*READS, "messaging.write"))).id)
    form = filled(page.text)
    assert (form["level"], form["group"], form.get("rest"), form["ends"]) == ("spend", ["messaging"], None, "kept")
    assert 'value="verify"' not in page.text
    assert await site.grants.get(first.id) is not None
    second = await granted(site, await person.submit(page, action="reuse"))
    assert second.permission == permission({"messaging": Level.SPEND, "numbers": Level.LOOK})
    assert second.expires_at == first.expires_at
    assert [grant.id for grant in await site.grants.of_account(first.account)] == [second.id]


async def test_a_step_up_may_be_answered_with_less(site: Site) -> None:
    person = await site.browser()
    await person.link((await site.answers.ask(scopes=READS)).id, group=["messaging", "numbers"], level="look")
    page = await person.open((await site.answers.ask(scopes=(*READS, "messaging.write"))).id)
    grant = await granted(site, await person.submit(page, action="reuse", level="change"))
    assert grant.permission == permission({"messaging": Level.CHANGE, "numbers": Level.LOOK})


async def test_what_a_step_up_adds_is_added_only_to_the_connection_that_its_page_showed(site: Site) -> None:
    person, stranger = await site.browser(), await site.browser()
    first = await granted(site, await person.link((await site.answers.ask(scopes=READS)).id, level="spend"))
    page = await stranger.open((await site.answers.ask(scopes=READS)).id)
    answered = await stranger.submit(page, action="key", api_key=KEY, adds_to=first.id, group=["messaging"])
    assert "has changed meanwhile" in answered.text
    assert len(await site.grants.of_account(first.account)) == 1


async def test_a_new_sign_in_of_the_same_client_ends_no_other_one(site: Site) -> None:
    person = await site.browser()
    first = await granted(site, await person.link((await site.answers.ask(scopes=READS)).id))
    second = await granted(site, await person.link((await site.answers.ask(scopes=READS)).id, action="reuse"))
    assert {grant.id for grant in await site.grants.of_account(first.account)} == {first.id, second.id}


async def test_after_a_token_in_two_hands_the_next_sign_in_is_one_click(site: Site) -> None:
    person = await site.browser()
    first = await granted(site, await person.link((await site.answers.ask()).id))
    await site.grants.disconnect(first.id, "reused")
    page = await person.open((await site.answers.ask()).id)
    second = await granted(site, await person.submit(page, action="reuse"))
    assert (await site.grants.credential(second)).secret == KEY
    assert await site.grants.past_of_account(second.account) == []


@pytest.mark.parametrize("why", ["given_back", "rejected", "replayed"])
async def test_after_any_other_end_the_account_is_proved_again(site: Site, why: Ending) -> None:
    person = await site.browser()
    first = await granted(site, await person.link((await site.answers.ask()).id))
    await site.grants.disconnect(first.id, why)
    assert 'value="reuse"' not in (await person.open((await site.answers.ask()).id)).text


async def test_a_browser_is_remembered_for_the_same_client_longer_than_for_the_account(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    person = await site.browser()
    await person.link((await site.answers.ask()).id)
    monkeypatch.setattr(sessions, "PROVED_SECS", 0)
    assert "The API key that you linked" in (await person.http.get("/account")).text
    assert 'value="reuse"' in (await person.open((await site.answers.ask()).id)).text


async def test_an_account_is_not_given_to_another_client_without_the_key(site: Site) -> None:
    person = await site.browser()
    await person.link((await site.answers.ask()).id)
    other = AskingClient("client-2", "Other", "other.example.com", False, False, CALLBACK)
    pending = await site.answers.ask(other)
    page = await person.open(pending.id)
    assert 'value="reuse"' not in page.text
    assert "has ended" in (await person.submit(page, action="reuse")).text
    assert await site.answers.pending(pending.id) is not None
