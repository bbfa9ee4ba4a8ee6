"""The signature of webhooks."""

import base64

import pytest
from tests.server.events.signing import Signer

from telnyx_remote_mcp.events.signature import TOLERANCE_SECS, is_signed, read_key

NOW = 1_764_331_200.0
BODY = b'{"data": {"id": "1"}}'


def judged(signer: Signer, body: bytes = BODY, at: float = NOW, **changed: str) -> bool:
    headers = signer.headers(BODY, at) | {name.replace("_", "-"): value for name, value in changed.items()}
    return is_signed(
        [read_key(signer.public_key)],
        headers["telnyx-timestamp"],
        headers["telnyx-signature-ed25519"],
        body,
        NOW,
    )


def test_what_the_account_signed_just_now_counts() -> None:
    signer = Signer()
    assert judged(signer)
    assert judged(signer, at=NOW - TOLERANCE_SECS)
    assert judged(signer, at=NOW + TOLERANCE_SECS)


def test_an_earlier_key_is_believed_beside_the_present_one() -> None:
    earlier, present = Signer(), Signer()
    headers, keys = earlier.headers(BODY, NOW), [read_key(present.public_key), read_key(earlier.public_key)]
    assert is_signed(keys, headers["telnyx-timestamp"], headers["telnyx-signature-ed25519"], BODY, NOW)
    assert not is_signed(keys[:1], headers["telnyx-timestamp"], headers["telnyx-signature-ed25519"], BODY, NOW)
    assert not is_signed([], headers["telnyx-timestamp"], headers["telnyx-signature-ed25519"], BODY, NOW)


def test_what_is_late_early_altered_or_malformed_does_not() -> None:
    signer = Signer()
    assert not judged(signer, at=NOW - TOLERANCE_SECS - 1)
    assert not judged(signer, at=NOW + TOLERANCE_SECS + 1)
    assert not judged(signer, body=BODY + b" ")
    assert not judged(signer, telnyx_timestamp=str(int(NOW) + 1))
    for signature in ("", "x", "é", "A" * 88, base64.b64encode(b"short").decode(), "=" * 1_000):
        assert not judged(signer, telnyx_signature_ed25519=signature)
    for timestamp in ("", "-1", " 1", "1e9", "٣", "9" * 400, "now"):
        assert not judged(signer, telnyx_timestamp=timestamp)


@pytest.mark.parametrize("text", ["", "x", base64.b64encode(b"31 bytes are not enough for it!").decode(), "é" * 44])
def test_a_key_of_another_form_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="public key"):
        read_key(text)


def test_a_signed_time_of_400_digits_is_late_and_no_error() -> None:
    signer = Signer()
    key = signer._key
    timestamp = "9" * 400
    signature = base64.b64encode(key.sign(timestamp.encode() + b"|" + BODY)).decode()
    assert not is_signed([read_key(signer.public_key)], timestamp, signature, BODY, NOW)
