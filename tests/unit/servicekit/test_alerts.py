"""The alert rules speak of metrics that the services have."""

import re
from pathlib import Path

import yaml
from prometheus_client import REGISTRY

import servicekit.telemetry  # noqa: F401 - it registers them

RULES = Path(__file__).parents[3] / "deploy/observability/alerts.yml"


def test_every_metric_of_an_alert_exists() -> None:
    groups = yaml.safe_load(RULES.read_text())["groups"]
    rules = [rule for group in groups for rule in group["rules"]]
    wanted = {name for rule in rules for name in re.findall(r"sunshine_\w+", rule["expr"])}
    known = {metric.name for metric in REGISTRY.collect()}
    assert wanted
    assert wanted <= known
