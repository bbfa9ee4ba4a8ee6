"""The account page: whose agents it shows, and how a connection ends."""

import re
from datetime import UTC, datetime

import httpx2
import pytest
from tests.server.web.people import WRITES, Site, answer, filled

from telnyx_remote_mcp.auth.grant import Ending

OTHER_KEY = "KEY_sandbox_somebody_else"


async def connect(site: Site, **fields: object) -> str:
    """Link the account from some browser; the id of the grant."""
    return answer(await (await site.browser()).link((await site.answers.ask()).id, **fields))["code"]


async def test_who_proves_the_key_sees_the_agents_and_what_they_may_do(site: Site) -> None:
    await connect(site, group=["messaging"], read_only="yes", ends="90")
    page = await (await site.browser()).enter_account()
    text = " ".join(re.sub(r"<[^>]*>", " ", page.text).split())
    assert "Agent" in text
    assert "read only: Messaging" in text
    assert "End this connection" in text
    assert "you end it" not in text


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
    assert page.status_code == 400
    assert 'role="alert"' in page.text
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
    assert arrived.status_code == 400
    assert "Sign in again to allow it" in arrived.text
