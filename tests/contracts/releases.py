"""Release documents to ask: the example's, and one made of texts."""

from contracts.loading import Tree, load_tree, tree_of
from contracts.release import ReleaseDocument

REGISTRY = """
kpis:
  - name: hrv_rmssd
    title: Heart-rate variability
    unit: milliseconds
    prometheus_metric: auren_hrv_rmssd_ms
    absolute_range: {min: 1, max: 250.5}
    normal_range: {min: 30, max: 100, optimal: 50}
    missing_data: 2d
    risk_thresholds:
      elevated: {condition: ">100", action: check_accuracy}
      critical: {condition: "<20", action: rest, for: 10m, keep_firing_for: 5m, recover_if: ">=25"}
  - name: laps
    unit: count
    prometheus_metric: auren_laps
"""
BINDINGS = """
agent: NEUROS
kpis_used:
  - key: hrv_rmssd
    role: primary_signal
    alerting:
      elevated_if: "> 90"
      caution_if: "25-39"
      risk_if: "<25"
      caution_if_drop_pct: ">= 10 over 1w"
      timing: {caution: {for: 5m, recover_if: ">=45"}}
      condition: "is_resting==TRUE"
      actions:
        - {name: train_less, description: A fifth less., deadline: 15m}
        - {name: rest_today, "on": risk}
        - {name: never_taken, "on": someday}
  - {key: laps, enabled: false}
collaboration:
  on_caution: [{agent: NUTROS, reason: Salt.}]
  on_risk: [{agent: SOMNOS, reason: Nights.}]
"""
INHERITING = "agent: SOMNOS\nkpis_used: [{key: hrv_rmssd}]"
ROSTER = """
agents:
  NEUROS: {enabled: true, status: prod, role: The nervous system}
  IDLE: {enabled: false}
"""


def release_of(tree: Tree) -> ReleaseDocument:
    """The files of a tree as a release."""
    [registry] = [loaded.document for loaded in tree.registries if loaded.document]
    [roster] = [loaded.document for loaded in tree.rosters if loaded.document]
    documents = [loaded.document for loaded in tree.bindings if loaded.document]
    actions = [loaded.document for loaded in tree.catalogues if loaded.document]
    return ReleaseDocument(
        registry,
        roster,
        {document.agent: document for document in documents},
        {document.agent: document.agent.lower() for document in documents},
        *actions,
    )


def example_release() -> ReleaseDocument:
    """The example's."""
    return release_of(load_tree(["examples/auren"]))


def made_release(
    registry: str = REGISTRY, bindings: str = BINDINGS, roster: str = ROSTER, actions: str = ""
) -> ReleaseDocument:
    """One of NEUROS, who has triggers of its own, SOMNOS, who inherits them, and IDLE, who has no bindings."""
    files = {"kpi_registry.yaml": registry, "agents/roster.yaml": roster}
    files["agents/neuros_modules/kpi_bindings.yaml"] = bindings
    files["agents/somnos_modules/kpi_bindings.yaml"] = INHERITING
    files |= {"agents/actions.yaml": actions} if actions else {}
    return release_of(tree_of({name: text.encode() for name, text in files.items()}))
