# SPDX-License-Identifier: Apache-2.0
"""What is shipped for Prometheus and Grafana: it parses, and asks for nothing that no bridge ever says."""
import json
import re

import pytest

import packages

COLLECTOR = "/var/lib/node_exporter/textfile_collector"
FILES = packages.TOP / "packaging/monitoring"
OTHERS = {"node_textfile_mtime_seconds"}  # node_exporter's own


def expressions():
    yaml = pytest.importorskip("yaml", reason="python3-yaml is not installed")
    alerts = yaml.safe_load((FILES / "alerts.yml").read_text(encoding="utf-8"))
    for group in alerts["groups"]:
        for rule in group["rules"]:
            assert set(rule) <= {"alert", "expr", "for", "labels", "annotations"}, rule
            assert re.fullmatch(r"\w+", rule["alert"]) and rule["labels"]["severity"] in ("critical", "warning", "info")
            assert rule["annotations"]["summary"] and rule["annotations"]["description"]
            yield rule["expr"]
    dashboard = json.loads((FILES / "dashboard.json").read_text(encoding="utf-8"))
    panels = dashboard["panels"]
    assert len({panel["id"] for panel in panels}) == len(panels)
    for panel in panels:
        for target in panel["targets"]:
            yield target["expr"]


def asked_for():
    found = list(expressions())
    assert len(found) >= 20
    for expression in found:
        assert expression.count("(") == expression.count(")") and expression.count("{") == expression.count("}")
    return {name for expression in found for name in re.findall(r"\b(?:clockify|node)_[a-z_]+\b", expression)}


def said(text):
    return set(re.findall(r"^# TYPE (\w+) (?:gauge|counter)$", text, re.MULTILINE))


def test_the_timer_writes_what_is_asked_for(node):
    written = node.machine.path(f"{COLLECTOR}/clockify-bridge.prom")
    node.run(f"mkdir -p {COLLECTOR} && useradd --system node_exporter && chown node_exporter {COLLECTOR}")
    node.run("systemctl enable --now clockify-bridge-metrics.timer")
    node.until(written.exists, what="the counters")
    text = written.read_text(encoding="utf-8")
    assert "clockify_bridge_up 1\n" in text and "clockify_bridge_store_ok 1\n" in text
    assert asked_for() - OTHERS <= said(text), asked_for() - OTHERS - said(text)
    assert written.stat().st_mode & 0o777 == 0o644
    node.run("systemctl stop clockify-bridged.socket clockify-bridged")
    node.until(lambda: "clockify_bridge_up 0\n" in written.read_text(encoding="utf-8"), what="that it is down")
    assert node.active("clockify-bridge-metrics.service") != "failed"


def test_without_a_collector_nothing_is_written(node):
    node.run("systemctl start clockify-bridge-metrics.service")
    assert node.show("clockify-bridge-metrics.service", "ConditionResult") == "no"
    assert not node.machine.succeeds(f"test -e {COLLECTOR}")
