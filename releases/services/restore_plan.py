"""What bringing a release back would change, and what a person must be allowed for it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from bindings.action_catalogue import CatalogueSteps
from contracts.release import ReleaseDocument
from kpis.importing.permissions import of_settings
from kpis.models import RegistrySettings
from releases.services import rewriting
from releases.services.rewriting import KpiSteps
from releases.services.rewriting_agents import AgentSteps, changed_roster

RESTORING = ("releases.view_release", "kpis.change_kpi")
"""To ask for it at all, at every door; beside it stands what the plan asks for."""


@dataclass(frozen=True, slots=True)
class RestorePlan:
    """The steps towards a release's document, with the names of rows that say something else today."""

    document: ReleaseDocument
    kpis: KpiSteps
    agents: AgentSteps
    differing: list[str]
    differing_agents: list[str]
    catalogue: CatalogueSteps

    @classmethod
    def towards(cls, document: ReleaseDocument, *, held: bool) -> RestorePlan:
        """Compared with the working copy; if ``held``, its rows stay as they are for this transaction."""
        wanted = {kpi.name: kpi for kpi in document.registry.kpis}
        kpis = KpiSteps(rewriting.all_kpis(held=held), wanted)
        agents = AgentSteps.towards(document, held=held)
        catalogue = CatalogueSteps.towards(document.actions, prune=True, held=held)
        return cls(document, kpis, agents, kpis.differing(), agents.differing(), catalogue)

    def permissions(self) -> tuple[str, ...]:
        """What somebody needs who would make these changes by hand, each once."""
        return tuple(dict.fromkeys(self._needed()))

    def _needed(self) -> Iterator[str]:
        kpis, agents, registry = self.kpis, self.agents, self.document.registry
        yield from _of_rows("kpis", "kpi", kpis.stored, kpis.wanted, self.differing)
        yield from _of_rows("bindings", "agent", agents.stored, agents.wanted, self.differing_agents)
        writing, stored = rewriting.units_to_write(registry)
        yield from (f"kpis.{'change' if code in stored else 'add'}_unit" for code in writing)
        if rewriting.units_gone(registry):
            yield "kpis.delete_unit"
        changes = rewriting.settings_changed(RegistrySettings.current(), registry)
        if changes is not None:
            yield from of_settings(changes) if changes else ("kpis.change_registrysettings",)
        if changed_roster(self.document.roster):
            yield "bindings.change_roster"
        yield from self.catalogue.permissions()


def _of_rows(
    app: str, model: str, stored: Mapping[str, Any], wanted: Mapping[str, Any], differing: Iterable[str]
) -> Iterator[str]:
    """What it takes to create, change, delete and move rows, by their names."""
    if wanted.keys() - stored.keys():
        yield f"{app}.add_{model}"
    moves = any(name in stored and stored[name].position != place for place, name in enumerate(wanted))
    if moves or list(differing):
        yield f"{app}.change_{model}"
    if stored.keys() - wanted.keys():
        yield f"{app}.delete_{model}"
