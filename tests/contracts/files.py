"""A small tree of contract files, in which each of the three has something to find."""

from pathlib import Path

REGISTRY = """\
version: "1.1"
kpis:
  - name: hrv_rmssd            # a comment behind a value
    title: Heart-rate variability
    unit: milliseconds
    prometheus_metric: auren_hrv_rmssd_ms
    normal_range: {min: 30, max: 100, optimal: 50}
    risk_thresholds:
      critical: {condition: "< 20", action: rest}
      warning: {condition: "< 30", action: train_less}
      elevated:
        condition: "> 90"
export_config: {prometheus: {labels: [user_id, timestamp]}}
"""
BINDINGS = """\
agent: NEUROS
kpis_used:
  - key: hrv_rmssd
    alerting: {risk_if: "< 20", actions: [{name: rest}]}
  - key: ln_rmssd
    alerting: {caution_if_drop_pct: ">= 10 over 7d", actions: [{name: rest}]}
collaboration:
  on_risk:
    - {agent: SOMNOS, reason: "It may be the sleep."}"""
ROSTER = """\
agents:
  NEUROS: {enabled: true, status: alpha}
  SOMNOS: {enabled: false, status: todo}
  NUTROS:
    enabled: true
    status: todo
"""
FILES = {
    "agents/shared_modules/kpi_registry.yaml": REGISTRY,
    "agents/neuros_modules/kpi_bindings.yaml": BINDINGS,
    "agents/roster.yaml": ROSTER,
}


def write_tree(directory: Path, **changed: str) -> Path:
    """Write the tree below a directory; ``registry``, ``bindings`` and ``roster`` replace a file's text."""
    for name, text in FILES.items():
        path = directory / name
        path.parent.mkdir(parents=True, exist_ok=True)
        key = next((key for key in changed if key in name), "")
        path.write_text(changed.get(key, text), encoding="utf-8")
    return directory
