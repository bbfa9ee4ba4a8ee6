"""Clients that are described by a document of their own instead of registering."""

from pathlib import Path
from urllib.parse import parse_qs, urlencode, urlsplit

import anyio
import pytest
from tests.browser.agent import NAME, PATIENCE_SECS, connected
from tests.browser.inside import DOCUMENT, HOST, publishing, served
from tests.browser.person import Person
from tests.browser.test_dance import call
from tests.browser.test_typescript import agent

LOCAL = {"client_name": NAME, "redirect_uris": ["http://127.0.0.1/callback"]}
HOSTED = {"client_name": NAME, "redirect_uris": [f"https://{HOST}/callback"]}


@pytest.mark.parametrize("how", ["by_key", "at_telnyx"])
async def test_the_python_client_is_connected_by_its_document(tmp_path: Path, person: Person, how: str) -> None:
    async with (
        publishing(tmp_path, LOCAL) as fetch,
        served(tmp_path, fetch) as url,
        connected(f"{url}/mcp", getattr(person, how), document=DOCUMENT) as client,
    ):
        assert (await call(client, "get_balance"))["balance"] == "100.00"


async def test_the_typescript_client_is_connected_by_its_document(tmp_path: Path, person: Person) -> None:
    visits = [person.at_telnyx, person.at_telnyx]
    told: dict[str, str] = {}
    with anyio.fail_after(PATIENCE_SECS):
        async with (
            publishing(tmp_path, LOCAL) as fetch,
            served(tmp_path, fetch) as url,
            agent(f"{url}/mcp", DOCUMENT) as lines,
        ):
            async for line in lines:
                if "open" in line:
                    await visits.pop(0)(line["open"])
                told |= line
    assert told["message"]


async def test_a_client_whose_site_vouches_for_it_is_verified_and_gets_its_answer_there(
    tmp_path: Path, person: Person
) -> None:
    asked = {
        "response_type": "code",
        "client_id": DOCUMENT,
        "redirect_uri": HOSTED["redirect_uris"][0],
        "state": "st",
        "code_challenge": "c" * 43,
        "code_challenge_method": "S256",
    }
    async with publishing(tmp_path, HOSTED) as fetch, served(tmp_path, fetch) as url:
        await person.open(f"{url}/oauth/authorize?{urlencode(asked)}")
        assert await person.page.get_by_text("Verified address", exact=True).is_visible()
        await person.page.get_by_label("API key", exact=True).fill(person.key)
        async with person.page.expect_request(f"https://{HOST}/callback?*") as sent:
            await person.press("Connect with this key")
        answer = parse_qs(urlsplit((await sent.value).url).query)
        assert answer.keys() == {"code", "state", "iss"}
        assert (answer["state"], answer["iss"]) == (["st"], [url])
