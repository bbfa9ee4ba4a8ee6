"""The examples of how to deploy the server fit the server."""

import ipaddress
import json
import re
from importlib.metadata import version
from pathlib import Path
from typing import Any

import jsonschema
import kubernetes_validate
import pytest
import yaml
from prometheus_client import CollectorRegistry, Metric

from telnyx_remote_mcp.http.health import health_routes
from telnyx_remote_mcp.http.protocol import MAX_CONNECTIONS
from telnyx_remote_mcp.serve import GRACE_SECS
from telnyx_remote_mcp.settings import Settings, variable
from telnyx_remote_mcp.telemetry.metrics import Metrics

ROOT = Path(__file__).parents[3]
MANIFESTS = ["deploy/kubernetes.yaml", "deploy/kubernetes/deployment.yaml"]
COMPOSES = ["deploy/compose.yaml", "deploy/compose-replicas.yaml"]
CHART = ["deploy/helm/values.yaml", "deploy/helm/templates/deployment.yaml"]
EXAMPLES = ["Dockerfile", *COMPOSES, *MANIFESTS, *CHART]
KUSTOMIZED = ROOT / "deploy/kubernetes"
FOREIGN = yaml.safe_load((ROOT / "tests/fixtures/kinds.yaml").read_text())
"""The schemas of kinds that operators bring, and of Compose files."""


def check_as(kind: str, manifest: dict[str, Any]) -> None:
    jsonschema.validate(manifest, FOREIGN[kind] | {"$defs": FOREIGN["$defs"]})


def check(manifest: dict[str, Any]) -> None:
    """Fail where its kind has no such fields."""
    if manifest["kind"] in FOREIGN:
        check_as(manifest["kind"], manifest)
    else:
        kubernetes_validate.validate(manifest, kubernetes_validate.latest_version(), strict=True)


def ready() -> bool:
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


def test_what_runs_twice_shares_its_data_keeps_no_sessions_and_no_records_that_end_with_it() -> None:
    deployment = yaml.safe_load((ROOT / MANIFESTS[1]).read_text())
    (container,) = deployment["spec"]["template"]["spec"]["containers"]
    variables = {each["name"]: each.get("value") for each in container["env"]}
    of_compose = yaml.safe_load((ROOT / COMPOSES[1]).read_text())["services"]["server"]["environment"]
    for given in (variables, of_compose):
        assert given["TELNYX_MCP_STATEFUL"] == "false"
        assert given["TELNYX_MCP_AUDIT"] == "stderr"
        assert {"TELNYX_MCP_REDIS_URL", "TELNYX_MCP_SECRET"} <= given.keys()


def test_a_pod_that_ends_has_time_to_drain_and_to_finish_its_calls(pod: dict[str, Any]) -> None:
    variables = {each["name"]: each.get("value") for each in pod["containers"][0]["env"]}
    drains = int(variables.get("TELNYX_MCP_DRAIN_SECS", 0))
    assert pod["terminationGracePeriodSeconds"] >= drains + GRACE_SECS + 5


def test_the_redis_of_the_example_loses_nothing_that_it_acknowledged() -> None:
    command = yaml.safe_load((ROOT / COMPOSES[1]).read_text())["services"]["redis"]["command"]
    for option in ("--appendonly yes", "--appendfsync always", "--maxmemory-policy noeviction"):
        assert option in command


def test_kubernetes_takes_every_manifest() -> None:
    for file in [ROOT / "deploy/kubernetes.yaml", *KUSTOMIZED.glob("*.yaml")]:
        for manifest in yaml.safe_load_all(file.read_text()):
            if manifest["kind"] != "Kustomization":
                check(manifest)


