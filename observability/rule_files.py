"""Rule groups as the text of one file: plain, as the operator's PrometheusRule, or with Mimir's namespace."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from contracts.yamlwriter import write_yaml
from observability.options import ExportOptions, RuleFormat

Rule = Mapping[str, Any]
Group = Mapping[str, Any]
"""A rule and a group as Prometheus' files have them:
https://prometheus.io/docs/prometheus/latest/configuration/recording_rules/#rule_group"""

_NOT_PLAIN: Final = re.compile(r"[^\x20-\x7e\u00a1-\u2027\u2030-\ud7ff]+")


def rule_file(groups: Sequence[Group], options: ExportOptions, name: str, notes: Iterable[str] = ()) -> str:
    """A file of rule groups. ``name`` tells it from our other files, such as ``kpi-alerts``; ``notes`` are sentences
    that stand at its top as comments."""
    return header(options, notes) + write_yaml(_wrapped(groups, options.rule_format, name))


def header(options: ExportOptions, notes: Iterable[str] = ()) -> str:
    """The comments at the top of a generated file."""
    source = f"release {options.release}" if options.release else "the working copy"
    lines = [f"Generated from {source}; do not edit.", *notes]
    return "".join(f"# {comment(line)}\n" for line in lines)


def comment(text: str) -> str:
    """A text on one line, without anything that would end a comment."""
    return _NOT_PLAIN.sub(" ", text).strip()


def _wrapped(groups: Sequence[Group], rule_format: RuleFormat, name: str) -> dict[str, Any]:
    body = {"groups": list(groups)}
    match rule_format:
        case RuleFormat.PROMETHEUSRULE:
            labels = {"app.kubernetes.io/name": "auren-admin", "app.kubernetes.io/component": name}
            return {
                "apiVersion": "monitoring.coreos.com/v1",
                "kind": "PrometheusRule",
                "metadata": {"name": f"auren-{name}", "labels": labels},
                "spec": body,
            }
        case RuleFormat.MIMIR:
            return {"namespace": f"auren-{name}"} | body
        case RuleFormat.PROMETHEUS:
            return body
