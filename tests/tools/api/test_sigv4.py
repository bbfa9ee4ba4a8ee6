"""The signer makes the same signatures as the client of AWS."""

from datetime import UTC, datetime

import pytest
from botocore.auth import S3SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from hypothesis import given, settings
from hypothesis import strategies as st

from telnyx_tools.api.paths import object_path
from telnyx_tools.api.sigv4 import Signer, payload_hash

HOST = "https://us-central-1.telnyxcloudstorage.com"
HEADERS = [("Content-Type", "text/plain; charset=utf-8"), ("X-Amz-Meta-Note", "two  spaces "), ("User-Agent", "x")]


def botocore(
    method: str, url: str, headers: list[tuple[str, str]], content: bytes, monkeypatch: pytest.MonkeyPatch
) -> tuple[str, datetime]:
    """The Authorization header as botocore makes it, and the time it took for it."""
    at = datetime(2026, 1, 31, 8, 0, 5, tzinfo=UTC)
    monkeypatch.setattr("botocore.auth.get_current_datetime", lambda: at.replace(tzinfo=None))
    request = AWSRequest(method=method, url=url, data=content, headers=dict(headers))
    request.context["payload_signing_enabled"] = True
    S3SigV4Auth(Credentials("KEY_x", "secret"), "s3", "eu-central-1").add_auth(request)
    return request.headers["Authorization"], at


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "POST", "DELETE"])
@pytest.mark.parametrize(
    "address",
    [
        "/",
        "/legal-docs?location=",
        "/legal-docs?list-type=2&prefix=a%2Fb%20c&max-keys=10&encoding-type=url&continuation-token=1%3D%3D",
        "/legal-docs/a/b?uploadId=x%2By&partNumber=10",
        "/legal-docs/a//b%20%2B%25%C3%BC%F0%9F%99%82~_-.txt",
    ],
)
def test_a_signature_is_that_of_botocore(method: str, address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    content = b"content" if method in ("PUT", "POST") else b""
    # botocore leaves User-Agent unsigned, and what is not signed may be added to a request
    signed = [header for header in HEADERS if header[0] != "User-Agent"]
    expected, at = botocore(method, HOST + address, signed, content, monkeypatch)
    signer = Signer("KEY_x", "secret", "eu-central-1")
    headers = dict(signer.sign(method, HOST + address, signed, payload_hash(content), at))
    assert headers["Authorization"] == expected
    assert headers["X-Amz-Date"] == "20260131T080005Z"


@settings(max_examples=100, deadline=None)
@given(
    key=st.text(st.characters(exclude_categories=("C", "Zl", "Zp")), min_size=1, max_size=40).filter(
        lambda k: "." not in k
    )
)
def test_any_name_of_an_object_is_signed_as_botocore_signs_it(key: str) -> None:
    with pytest.MonkeyPatch.context() as monkeypatch:
        url = HOST + object_path("legal-docs", key)
        expected, at = botocore("GET", url, [], b"", monkeypatch)
    signed = dict(Signer("KEY_x", "secret", "eu-central-1").sign("GET", url, [], payload_hash(b""), at))
    assert signed["Authorization"] == expected


def test_neither_key_is_in_the_text_of_a_signer() -> None:
    signer = Signer("KEY_x", "s3cret", "eu-central-1")
    assert "KEY_x" not in repr(signer)
    assert "s3cret" not in repr(signer)
