"""The operator's path: a server as the example for Kubernetes starts it, up to the first message."""

import json
import socket
import subprocess
from pathlib import Path

import yaml
from tests.e2e.processes import END_SECS, PROGRAM, SERVICE_LINKS, environment, run

ROOT = Path(__file__).parents[2]
SECRET = "0123456789abcdef" * 4


def test_a_pod_of_the_example_starts_among_the_names_of_services_and_sends_a_message(tmp_path: Path) -> None:
    """In place of what the operator fills in: a secret, and a sandbox instead of Telnyx."""
    deployment = next(yaml.safe_load_all((ROOT / "deploy/kubernetes.yaml").read_text()))
    (container,) = deployment["spec"]["template"]["spec"]["containers"]
    variables = {each["name"]: each.get("value", SECRET) for each in container["env"]}
    given = environment(tmp_path / "data", **variables, **SERVICE_LINKS, TELNYX_MCP_SANDBOX="true")
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    command = [PROGRAM, "serve", "--host", "0.0.0.0", "--port", str(port)]
    log = tmp_path / "log"
    with (
        log.open("w") as stderr,
        subprocess.Popen(command, stdout=subprocess.PIPE, stderr=stderr, text=True, env=given) as process,
    ):
        assert process.stdout is not None
        try:
            assert process.stdout.readline() == "Serving on https://mcp.example.com/mcp\n", log.read_text()
            message = ("to=+12025550123", "from_number=+12025550101", "text=Hello")
            url = f"http://127.0.0.1:{port}/mcp"
            sent = run(tmp_path, "call", "send_message", *message, "--url", url, TELNYX_API_KEY="KEY_sandbox_operator")
            assert sent.returncode == 0, sent.stderr
            assert json.loads(sent.stdout)["to"][0]["status"] in ("queued", "sending", "sent", "delivered")
        finally:
            process.terminate()
            assert process.wait(END_SECS) == 0
