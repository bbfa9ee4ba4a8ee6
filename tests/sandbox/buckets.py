"""A bucket of files that every new account of a sandbox has."""

import pytest

from telnyx_sandbox import app
from telnyx_sandbox.account import Account
from telnyx_sandbox.groups.storage.bucket import Bucket, StoredObject

FILES = {
    "returns.txt": b"Returned goods are refunded within 30 days, with the receipt.",
    "shipping.txt": b"A parcel takes two working days. Express delivery costs 12 USD.",
    "warranty.html": b"<html><style>p {color: red}</style><p>Tools have a warranty of five years.</p></html>",
}


def stored(key: str, content: bytes, modified_at: float = 0.0) -> StoredObject:
    content_type = {"txt": "text/plain", "html": "text/html"}.get(key.rpartition(".")[2], "application/octet-stream")
    return StoredObject(key, content, content_type, f"{hash(content):x}", modified_at)


def give_bucket(monkeypatch: pytest.MonkeyPatch, name: str, files: dict[str, bytes]) -> Bucket:
    """The bucket that accounts will have; what the test adds to it later, they have too."""
    bucket = Bucket(name, "us-central-1", 0.0, {key: stored(key, content) for key, content in files.items()})

    def seed(account: Account) -> None:
        account.collection(Bucket)[name] = bucket

    monkeypatch.setattr(app, "SEEDS", (*app.SEEDS, seed))
    return bucket