@pytest.mark.parametrize("file", COMPOSES)
def test_compose_takes_its_files_and_what_they_name_is_in_them(file: str) -> None:
    compose = yaml.safe_load((ROOT / file).read_text())
    check_as("Compose", compose)
    services = compose["services"].values()
    assert {name for each in services for name in each.get("depends_on", ())} <= compose["services"].keys()
    assert {name for each in services for name in each.get("networks", ())} <= compose["networks"].keys()
    mounted = {volume.partition(":")[0] for each in services for volume in each.get("volumes", ())}
    assert mounted == compose["volumes"].keys()
    configs = {config["source"] for each in services for config in each.get("configs", ())}
    assert configs == compose.get("configs", {}).keys()


@pytest.mark.parametrize("file", ["monitor.yaml", "rules.yaml", "secret.yaml"])
def test_a_field_that_the_kind_of_an_operator_does_not_have_is_found(file: str) -> None:
    manifest = yaml.safe_load((KUSTOMIZED / file).read_text())
    manifest["spec"]["interva"] = "30s"
    with pytest.raises(jsonschema.ValidationError, match="interva"):
        check(manifest)


def test_the_kustomization_has_every_manifest_of_its_directory() -> None:
    listed = yaml.safe_load((KUSTOMIZED / "kustomization.yaml").read_text())["resources"]
    assert sorted([*listed, "kustomization.yaml"]) == sorted(file.name for file in KUSTOMIZED.iterdir())


def test_the_chart_is_of_the_version_that_it_installs() -> None:
    chart = yaml.safe_load((ROOT / "deploy/helm/Chart.yaml").read_text())
    image = yaml.safe_load((ROOT / "deploy/helm/values.yaml").read_text())["image"]
    assert {chart["version"], chart["appVersion"], image.rpartition(":")[2]} == {version("telnyx-remote-mcp")}


def test_no_manifest_holds_a_secret_and_every_container_is_held_down(
    pod: dict[str, Any], container: dict[str, Any]
) -> None:
    held = container["securityContext"]
    assert (held["readOnlyRootFilesystem"], held["allowPrivilegeEscalation"]) == (True, False)
    assert held["capabilities"] == {"drop": ["ALL"]}
    assert (pod["securityContext"]["runAsNonRoot"], pod["securityContext"]["seccompProfile"]["type"]) == (
        True,
        "RuntimeDefault",
    )
    assert pod["automountServiceAccountToken"] is False
    assert "kind: Secret\n" not in "".join(file.read_text() for file in KUSTOMIZED.glob("*.yaml"))


def test_alerts_and_dashboard_ask_for_metrics_that_there_are_and_each_alert_is_explained() -> None:
    registry = CollectorRegistry()
    Metrics("1", registry)
    there = {sample for family in registry.collect() for sample in _samples(family)}
    alerts = yaml.safe_load((ROOT / "deploy/prometheus/alerts.yaml").read_text())["groups"][0]["rules"]
    panels = dashboard()["panels"]
    asked = [rule["expr"] for rule in alerts] + [each["expr"] for panel in panels for each in panel["targets"]]
    named = {name for expression in asked for name in re.findall(r"telnyx_mcp_\w+", expression)}
    assert named <= there
    explained = (ROOT / "docs/operations.md").read_text()
    assert [rule["alert"] for rule in alerts if f"`{rule['alert']}`" not in explained] == []


def test_the_alert_on_connections_fires_at_four_fifths_of_those_of_a_worker() -> None:
    assert (
        f"telnyx_mcp_connections) > 0.8 * {MAX_CONNECTIONS}\n" in (ROOT / "deploy/prometheus/alerts.yaml").read_text()
    )


def dashboard() -> dict[str, Any]:
    return dict(json.loads((ROOT / "deploy/grafana/dashboard.json").read_text()))


def test_every_panel_that_the_guide_names_is_on_the_dashboard() -> None:
    guide = (ROOT / "docs/operations.md").read_text()
    alerts = guide.partition("## Alerts")[2].partition("## Metrics")[0]
    named = set(re.findall(r"(?<!\*)\*([^*\n]+)\*(?!\*)", alerts))
    assert "Processor time" in named
    assert named <= {panel["title"] for panel in dashboard()["panels"]}


