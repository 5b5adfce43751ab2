import time

import pytest

from contracts.documents import BindingsDocument, RegistryDocument, RosterDocument
from contracts.release import ReleaseDocument
from observability.dashboards.files import dashboard_files
from tests.observability.dashboards.samples import OPTIONS

KPIS, AGENTS = 10_000, 100


def large_release():
    """A hundred agents, each with a hundred KPIs of its own."""
    kpis = [
        {
            "name": f"kpi_{number}",
            "title": f"KPI {number}",
            "description": "What it measures, in plain words.",
            "unit": "milliseconds",
            "category": f"category {number % 20}",
            "prometheus_metric": f"auren_kpi_{number}_ms",
            "risk_thresholds": {
                "critical": {"condition": f"< {number % 50}.5"},
                "warning": {"condition": "< 60 or > 100"},
            },
        }
        for number in range(KPIS)
    ]
    each = KPIS // AGENTS
    bindings = {
        f"A{agent}": {
            "agent": f"A{agent}",
            "kpis_used": [{"key": f"kpi_{agent * each + at}"} for at in range(each)],
        }
        for agent in range(AGENTS)
    }
    return ReleaseDocument(
        RegistryDocument.model_validate({"kpis": kpis}),
        RosterDocument.model_validate({"agents": {name: {"enabled": True} for name in bindings}}),
        {name: BindingsDocument.model_validate(of) for name, of in bindings.items()},
    )


@pytest.mark.slow
def test_a_large_release_takes_seconds_and_no_dashboard_is_larger_than_a_config_map():
    document, start = large_release(), time.process_time()  # of this process: others may be busy
    files = dashboard_files(document, OPTIONS)
    assert time.process_time() - start < 10
    assert len(files) == 2 * (AGENTS + 2)
    assert max(map(len, files.values())) < 2**20
