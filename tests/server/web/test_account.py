"""The account page: whose agents it shows, and how a connection ends."""

import re
from datetime import UTC, datetime

import httpx2
import pytest
from tests.server.web.people import KEY, WRITES, Site, answer, filled

from telnyx_remote_mcp.auth.grant import Ending, Grant
from telnyx_remote_mcp.auth.links import ApiKeyLink
from telnyx_remote_mcp.surface.permission import Level, permission

OTHER_KEY = "KEY_sandbox_somebody_else"


async def connect(site: Site, **fields: object) -> str:
    """Link the account from some browser; the id of the grant."""
    return answer(await (await site.browser()).link((await site.answers.ask()).id, **fields))["code"]


async def test_who_proves_the_key_sees_the_agents_and_what_they_may_do(site: Site) -> None:
    await connect(site, group=["messaging"], level="look", ends="90")
    page = await (await site.browser()).enter_account()
    text = " ".join(re.sub(r"<[^>]*>", " ", page.text).split())
    assert "Agent" in text
    assert "Look Messaging At most 100 messages a day, 50 calls a day" in text
    assert "End this connection" in text
    assert "Until you end it" not in text


async def test_the_browser_that_linked_the_account_sees_it_at_once(site: Site) -> None:
    person = await site.browser()
    await person.link((await site.answers.ask()).id)
    assert "End this connection" in (await person.http.get("/account")).text


async def test_without_a_proof_there_is_only_the_form(site: Site) -> None:
    await connect(site)
    page = await (await site.browser()).http.get("/account")
    assert "The API key that you linked" in page.text
    assert "Agent" not in page.text


@pytest.mark.parametrize("key", ["", "nonsense", "KEY_unknown"])
async def test_a_key_that_telnyx_does_not_accept_proves_nothing(site: Site, key: str) -> None:
    person = await site.browser()
    page = await person.submit(await person.http.get("/account"), "/account", action="key", api_key=key)
    assert page.request.method == "GET"
    assert 'role="alert" tabindex="-1" autofocus' in page.text
    assert "The API key that you linked" in (await person.http.get("/account")).text


async def test_ending_a_connection_revokes_its_grant(site: Site) -> None:
    grant_id = await connect(site)
    person = await site.browser()
    page = await person.enter_account()
    assert filled(page.text)["grant"] == grant_id
    assert (await person.submit(page, "/account/revoke")).headers["location"] == "/account"
    assert await site.grants.get(grant_id) is None
    assert "No agent is connected" in (await person.http.get("/account")).text


async def test_the_connection_of_another_account_cannot_be_ended(site: Site) -> None:
    grant_id = await connect(site)
    stranger = await site.browser()
    page = await stranger.enter_account(OTHER_KEY)
    assert "No agent is connected" in page.text
    await stranger.submit(page, "/account/revoke", grant=grant_id)
    assert await site.grants.get(grant_id) is not None


@pytest.mark.parametrize(
    ("why", "text"),
    [
        ("reused", "used in two places"),
        ("replayed", "answered twice"),
        ("given_back", "signed out"),
        ("rejected", "no longer accepts"),
    ],
)
async def test_a_connection_that_ended_by_itself_says_why_and_can_be_forgotten(
    site: Site, why: Ending, text: str
) -> None:
    grant_id = await connect(site)
    await site.grants.disconnect(grant_id, why)
    person = await site.browser()
    page = await person.enter_account()
    assert "No agent is connected" in page.text
    assert text in page.text
    await person.submit(page, "/account/revoke", grant=grant_id)
    assert text not in (await person.http.get("/account")).text
    assert await site.services.store.keys("link") == []


async def test_the_page_says_when_an_agent_last_listed_its_tools(site: Site) -> None:
    grant_id = await connect(site)
    person = await site.browser()
    assert "not so far" in (await person.enter_account()).text
    await site.grants.listed(grant_id)
    page = (await person.http.get("/account")).text
    assert f"{datetime.now(UTC):%-d %B %Y}, " in page[page.index("Last listed") :]


async def test_leaving_forgets_the_account(site: Site) -> None:
    person = await site.browser()
    page = await person.enter_account()
    await person.submit(page, "/account", action="leave")
    assert "The API key that you linked" in (await person.http.get("/account")).text


async def test_revoking_needs_a_form_of_this_browser(site: Site) -> None:
    grant_id = await connect(site)
    person, stranger = await site.browser(), await site.browser()
    await person.enter_account()
    foreign = filled((await stranger.enter_account()).text)
    for token in ("", "x" * 43, str(foreign["token"])):
        response = await person.http.post("/account/revoke", data={"grant": grant_id, "token": token})
        assert response.status_code == 403
    assert await site.grants.get(grant_id) is not None


async def test_signing_in_at_telnyx_shows_the_agents_of_that_sign_in(site: Site) -> None:
    person = await site.browser()
    page = await person.open((await site.answers.ask(scopes=WRITES)).id)
    await person.at_telnyx(await person.submit(page, action="sign_in"))
    again = await site.browser()
    page = await again.http.get("/account")
    arrived = await again.at_telnyx(await again.submit(page, "/account", action="sign_in"))
    assert arrived.headers["location"] == "/account"
    shown = (await again.http.get("/account")).text
    assert "by signing in at Telnyx" in shown
    assert "End this connection" in shown


