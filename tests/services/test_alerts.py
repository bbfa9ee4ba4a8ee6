"""The rules of alerts, by Prometheus's own promtool."""

import subprocess
from pathlib import Path
from typing import Any

import yaml

DIRECTORY = Path(__file__).parents[2] / "deploy/prometheus"


def promtool(*arguments: str) -> None:
    told = subprocess.run(["promtool", *arguments], cwd=DIRECTORY, capture_output=True, text=True)
    assert told.returncode == 0, told.stdout + told.stderr


def read(name: str) -> Any:
    return yaml.safe_load((DIRECTORY / name).read_text())


def test_prometheus_takes_the_rules() -> None:
    promtool("check", "rules", "--lint-fatal", "alerts.yaml")


def test_each_alert_fires_when_it_should_and_is_quiet_before() -> None:
    promtool("test", "rules", "alerts_test.yaml")


def test_of_each_alert_it_is_tested_that_it_is_quiet_and_that_it_fires() -> None:
    cases = [case for test in read("alerts_test.yaml")["tests"] for case in test["alert_rule_test"]]
    tested = {(case["alertname"], bool(case.get("exp_alerts"))) for case in cases}
    names = [rule["alert"] for group in read("alerts.yaml")["groups"] for rule in group["rules"]]
    assert tested == {(name, fires) for name in names for fires in (True, False)}
