"""One KPI with the agents that watch it, as a document: as much as its own noise depends on."""

from __future__ import annotations

from dataclasses import asdict

from bindings.models import Binding
from contracts.documents import BindingsDocument, RegistryDocument, RosterDocument
from contracts.release import ReleaseDocument
from contracts.units import STANDARD_UNITS
from kpis.models import KPI, RegistrySettings


def document_of(kpi: KPI) -> ReleaseDocument:
    """The working copy of a stored KPI and its bindings, and nothing else; six queries.

    Raises pydantic's error where a row holds what no document can hold.
    """
    rows = Binding.objects.filter(kpi=kpi).select_related("agent").prefetch_related("triggers", "actions")
    watching = {row.agent.name: row for row in rows.order_by("agent__position", "agent_id")}
    unit = kpi.unit.as_spec()
    own = [] if STANDARD_UNITS.get(unit.code) == unit else [asdict(unit)]
    settings = RegistrySettings.current().as_data() | {"units": own, "kpis": []}
    return ReleaseDocument(
        RegistryDocument.model_validate(settings).model_copy(update={"kpis": [kpi.as_document()]}),
        RosterDocument(agents={name: row.agent.as_entry() for name, row in watching.items()}),
        {name: BindingsDocument(agent=name, kpis_used=[row.as_document()]) for name, row in watching.items()},
        {},
    )
