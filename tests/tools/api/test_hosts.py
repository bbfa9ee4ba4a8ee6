"""Credentials go to Telnyx and to loopback, elsewhere only when the operator says so."""

import pytest

from telnyx_tools.api.client import Api
from telnyx_tools.api.hosts import checked_upstream


@pytest.mark.parametrize(
    "url",
    [
        "https://api.telnyx.com/v2",
        "https://API.TELNYX.COM/v2/",
        "https://us-central-1.telnyxcloudstorage.com",
        "http://127.0.0.1:8080/v2",
        "http://localhost:8080",
        "http://[::1]:8080/v2",
    ],
)
def test_telnyx_and_loopback_are_allowed(url: str) -> None:
    assert not str(checked_upstream(url)).endswith("/")


@pytest.mark.parametrize(
    "url",
    [
        "https://telnyx.com.example.org",
        "https://eviltelnyx.com",
        "https://10.0.0.1",
        "https://api.telnyx.com.",
    ],
)
def test_another_host_needs_the_flag_that_the_message_names(url: str) -> None:
    with pytest.raises(ValueError, match="--allow-custom-upstream"):
        checked_upstream(url)
    assert checked_upstream(url, allow_custom=True)


@pytest.mark.parametrize(
    "url",
    [
        "http://api.telnyx.com/v2",
        "http://example.org",
        "ftp://api.telnyx.com",
        "api.telnyx.com",
        "",
        "https://",
        "https://user:secret@api.telnyx.com",
        "https://api.telnyx.com\\@example.org",
        "https://example.org\\.telnyx.com",
        "https://api.telnyx.com/v2?x=1",
        "https://api.telnyx.com/v2#x",
        "https://api.telnyx.com:port",
        "https://[::1",
    ],
)
def test_no_flag_allows_plain_http_or_an_unclear_address(url: str) -> None:
    with pytest.raises(ValueError, match=r"https") as caught:
        checked_upstream(url, allow_custom=True)
    assert "secret" not in str(caught.value)
    assert "\n" not in str(caught.value)


def test_the_client_is_not_built_for_a_host_that_is_not_allowed() -> None:
    with pytest.raises(ValueError, match="--allow-custom-upstream"):
        Api("https://example.org/v2")
