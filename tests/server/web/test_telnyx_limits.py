"""Limits that Telnyx itself keeps are set with the person's credential, and told as they were and as they are."""

import re
from typing import Any

import httpx2
import pytest
from tests.server.web.people import CALLBACK, KEY, Person, Site

from telnyx_tools.api.client import Api, Credential


async def at_telnyx(site: Site, path: str, key: str = KEY) -> list[dict[str, Any]]:
    async with httpx2.AsyncClient(headers={"Authorization": f"Bearer {key}"}) as http:
        answer = await http.get(f"{site.upstream}/{path}")
        found: list[dict[str, Any]] = answer.json()["data"]
        return found


async def limits_of(site: Site) -> dict[str, str | None]:
    """Every limit that Telnyx keeps, by where it is kept."""
    found = {}
    for path in ("messaging_profiles", "outbound_voice_profiles", "verify_profiles"):
        for item in await at_telnyx(site, path):
            found[f"{path}/{item['name']}"] = (
                f"{float(item['daily_spend_limit']):.2f}" if item["daily_spend_limit_enabled"] else None
            )
    products = await at_telnyx(site, "spend_limits")
    return found | {f"product/{item['product']}": item["effective_limit_usd"] for item in products}


def told(page: httpx2.Response) -> str:
    return " ".join(re.sub(r"<[^>]*>", " ", page.text).split())


async def test_whoever_links_an_account_can_have_telnyx_stop_as_well_and_sees_what_was_and_what_is(site: Site) -> None:
    assert set((await limits_of(site)).values()) == {None}
    page = await (await site.browser()).link((await site.answers.ask()).id, telnyx_daily="25")
    assert page.status_code == 200
    assert "Messaging profile Sandbox profile 25.00, before: no limit" in told(page)
    back = re.search(r'class="button" href="([^"]*)"', page.text)
    assert back is not None
    assert back[1].startswith(f"{CALLBACK}?code=")
    found = await limits_of(site)
    assert len(found) == 5
    assert set(found.values()) == {"25.00"}


async def test_by_signing_in_at_telnyx_the_limits_are_set_with_that_sign_in(site: Site) -> None:
    person = await site.browser()
    page = await person.open((await site.answers.ask()).id)
    left = await person.submit(page, action="sign_in", telnyx_daily="9")
    assert "9.00, before: no limit" in told(await person.at_telnyx(left))


async def set_limits(site: Site, person: Person, page: httpx2.Response, **fields: object) -> httpx2.Response:
    sent = await person.submit(page, "/account/telnyx-limits", **fields)
    return await person.http.get(sent.headers["location"]) if sent.status_code == 303 else sent


async def test_on_the_account_page_higher_limits_are_lowered_and_lower_ones_stay(site: Site) -> None:
    person = await site.browser()
    page = await set_limits(site, person, await person.enter_account(), telnyx_daily="30", api_key=KEY)
    assert "Outbound voice profile Sandbox outbound profile 30.00, before: no limit" in told(page)
    async with Api(site.upstream) as api:
        telnyx = api.bind(Credential(KEY), "key:a")
        (profile,) = await at_telnyx(site, "messaging_profiles")
        await telnyx.patch("/messaging_profiles/{id}", body={"daily_spend_limit": "5.00"}, id=profile["id"])
    page = await set_limits(site, person, page, telnyx_daily="20", api_key=KEY)
    assert "Messaging profile Sandbox profile 5.00, as before" in told(page)
    assert "Verify profile Sandbox verification 20.00, before: 30" in told(page)
    found = await limits_of(site)
    assert found.pop("messaging_profiles/Sandbox profile") == "5.00"
    assert set(found.values()) == {"20.00"}


async def test_a_connection_of_the_account_lends_its_credential(site: Site) -> None:
    await (await site.browser()).link((await site.answers.ask()).id)
    person = await site.browser()
    page = await set_limits(site, person, await person.enter_account(), telnyx_daily="8", api_key="")
    assert "8.00, before: no limit" in told(page)


@pytest.mark.parametrize(
    ("fields", "problem"),
    [
        ({"telnyx_daily": "", "api_key": KEY}, "how much Telnyx is to stop at"),
        ({"telnyx_daily": "x", "api_key": KEY}, "whole numbers"),
        ({"telnyx_daily": "1", "api_key": ""}, "Enter the API key"),
        ({"telnyx_daily": "1", "api_key": "KEY_sandbox_of_another"}, "another account"),
    ],
)
async def test_what_is_missing_is_told_and_nothing_is_set(site: Site, fields: dict[str, str], problem: str) -> None:
    person = await site.browser()
    page = await person.submit(await person.enter_account(), "/account/telnyx-limits", **fields)
    assert problem in told(page)
    assert set((await limits_of(site)).values()) == {None}
