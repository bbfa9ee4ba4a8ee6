"""What the processes that the server starts can be read to know."""

import resource
import sys
from pathlib import Path

import httpx2
import pytest
from tests.e2e.processes import descendants, run, served

SECRETS = {
    "TELNYX_API_KEY": "KEY_real_and_secret",
    "TELNYX_MCP_SECRET": "secret-of-thirty-two-bytes-or-more",
    "TELNYX_CLIENT_SECRET": "client-secret",
}


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_no_child_of_a_server_is_started_with_a_secret_and_none_leaves_a_core_dump(tmp_path: Path) -> None:
    with served(tmp_path, "--sandbox", "--workers", "2", **SECRETS) as server:
        assert httpx2.get(f"{server.base_url}/healthz", timeout=60).status_code == 200  # then there are workers
        children = descendants(server.process.pid)
        assert len(children) >= 3
        for child in children:
            environment = Path(f"/proc/{child}/environ").read_bytes()
            assert [name for name, value in SECRETS.items() if value.encode() in environment] == []
            assert resource.prlimit(child, resource.RLIMIT_CORE) == (0, 0)


def test_the_servers_own_directory_is_not_opened_to_agents(tmp_path: Path) -> None:
    ended = run(tmp_path, "stdio", "--list-tools", "--file-root", str(tmp_path.parent))
    assert ended.returncode == 2
    assert "keeps its secret" in ended.stderr


def test_a_whole_home_is_opened_with_a_warning(tmp_path: Path) -> None:
    (tmp_path / "home").mkdir()
    ended = run(tmp_path / "none", "stdio", "--list-tools", "--file-root", "~", HOME=str(tmp_path / "home"))
    assert ended.returncode == 0
    assert "opens everything" in ended.stderr
