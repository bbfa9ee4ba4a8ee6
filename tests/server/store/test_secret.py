"""One secret per deployment, agreed on by all its processes."""

import stat
import sys
from pathlib import Path

import pytest
from tests.server.store.racing import race

from telnyx_remote_mcp.store.secret import Secret, SecretError

OLD, NEW = "o" * 32, "n" * 32


def test_a_given_secret_is_used_and_nothing_is_written(tmp_path: Path) -> None:
    assert Secret.load(NEW, tmp_path).derive("pepper") == Secret(NEW.encode()).derive("pepper")
    assert list(tmp_path.iterdir()) == []


def test_keys_of_different_purposes_differ(tmp_path: Path) -> None:
    secret = Secret.load(NEW, tmp_path)
    assert len({secret.derive(purpose) for purpose in ("pepper", "cookie", "vault")}) == 3
    assert len(secret.derive("pepper")) == 32


def test_the_newest_value_derives_and_older_ones_still_read(tmp_path: Path) -> None:
    rotated = Secret.load(f"{NEW}, {OLD}", tmp_path)
    assert rotated.derive("vault") == Secret.load(NEW, tmp_path).derive("vault")
    assert rotated.derive_all("vault") == [Secret.load(value, tmp_path).derive("vault") for value in (NEW, OLD)]


@pytest.mark.parametrize("value", ["", "short", f"{NEW},short", f"{NEW},"])
def test_a_short_value_is_refused_without_quoting_it(value: str, tmp_path: Path) -> None:
    with pytest.raises(SecretError, match="at least 32 bytes") as refused:
        Secret.load(value, tmp_path)
    assert "short" not in str(refused.value)


def test_a_created_secret_is_kept_for_its_owner_only(tmp_path: Path) -> None:
    data_dir = tmp_path / "var" / "data"
    first = Secret.load(None, data_dir)
    (kept,) = data_dir.iterdir()
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    assert stat.S_IMODE(data_dir.stat().st_mode) == 0o700
    assert Secret.load(None, data_dir).derive("pepper") == first.derive("pepper")


def test_two_deployments_have_different_secrets(tmp_path: Path) -> None:
    one, other = (Secret.load(None, tmp_path / name).derive("pepper") for name in "ab")
    assert one != other


def test_a_secret_that_others_can_read_is_refused(tmp_path: Path) -> None:
    Secret.load(None, tmp_path)
    (tmp_path / "secret").chmod(0o644)
    with pytest.raises(SecretError, match="chmod 600"):
        Secret.load(None, tmp_path)


def test_a_directory_that_cannot_be_used_names_both_settings(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(SecretError, match=r"TELNYX_MCP_SECRET.*TELNYX_MCP_DATA_DIR"):
        Secret.load(None, tmp_path / "file")


def test_the_secret_does_not_show_itself() -> None:
    assert NEW not in repr(Secret(NEW.encode()))


def test_processes_that_start_at_once_agree_on_one_secret(tmp_path: Path) -> None:
    program = (
        "import sys; from pathlib import Path; from telnyx_remote_mcp.store.secret import Secret\n"
        "print('ready', flush=True); sys.stdin.readline()\n"
        "print(Secret.load(None, Path(sys.argv[1])).derive('pepper').hex())"
    )
    peppers = set(race([sys.executable, "-c", program, str(tmp_path / "data")], 4))
    assert len(peppers) == 1
    assert len(peppers.pop().strip()) == 64
    assert [path.name for path in (tmp_path / "data").iterdir()] == ["secret"]
