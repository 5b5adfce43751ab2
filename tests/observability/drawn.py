"""Releases to make rules of: a KPI with one threshold, or whatever hypothesis thinks of."""

from typing import Any

from hypothesis import strategies as st

from contracts.documents import BindingsDocument, RegistryDocument, RosterDocument
from contracts.release import ReleaseDocument
from tests.contracts.strategies import betweens, changes, comparisons, conditions, near, numbers

HOSTILE = [
    'x"} or vector(1) or up{job="',
    "{{ query `up` }}",
    "{{ range $i := .Labels }}",
    "$labels.user_id and $value",
    "back`tick and back\\slash",
    "line\r\nbreak\ttab",
    "a next line \x85, a separator \u2028",
    "é–😀 ends in {",
    "yes",
    "- # : |",
]


def release(
    *thresholds: dict[str, Any], agent: str = "NEUROS", code: str = "neuros", **kpi: Any
) -> ReleaseDocument:
    """Of one agent that watches some KPIs, each with one of these sets of thresholds by the registry's words."""
    kpis = [
        {
            "name": f"kpi_{place}",
            "unit": "milliseconds",
            "prometheus_metric": f"auren_kpi_{place}_ms",
            "risk_thresholds": own,
        }
        | kpi
        for place, own in enumerate(thresholds)
    ]
    bindings = {"agent": agent, "kpis_used": [{"key": one["name"]} for one in kpis]}
    return ReleaseDocument(
        RegistryDocument.model_validate({"kpis": kpis}),
        RosterDocument.model_validate({"agents": {agent: {"enabled": True}}}),
        {agent: BindingsDocument.model_validate(bindings)},
        {agent: code},
    )


def one_threshold(condition: str = "< 20", **timing: Any) -> dict[str, Any]:
    """A critical one."""
    return {"critical": {"condition": condition} | timing}


lengths = st.sampled_from(["", "", "", "1s", "15s", "20s", "1m", "10m", "90m", "8h", "7d", "3650d"])
texts = st.sampled_from(HOSTILE) | st.text(st.characters(exclude_categories=["Cs", "Cc", "Cn"]), max_size=8)
thresholds = st.fixed_dictionaries(
    {
        "condition": conditions(comparisons(near), betweens(near), changes).map(str)
        | conditions(comparisons(numbers), betweens(numbers), changes).map(str),
        "for": lengths,
        "keep_firing_for": lengths,
        "recover_if": st.just("") | conditions(comparisons(near), betweens(near), changes).map(str),
        "action": texts,
    }
)
severities = st.sampled_from(["critical", "warning", "elevated"])
kpi_thresholds = st.dictionaries(severities, thresholds, min_size=1, max_size=3)
releases = st.builds(
    lambda own, agent, **kpi: release(*own, agent=agent, **kpi),
    st.lists(kpi_thresholds, min_size=1, max_size=3),
    texts.filter(bool),
    title=texts,
    owner=texts,
    category=texts,
    missing_data=lengths,
)