async def test_refusing_at_telnyx_leads_back_to_the_form(site: Site) -> None:
    person = await site.browser()
    page = await person.http.get("/account")
    left: httpx2.Response = await person.submit(page, "/account", action="sign_in")
    arrived = await person.at_telnyx(left, decision="deny")
    assert "Sign in again to allow it" in arrived.text


async def grant_of(site: Site, grant_id: str) -> Grant:
    grant = await site.grants.get(grant_id)
    assert grant is not None
    return grant


async def test_what_an_agent_may_do_is_changed_without_a_new_sign_in(site: Site) -> None:
    grant_id = await connect(site, group=["messaging", "numbers"], level="look")
    person = await site.browser()
    page = await person.enter_account()
    assert (filled(page.text)["level_messaging"], filled(page.text)["level_verify"]) == ("look", "")
    await person.submit(page, "/account/change", level_messaging="spend", level_numbers="", level_rest="look")
    grant = await grant_of(site, grant_id)
    assert grant.permission == permission({"messaging": Level.SPEND}, Level.LOOK)
    assert grant.scopes == site.services.scopes.covering(grant.permission)
    assert "messaging.write" in grant.scopes
    text = " ".join(re.sub(r"<[^>]*>", " ", (await person.http.get("/account")).text).split())
    assert "Use it Messaging Look Rest of the Telnyx API At most" in text


async def test_a_form_that_is_saved_as_it_is_changes_nothing(site: Site) -> None:
    grant_id = await connect(site, level="change", group=["messaging", "storage"], rest="yes")
    before = await grant_of(site, grant_id)
    person = await site.browser()
    await person.submit(await person.enter_account(), "/account/change")
    assert await grant_of(site, grant_id) == before


async def test_the_end_is_changed(site: Site) -> None:
    grant_id = await connect(site, ends="30")
    person = await site.browser()
    await person.submit(await person.enter_account(), "/account/change", ends="never")
    assert (await grant_of(site, grant_id)).expires_at is None


@pytest.mark.parametrize("fields", [{"ends": "date", "end_date": "2020-01-01"}, {"level_messaging": "everything"}])
async def test_a_change_that_cannot_be_meant_changes_nothing_and_says_why(site: Site, fields: dict[str, str]) -> None:
    grant_id = await connect(site, group=["messaging"])
    before = await grant_of(site, grant_id)
    person = await site.browser()
    page = await person.submit(await person.enter_account(), "/account/change", **fields)
    assert 'role="alert" tabindex="-1" autofocus' in page.text
    assert await grant_of(site, grant_id) == before


async def test_an_agent_that_may_do_nothing_is_to_be_ended(site: Site) -> None:
    grant_id = await connect(site, group=["messaging"])
    person = await site.browser()
    page = await person.submit(await person.enter_account(), "/account/change", level_messaging="")
    assert "or end the connection" in page.text
    assert await site.grants.get(grant_id) is not None


async def test_the_agents_of_another_account_cannot_be_changed_nor_without_a_form_of_this_browser(site: Site) -> None:
    grant_id = await connect(site, group=["messaging"])
    before = await grant_of(site, grant_id)
    stranger, person = await site.browser(), await site.browser()
    page = await stranger.enter_account(OTHER_KEY)
    await stranger.submit(page, "/account/change", grant=grant_id, level_messaging="spend", ends="never")
    await person.enter_account()
    for token in ("", str(filled(page.text)["token"])):
        form = {"grant": grant_id, "token": token, "level_messaging": "spend", "ends": "never"}
        assert (await person.http.post("/account/change", data=form)).status_code == 403
    assert await grant_of(site, grant_id) == before


async def test_what_telnyx_did_not_give_cannot_be_given_here(site: Site) -> None:
    person = await site.browser()
    page = await person.open((await site.answers.ask()).id)
    left = await person.submit(page, action="sign_in", group=["messaging"], level="look")
    grant_id = answer(await person.at_telnyx(left))["code"]
    page = await person.submit(await person.http.get("/account"), "/account/change", level_messaging="spend")
    grant = await grant_of(site, grant_id)
    assert grant.scopes == {"messaging.read", "reporting.read"}
    shown = (await person.http.get("/account")).text
    assert "Telnyx gave fewer" in shown
    assert "<dt>Use it</dt>" not in shown


async def test_an_old_grant_shows_what_its_scopes_let_it_do(site: Site) -> None:
    wide = permission({"messaging": Level.SPEND, "verify": Level.SPEND})
    draft = await site.grants.create(
        client_id="old",
        client_name="Old agent",
        account=site.keys.principal(KEY),
        linked=ApiKeyLink(KEY),
        permission=wide,
        scopes=frozenset({"messaging.read"}),
    )
    await site.grants.begin(draft.id, 3_600)
    form = filled((await (await site.browser()).enter_account()).text)
    assert (form["level_messaging"], form["level_verify"]) == ("look", "")
