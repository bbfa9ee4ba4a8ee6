"""Who brings no good key gets no further, on every endpoint and in both eras."""

import pytest
from tests.protocol.servers import DEAD_KEY, INITIALIZE, Peer

pytestmark = pytest.mark.anyio

PATHS = ["/mcp", "/v2/mcp", "/v2/mcp/apps/texts/mcp", "/v2/mcp/apps/no-such-app/mcp"]


@pytest.mark.parametrize("path", PATHS)
async def test_without_a_key_the_challenge_names_no_error(peer: Peer, path: str) -> None:
    for answer in (
        await peer.modern("tools/list", path=path, authorization=None),
        await peer.legacy("initialize", INITIALIZE, path=path, authorization=None),
        await peer.http.get(path),
    ):
        assert answer.status_code == 401
        assert answer.headers["www-authenticate"] == 'Bearer realm="telnyx"'
        assert answer.headers["cache-control"] == "no-store"
        assert answer.json()["error"] == "unauthorized"


@pytest.mark.parametrize("path", PATHS)
async def test_with_a_dead_key_the_challenge_says_so(peer: Peer, path: str) -> None:
    description = (
        "Telnyx does not accept this API key: it is wrong, revoked or expired. "
        "Create one at https://portal.telnyx.com/#/api-keys."
    )
    answer = await peer.modern("tools/list", path=path, authorization=f"Bearer {DEAD_KEY}")
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"] == (
        f'Bearer realm="telnyx", error="invalid_token", error_description="{description}"'
    )
    assert answer.json() == {"error": "invalid_token", "error_description": description}


async def test_a_key_may_come_in_a_header_of_its_own(peer: Peer) -> None:
    answer = await peer.modern("tools/list", authorization=None, x_telnyx_api_key="KEYprotocol")
    assert answer.status_code == 200


async def test_a_session_does_not_stand_in_for_a_key(stateful: str) -> None:
    async with Peer.of(stateful) as peer:
        session = await peer.session()
        assert (await peer.legacy("tools/list", authorization=None, **session)).status_code == 401
        assert (await peer.legacy("tools/list", authorization=f"Bearer {DEAD_KEY}", **session)).status_code == 401
