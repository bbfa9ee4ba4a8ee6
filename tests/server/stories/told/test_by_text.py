"""The owner of an account is asked by text, and answers by text."""

import asyncio
import re
from contextlib import aclosing
from pathlib import Path

import httpx2
import pytest
from tests.e2e.clients import call, connected
from tests.server.stories.agent import KEY, refusal
from tests.server.web.people import Person

from telnyx_remote_mcp.auth.api_keys import ApiKeys
from telnyx_remote_mcp.auth.grants import Grants
from telnyx_remote_mcp.auth.links import ApiKeyLink
from telnyx_remote_mcp.auth.verdicts import Verdict
from telnyx_remote_mcp.settings import Settings
from telnyx_remote_mcp.store import open_store
from telnyx_remote_mcp.store.secret import Secret
from telnyx_remote_mcp.surface.permission import Level, permission

OWN, OWNER, STRANGER = "+12025550101", "+12025554711", "+12025554712"
ASKS = '[effects]\nspends = "ask"\n'


@pytest.fixture
def policy(tmp_path: Path) -> Path:
    """Whatever spends is asked about."""
    policy = tmp_path / "policy.toml"
    policy.write_text(ASKS)
    return policy


@pytest.fixture
async def server(reached: str, settings: Settings) -> str:
    """A server with an agent connected to the account."""
    await _connect(settings)
    return reached


async def _connect(settings: Settings) -> None:
    """Connect an agent by the account's key."""
    secret = Secret.load(settings.secret, settings.data_dir)
    async with aclosing(open_store(settings)) as store:
        grants = Grants(store, secret)
        grant = await grants.create(
            client_id="agent",
            client_name="Agent",
            account=ApiKeys(_nobody, lambda: secret.derive("pepper")).principal(KEY),
            linked=ApiKeyLink(KEY),
            permission=permission({"messaging": Level.SPEND}),
            scopes=frozenset({"messaging.write"}),
        )
        await grants.begin(grant.id, 3_600)


async def _nobody(_: object) -> Verdict:
    return Verdict.UNKNOWN


async def texts_to(sandbox: httpx2.AsyncClient, number: str) -> list[str]:
    """The texts that a phone got."""
    query = {"filter[record_type]": "messaging", "filter[direction]": "outbound"}
    records = (await sandbox.get("/detail_records", params=query)).json()["data"]
    messages = [(await sandbox.get(f"/messages/{each['uuid']}")).json()["data"] for each in records]
    return [each["text"] for each in messages if each["to"][0]["phone_number"] == number]


async def told(sandbox: httpx2.AsyncClient, number: str, pattern: str) -> str:
    """What a text to this number says, as soon as it is there."""
    async with asyncio.timeout(10):
        while True:
            for text in await texts_to(sandbox, number):
                if match := re.search(pattern, text):
                    return match[1]


async def test_a_phone_is_shown_to_be_the_owners_and_a_yes_from_it_lets_a_call_through(
    server: str, sandbox: httpx2.AsyncClient, control: httpx2.AsyncClient
) -> None:
    async def write(sender: str, text: str) -> None:
        written = {"key": KEY, "channel": "sms", "from": sender, "to": OWN, "text": text}
        assert (await control.post("/inbound", json=written)).status_code == 201

    async with (
        httpx2.AsyncClient(base_url=server) as http,
        connected(f"{server}/mcp?groups=events,messaging,guards", KEY) as agent,
    ):
        person = Person(http)
        await person.enter_account(KEY)
        page = await http.get("/account/phone")
        shown = await person.submit(page, "/account/phone", action="send", number=OWNER)
        assert "set_up_webhooks" in shown.text, "an answer would not be heard"
        (profile,) = (await call(agent, "list_messaging_profiles"))["items"]
        await call(agent, "set_up_webhooks", messaging_profile_id=profile["id"])
        shown = await person.submit(page, "/account/phone", action="send", number=OWN)
        assert "account's own" in shown.text.replace("&#39;", "'")
        await person.submit(page, "/account/phone", action="send", number="+1 (202) 555-4711")
        code = await told(sandbox, OWNER, r"\b(\d{6})\b")
        wrong = "000000" if code != "000000" else "000001"
        shown = await person.submit(page, "/account/phone", action="confirm", code=wrong)
        assert "not the code" in shown.text
        await person.submit(page, "/account/phone", action="confirm", code=code)
        assert "Questions go to +12…11" in (await http.get("/account/phone")).text

        message = {"to": STRANGER, "from_number": OWN, "text": "Hello"}
        error = await refusal(agent, "send_message", **message)
        assert error["texted"] == "+12…11"
        answer = await told(sandbox, OWNER, r"Answer YES (\d{4})")
        await write(STRANGER, f"YES {answer}")
        await refusal(agent, "send_message", **message)
        assert await texts_to(sandbox, STRANGER) == []
        await write(OWNER, f"Yes {answer}")
        decided = await call(agent, "get_approval", approval_id=error["approval_id"], wait_secs=10)
        assert decided["decision"] == "approved"
        await call(agent, "send_message", **message)
        assert await told(sandbox, STRANGER, "(Hello)")

        await person.submit(await http.get("/account/phone"), "/account/phone", action="forget")
        assert "texted" not in await refusal(agent, "send_message", to=STRANGER, from_number=OWN, text="Again")
