"""The examples of how to deploy the server fit the server."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from telnyx_remote_mcp.http.health import health_routes
from telnyx_remote_mcp.settings import Settings

ROOT = Path(__file__).parents[3]
MANIFESTS = ["deploy/kubernetes.yaml", "deploy/kubernetes-replicas.yaml"]
EXAMPLES = ["Dockerfile", "deploy/compose.yaml", *MANIFESTS]


async def ready() -> bool:
    return True


@pytest.fixture(params=MANIFESTS)
def pod(request: pytest.FixtureRequest) -> dict[str, Any]:
    deployment = next(yaml.safe_load_all((ROOT / request.param).read_text()))
    return dict(deployment["spec"]["template"]["spec"])


@pytest.fixture
def container(pod: dict[str, Any]) -> dict[str, Any]:
    (found,) = pod["containers"]
    return dict(found)


def test_no_pod_is_given_the_names_of_services_and_none_keeps_its_data_in_itself(pod: dict[str, Any]) -> None:
    assert pod["enableServiceLinks"] is False
    assert [volume["name"] for volume in pod["volumes"] if "emptyDir" in volume] == ["tmp"]


def test_what_runs_twice_shares_its_data_and_keeps_no_sessions() -> None:
    deployment = next(yaml.safe_load_all((ROOT / MANIFESTS[1]).read_text()))
    (container,) = deployment["spec"]["template"]["spec"]["containers"]
    variables = {each["name"]: each.get("value") for each in container["env"]}
    assert deployment["spec"]["replicas"] == 2
    assert variables["TELNYX_MCP_STATEFUL"] == "false"
    assert {"TELNYX_MCP_REDIS_URL", "TELNYX_MCP_SECRET"} <= variables.keys()


def test_memory_and_processes_are_bounded(container: dict[str, Any]) -> None:
    assert container["resources"]["limits"]["memory"]
    for service in yaml.safe_load((ROOT / "deploy/compose.yaml").read_text())["services"].values():
        assert {"mem_limit", "pids_limit"} <= service.keys()


def test_every_variable_in_the_examples_is_a_setting() -> None:
    settings = {f"TELNYX_MCP_{name.upper()}" for name in Settings.model_fields}
    for example in EXAMPLES:
        named = set(re.findall(r"\bTELNYX_[A-Z_]+", (ROOT / example).read_text()))
        assert named
        assert named <= settings


def test_the_probes_ask_paths_that_the_server_answers(container: dict[str, Any]) -> None:
    probed = {container[f"{kind}Probe"]["httpGet"]["path"] for kind in ("liveness", "readiness")}
    assert probed == {route.path for route in health_routes(ready)}


def test_the_image_listens_where_the_examples_look_for_it(container: dict[str, Any]) -> None:
    port = Settings.model_fields["port"].default
    assert f"EXPOSE {port}" in (ROOT / "Dockerfile").read_text()
    assert container["ports"][0]["containerPort"] == port
    compose = yaml.safe_load((ROOT / "deploy/compose.yaml").read_text())
    assert compose["services"]["proxy"]["command"].endswith(f"server:{port}")


def test_the_image_and_the_pod_run_as_the_same_unprivileged_user(pod: dict[str, Any]) -> None:
    user = pod["securityContext"]["runAsUser"]
    lines = (ROOT / "Dockerfile").read_text().splitlines()
    assert [line for line in lines if line.startswith("USER")] == [f"USER {user}"]


def test_the_image_starts_the_command_of_the_package() -> None:
    text = (ROOT / "Dockerfile").read_text()
    entrypoint, command = (
        json.loads(re.findall(rf"^{word} (.*)$", text, re.MULTILINE)[-1]) for word in ("ENTRYPOINT", "CMD")
    )
    assert [*entrypoint, *command] == ["telnyx-mcp-server", "serve", "--host", "0.0.0.0"]


def test_the_image_holds_everything_that_the_wheel_is_built_from() -> None:
    ignored = (ROOT / ".dockerignore").read_text().splitlines()
    copied = re.findall(r"^COPY (?!--from)(.*) \S+$", (ROOT / "Dockerfile").read_text(), re.MULTILINE)
    for name in " ".join(copied).split():
        assert (ROOT / name).exists()
        assert f"!{name}" in ignored
