"""The Helm chart, by helm itself: with its own values it is the kustomization, as kubectl has it."""

import os
import subprocess
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

import pytest
import yaml
from tests.server.discovery.test_deployment import FOREIGN, check

from telnyx_remote_mcp.commands import options
from telnyx_remote_mcp.settings import Settings

ROOT = Path(__file__).parents[2]
CHART, KUSTOMIZED = ROOT / "deploy/helm", ROOT / "deploy/kubernetes"
OWN = {
    "host": "agents.example.org",
    "image": f"registry.example.org/mcp@sha256:{'0' * 64}",
    "trustedProxies": "192.0.2.0/28,192.0.2.16/28",
    "env": {
        "TELNYX_MCP_DRAIN_SECS": "40",
        "TELNYX_MCP_TRACES": "on",
        "TELNYX_CLIENT_ID": "mcp",
        "OTEL_EXPORTER_OTLP_ENDPOINT": "http://collector.observability:4318",
        "HTTPS_PROXY": "http://proxy.egress:3128",
        "SSL_CERT_FILE": "/etc/authorities/ca.pem",
    },
    "secretStore": None,
    "secretEnv": {"TELNYX_CLIENT_SECRET": "client-secret"},
    "policy": '[effects]\nspends = "ask"\n\n[tools]\nsend_message = "refuse"\n',
    "imagePullSecrets": [{"name": "registry"}],
    "volumes": [{"name": "authorities", "configMap": {"name": "authorities"}}],
    "volumeMounts": [{"name": "authorities", "mountPath": "/etc/authorities", "readOnly": True}],
    "replicas": {"min": 3},
    "ingress": {"className": "haproxy", "annotations": None},
    "network": {
        "prometheus": [],
        "egress": [
            {"to": [{"ipBlock": {"cidr": "10.1.2.3/32"}}], "ports": [{"protocol": "TCP", "port": 6379}]},
            {"to": [{"namespaceSelector": {}}], "ports": [{"protocol": "TCP", "port": port} for port in (4318, 3128)]},
        ],
    },
    "monitor": None,
}
"""What an install has that signs people in at Telnyx, behind a proxy, with a Redis at a private address."""


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
    assert made.keys().isdisjoint(FOREIGN)
    for manifest in made.values():
        check(manifest)
    pod = made["Deployment"]["spec"]["template"]["spec"]
    assert pod["terminationGracePeriodSeconds"] == 75
    assert pod["imagePullSecrets"] == [{"name": "registry"}]
    assert {each["mountPath"] for each in pod["containers"][0]["volumeMounts"]} >= {"/etc/authorities", "/tmp"}
    ingress, egress = (made["NetworkPolicy"]["spec"][way] for way in ("ingress", "egress"))
    assert [port["port"] for rule in ingress for port in rule["ports"]] == [8080]
    assert egress[-2:] == OWN["network"]["egress"]
    assert made["HorizontalPodAutoscaler"]["spec"]["scaleTargetRef"]["name"] == made["Deployment"]["metadata"]["name"]


def test_the_server_takes_what_the_chart_gives_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = read(render(tmp_path, OWN))
    pod = made["Deployment"]["spec"]["template"]["spec"]
    secret = {"secret": "s" * 32, "redis": "rediss://mcp:password@10.1.2.3:6379/0", "client-secret": "of the client"}
    (policies,) = [each["configMap"]["name"] for each in pod["volumes"] if each["name"] == "policy"]
    assert policies == made["ConfigMap"]["metadata"]["name"]
    (mounted,) = [each["mountPath"] for each in pod["containers"][0]["volumeMounts"] if each["name"] == "policy"]
    for name, text in made["ConfigMap"]["data"].items():
        (tmp_path / name).write_text(text)
    for name in [name for name in os.environ if name.startswith("TELNYX_")]:
        monkeypatch.delenv(name)
    for each in pod["containers"][0]["env"]:
        value = each["value"] if "value" in each else secret[each["valueFrom"]["secretKeyRef"]["key"]]
        monkeypatch.setenv(each["name"], value.replace(mounted, str(tmp_path)))

    parser = ArgumentParser()
    options.add_settings(parser, *Settings.model_fields)
    settings = options.settings(parser.parse_args([]))
    assert settings.url == "https://agents.example.org"
    assert (settings.telnyx_client_id, settings.telnyx_client_secret) == ("mcp", "of the client")
    assert settings.redis_url == secret["redis"]
    assert settings.policy == tmp_path / "policy.toml"


def test_another_text_of_the_policy_replaces_the_pods(tmp_path: Path) -> None:
    def pods(policy: str) -> Any:
        return read(render(tmp_path, OWN | {"policy": policy}))["Deployment"]["spec"]["template"]["metadata"]

    assert pods("numbers = []\n") == pods("numbers = []\n") != pods('numbers = ["emergency"]\n')


def test_the_operator_of_prometheus_finds_what_has_its_label_and_secrets_come_from_the_store(tmp_path: Path) -> None:
    labels = {"release": "kube-prometheus-stack"}
    given = {"secretStore": {"kind": "SecretStore", "name": "vault"}, "monitor": {"labels": labels}}
    made = read(render(tmp_path, OWN | given))
    for manifest in made.values():
        check(manifest)
    assert [made[kind]["metadata"]["labels"] for kind in ("ServiceMonitor", "PrometheusRule")] == [labels, labels]
    (endpoint,) = made["ServiceMonitor"]["spec"]["endpoints"]
    assert endpoint["relabelings"] == [{"targetLabel": "job", "replacement": "telnyx-mcp"}]
    assert [each["secretKey"] for each in made["ExternalSecret"]["spec"]["data"]] == [
        "secret",
        "redis",
        "client-secret",
    ]


@pytest.mark.parametrize(
    ("values", "named"),
    [
        ({"hosts": "agents.example.org"}, "hosts"),
        ({"env": {"TELNYX_MCP_SECRET": "s" * 32}}, "TELNYX_MCP_SECRET"),
        ({"env": {"TELNYX_CLIENT_SECRET": "of the client"}}, "TELNYX_CLIENT_SECRET"),
        ({"env": {"TELNYX_API_KEY": "KEY"}}, "TELNYX_API_KEY"),
        ({"env": {"TELNYX_MCP_POLICY": "ask"}}, "TELNYX_MCP_POLICY"),
        ({"network": {"ingress": []}}, "ingress"),
        ({"env": {"PATH": "/"}}, "PATH"),
        ({"env": {"TELNYX_MCP_RATE_LIMIT_PER_MINUTE": 600}}, "TELNYX_MCP_RATE_LIMIT_PER_MINUTE"),
    ],
)
def test_a_value_that_the_chart_does_not_know_is_refused(tmp_path: Path, values: dict[str, Any], named: str) -> None:
    told = render(tmp_path, values)
    assert (told.returncode, told.stdout) == (1, "")
    assert named in told.stderr
