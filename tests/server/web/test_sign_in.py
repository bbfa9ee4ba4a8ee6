"""Linking an account by signing in at Telnyx, which the sandbox plays."""

from urllib.parse import parse_qs, urlsplit

import httpx2
import pytest
from tests.server.web.conftest import Decisions
from tests.server.web.people import KEY, WRITES, Person, Site, answer, filled

from telnyx_remote_mcp.auth.grant import Grant
from telnyx_remote_mcp.surface.permission import Level, permission
from telnyx_remote_mcp.web.linking.callback import allowed
from telnyx_remote_mcp.web.linking.proof import NotProved


async def leave(site: Site, person: Person, **fields: object) -> httpx2.Response:
    """Choose to sign in at Telnyx; the redirect there."""
    page = await person.open((await site.answers.ask(scopes=WRITES)).id)
    return await person.submit(page, action="sign_in", **fields)


async def granted(site: Site, response: httpx2.Response) -> Grant:
    grant = await site.grants.get(answer(response)["code"])
    assert grant is not None
    return grant


async def test_signing_in_links_the_account_with_what_was_chosen(site: Site) -> None:
    person = await site.browser()
    arrived = await person.at_telnyx(await leave(site, person, group=["messaging"], level="look", ends="30"))
    grant = await granted(site, arrived)
    assert (grant.lane, grant.permission) == ("telnyx", permission({"messaging": Level.LOOK}))
    assert grant.scopes == {"messaging.read", "reporting.read"}
    assert grant.account.startswith("telnyx:")
    async with httpx2.AsyncClient() as http:
        token = (await site.grants.credential(grant)).secret
        balance = await http.get(f"{site.upstream}/balance", headers={"Authorization": f"Bearer {token}"})
    assert balance.status_code == 200


async def test_telnyx_is_asked_for_no_more_than_was_chosen_and_with_pkce(site: Site) -> None:
    person = await site.browser()
    asked = parse_qs(urlsplit((await leave(site, person, group=["messaging"], level="look")).headers["location"]).query)
    assert asked["scope"] == ["messaging.read reporting.read"]
    assert asked["code_challenge_method"] == ["S256"]
    assert asked["redirect_uri"] == [f"{site.url}/link/telnyx/callback"]


async def test_one_telnyx_account_is_one_principal_and_two_are_two(site: Site) -> None:
    accounts = []
    for key in ("KEY_sandbox_a", "KEY_sandbox_a", "KEY_sandbox_b"):
        person = await site.browser()
        accounts.append((await granted(site, await person.at_telnyx(await leave(site, person), key=key))).account)
    assert accounts[0] == accounts[1] != accounts[2]


async def test_what_telnyx_does_not_give_is_not_granted(site: Site) -> None:
    person = await site.browser()
    left = await leave(site, person, level="spend")
    grant = await granted(site, await person.at_telnyx(left, scope=["messaging.write"]))
    assert grant.scopes == {"messaging.read", "messaging.write"}


def test_where_telnyx_gives_reading_alone_reading_is_granted() -> None:
    asked = frozenset({"messaging.write", "numbers.read"})
    assert allowed(asked, frozenset({"messaging.read"})) == {"messaging.read"}
    assert allowed(asked, None) == asked
    with pytest.raises(NotProved):
        allowed(asked, frozenset({"fax.read"}))


async def test_refusing_at_telnyx_leads_back_to_the_page_as_it_was_filled_in(site: Site) -> None:
    person = await site.browser()
    page = await person.at_telnyx(await leave(site, person, group=["messaging"], level="change"), decision="deny")
    assert "Sign in again to allow it" in page.text
    assert (filled(page.text)["group"], filled(page.text)["level"]) == (["messaging"], "change")
    assert (await person.submit(page, action="deny")).status_code == 303


async def test_what_people_decide_is_measured_where_they_decide_it(site: Site, decisions: Decisions) -> None:
    person = await site.browser()
    refused = await person.at_telnyx(await leave(site, person), decision="deny")
    mistyped = await person.submit(refused, action="key", api_key="KEY_unknown")
    await person.submit(mistyped, action="key", api_key=KEY)
    await person.submit(await person.open((await site.answers.ask()).id), action="deny")
    await person.at_telnyx(await leave(site, person))
    assert decisions.made == ["sign_in_failed", "key_refused", "linked", "denied", "linked"]


async def test_a_sign_in_ends_in_the_browser_in_which_it_began(site: Site) -> None:
    person, victim = await site.browser(), await site.browser()
    await victim.http.get("/account")
    left = await leave(site, person)
    callback = await person.allow(left)
    assert (await victim.http.get(callback)).status_code == 410
    assert (await person.http.get(callback)).status_code == 410


async def test_a_sign_in_is_used_once(site: Site) -> None:
    person = await site.browser()
    callback = await person.allow(await leave(site, person))
    assert (await person.http.get(callback)).status_code == 303
    assert (await person.http.get(callback)).status_code == 410


async def test_a_made_up_callback_links_nothing(site: Site) -> None:
    person = await site.browser()
    for query in ({}, {"state": "x", "code": "y"}, {"code": "y"}):
        assert (await person.http.get("/link/telnyx/callback", params=query)).status_code == 410


async def test_a_code_of_another_sign_in_is_not_taken(site: Site) -> None:
    person, attacker = await site.browser(), await site.browser()
    stolen = parse_qs(urlsplit(await attacker.allow(await leave(site, attacker))).query)["code"][0]
    state = parse_qs(urlsplit((await leave(site, person)).headers["location"]).query)["state"][0]
    response = await person.http.get("/link/telnyx/callback", params={"code": stolen, "state": state})
    response = await person.returned(response)
    assert "did not accept the sign-in" in response.text