def test_every_panel_can_be_narrowed_to_replicas_and_none_covers_another() -> None:
    assert [each["name"] for each in dashboard()["templating"]["list"]] == ["datasource", "instance"]
    panels = dashboard()["panels"]
    for expression in (target["expr"] for panel in panels for target in panel["targets"]):
        asked = re.findall(r"(?:telnyx_mcp|process)_\w+(\{[^}]*\})?", expression)
        assert asked
        assert all('instance=~"$instance"' in labels for labels in asked), expression
    places = [(panel["gridPos"]["x"], panel["gridPos"]["y"]) for panel in panels]
    assert len({*places}) == len({panel["id"] for panel in panels}) == len(panels)


def test_the_rules_of_the_kustomization_are_the_alerts() -> None:
    rules = yaml.safe_load((KUSTOMIZED / "rules.yaml").read_text())
    assert rules["spec"] == yaml.safe_load((ROOT / "deploy/prometheus/alerts.yaml").read_text())


def test_replicas_are_known_to_prometheus_by_the_job_that_the_alerts_ask_for() -> None:
    monitor = yaml.safe_load((KUSTOMIZED / "monitor.yaml").read_text())
    (relabelled,) = monitor["spec"]["endpoints"][0]["relabelings"]
    asked = re.findall(r'job="([^"]+)"', (ROOT / "deploy/prometheus/alerts.yaml").read_text())
    assert {relabelled["replacement"]} == set(asked)
    assert relabelled["targetLabel"] == "job"


def test_another_replica_starts_when_each_nears_the_one_core_that_it_can_use_and_is_promised_as_much() -> None:
    scaled = yaml.safe_load((KUSTOMIZED / "autoscaler.yaml").read_text())["spec"]["metrics"][0]["resource"]["target"]
    deployment = yaml.safe_load((KUSTOMIZED / "deployment.yaml").read_text())
    (container,) = deployment["spec"]["template"]["spec"]["containers"]
    assert scaled["type"] == "AverageValue"  # a part of what is requested would move with it
    assert 500 <= int(scaled["averageValue"].removesuffix("m")) <= 800
    assert container["resources"]["requests"]["cpu"] == scaled["averageValue"]


@pytest.mark.parametrize("file", ["deploy/kubernetes.yaml", "deploy/kubernetes/network.yaml"])
def test_whoever_is_outside_is_reached_at_any_port_and_nobody_inside_by_that(file: str) -> None:
    policies = [each for each in yaml.safe_load_all((ROOT / file).read_text()) if each["kind"] == "NetworkPolicy"]
    (outside,) = [rule for rule in policies[0]["spec"]["egress"] if "ipBlock" in rule["to"][0]]
    assert outside["ports"] == [{"protocol": "TCP"}]
    block = outside["to"][0]["ipBlock"]
    inside = [ipaddress.ip_network(each) for each in block["except"]]
    assert block["cidr"] == "0.0.0.0/0"
    for address in ("10.1.2.3", "172.20.0.1", "192.168.1.1", "169.254.169.254"):
        assert any(ipaddress.ip_address(address) in each for each in inside)


def _samples(family: Metric) -> list[str]:
    endings = {"counter": ["_total"], "histogram": ["_bucket", "_count", "_sum"]}.get(family.type, [""])
    return [family.name + ending for ending in endings]


def test_memory_and_processes_are_bounded(container: dict[str, Any]) -> None:
    assert container["resources"]["limits"]["memory"]
    for example in COMPOSES:
        for service in yaml.safe_load((ROOT / example).read_text())["services"].values():
            assert {"mem_limit", "pids_limit"} <= service.keys()


def test_every_variable_in_the_examples_is_a_setting() -> None:
    settings = {variable(name) for name in Settings.model_fields}
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
