"""What is sealed opens where it belongs, and nowhere else."""

import pytest

from telnyx_remote_mcp.store.secret import Secret
from telnyx_remote_mcp.store.vault import Vault, VaultError

OLD, NEW = b"o" * 32, b"n" * 32
PLACE = "link/1/key:abc"


def vault(*values: bytes) -> Vault:
    return Vault(Secret(*values))


@pytest.mark.parametrize("plaintext", [b"", b"KEY0123", b"\x00" * 5_000])
def test_what_was_sealed_opens_again(plaintext: bytes) -> None:
    sealed = vault(NEW).seal(plaintext, PLACE)
    assert vault(NEW).open(sealed, PLACE) == plaintext


def test_the_sealed_form_shows_nothing_of_the_content_and_is_never_the_same() -> None:
    one, other = (vault(NEW).seal(b"KEY0123", PLACE) for _ in range(2))
    assert b"KEY" not in one
    assert one != other


@pytest.mark.parametrize("place", ["", "link/2/key:abc", "link/1/key:abd", "link/1/key:abc "])
def test_it_does_not_open_in_another_place(place: str) -> None:
    with pytest.raises(VaultError):
        vault(NEW).open(vault(NEW).seal(b"KEY0123", PLACE), place)


def test_no_byte_of_it_can_be_changed() -> None:
    sealed = vault(NEW).seal(b"KEY0123", PLACE)
    for position in range(len(sealed)):
        altered = bytearray(sealed)
        altered[position] ^= 1
        with pytest.raises(VaultError):
            vault(NEW).open(bytes(altered), PLACE)


def test_no_part_of_it_opens() -> None:
    sealed = vault(NEW).seal(b"KEY0123", PLACE)
    for length in range(len(sealed)):
        with pytest.raises(VaultError):
            vault(NEW).open(sealed[:length], PLACE)


def test_an_older_secret_opens_and_asks_to_be_replaced() -> None:
    sealed = vault(OLD).seal(b"KEY0123", PLACE)
    rotated = vault(NEW, OLD)
    assert rotated.open(sealed, PLACE) == b"KEY0123"
    assert rotated.outdated(sealed)
    renewed = rotated.seal(b"KEY0123", PLACE)
    assert not rotated.outdated(renewed)
    assert vault(NEW).open(renewed, PLACE) == b"KEY0123"


def test_a_secret_that_was_dropped_opens_nothing() -> None:
    with pytest.raises(VaultError, match="not sealed with a secret that is known here"):
        vault(NEW).open(vault(OLD).seal(b"KEY0123", PLACE), PLACE)
