"""The Helm chart, by helm itself: with its own values it is the kustomization, as kubectl has it."""

import subprocess
from pathlib import Path
from typing import Any

import kubernetes_validate
import pytest
import yaml
from tests.server.discovery.test_deployment import FOREIGN

ROOT = Path(__file__).parents[2]
CHART, KUSTOMIZED = ROOT / "deploy/helm", ROOT / "deploy/kubernetes"
OWN = {
    "host": "agents.example.org",
    "image": f"registry.example.org/mcp@sha256:{'0' * 64}",
    "trustedProxies": "192.0.2.0/28,192.0.2.16/28",
    "env": {"TELNYX_MCP_POLICY": "ask", "TELNYX_MCP_DRAIN_SECS": "40", "OTEL_TRACES_SAMPLER_ARG": "0.05"},
    "secretStore": None,
    "replicas": {"min": 3},
    "ingress": {"className": "haproxy", "annotations": None},
    "network": {"redis": {"app": None, "app.kubernetes.io/name": "valkey"}},
    "monitor": False,
}


def run(*command: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, capture_output=True, text=True, check=False)


def read(told: subprocess.CompletedProcess[str]) -> dict[str, Any]:
    """The manifests that it said, by their kinds."""
    assert told.returncode == 0, told.stderr
    manifests = list(yaml.safe_load_all(told.stdout))
    by_kind = {manifest["kind"]: manifest for manifest in manifests}
    assert len(by_kind) == len(manifests)
    return by_kind


def render(directory: Path, values: dict[str, Any]) -> subprocess.CompletedProcess[str]:
    file = directory / "values.yaml"
    file.write_text(yaml.safe_dump(values))
    return run("helm", "template", "mcp", CHART, "--values", file)


def test_the_chart_makes_what_the_kustomization_has() -> None:
    assert read(run("helm", "template", "telnyx-mcp", CHART)) == read(run("kubectl", "kustomize", KUSTOMIZED))


def test_the_chart_is_as_helm_wants_charts() -> None:
    told = run("helm", "lint", "--strict", "--quiet", CHART)
    assert told.returncode == 0, told.stdout


def test_kubernetes_takes_what_the_chart_makes_of_other_values(tmp_path: Path) -> None:
    made = read(render(tmp_path, OWN))
    assert made.keys() & FOREIGN == set()
    for manifest in made.values():
        kubernetes_validate.validate(manifest, kubernetes_validate.latest_version(), strict=True)
    pod = made["Deployment"]["spec"]["template"]["spec"]
    given = {each["name"]: each.get("value") for each in pod["containers"][0]["env"]}
    assert given["TELNYX_MCP_PUBLIC_URL"] == "https://agents.example.org"
    assert given["TELNYX_MCP_POLICY"] == "ask"
    assert pod["terminationGracePeriodSeconds"] == 75
    assert made["HorizontalPodAutoscaler"]["spec"]["scaleTargetRef"]["name"] == made["Deployment"]["metadata"]["name"]


@pytest.mark.parametrize(
    ("values", "named"),
    [
        ({"hosts": "agents.example.org"}, "hosts"),
        ({"env": {"TELNYX_MCP_SECRET": "s" * 32}}, "TELNYX_MCP_SECRET"),
        ({"env": {"PATH": "/"}}, "PATH"),
        ({"env": {"TELNYX_MCP_RATE_LIMIT_PER_MINUTE": 600}}, "TELNYX_MCP_RATE_LIMIT_PER_MINUTE"),
    ],
)
def test_a_value_that_the_chart_does_not_know_is_refused(tmp_path: Path, values: dict[str, Any], named: str) -> None:
    told = render(tmp_path, values)
    assert (told.returncode, told.stdout) == (1, "")
    assert named in told.stderr
