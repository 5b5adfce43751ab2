"""What an export needs beside the release, and what comes of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

Files = Mapping[str, str]
"""Texts by path, such as ``prometheus/rules/kpi-alerts.yml``, with ``/`` between folders."""


class RuleFormat(StrEnum):
    """What rules are wrapped in."""

    PROMETHEUS = "prometheus"
    PROMETHEUSRULE = "prometheusrule"
    MIMIR = "mimir"


@dataclass(frozen=True, slots=True)
class ExportOptions:
    """What a release does not say. ``admin_url`` is where people find this admin, without a final slash."""

    admin_url: str = "http://127.0.0.1:8000"
    runbook_url: str = ""
    """The folder that the runbooks lie in, without a final slash; links to them are left out where it is empty."""
    grafana_url: str = ""
    """Where people open Grafana, without a final slash; alerts name a dashboard's path alone where it is empty."""
    rule_format: RuleFormat = RuleFormat.PROMETHEUS
    release: int = 0
    """The release's number, 0 for the working copy; it is told in headers and links only."""
    rule_limit: int = 10_000
    """The most alerts that one rule may raise at a time; Prometheus drops all of a rule that would raise more."""
    receivers: str = ""
    """A site's own part of Alertmanager's configuration: YAML with ``receivers``, which routes know by their names."""
