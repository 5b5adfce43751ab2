"""Where the KPIs' import, export and comparison find the agents."""

from collections.abc import Mapping
from pathlib import Path

from bindings import services
from bindings.background import ask_for_report
from bindings.importing.planning import AgentPlan, plan_agents
from bindings.models import Agent, Roster, ValidationReport
from bindings.models.context import known_actions
from contracts.documents import BindingsDocument, RosterAgent, RosterDocument, write_bindings, write_roster
from contracts.loading import AGENTS, ROSTER_FILE, Tree
from contracts.tree import Beside
from kpis.importing import Joined
from kpis.models import KPI
from kpis.services import Author


class AgentFiles(Joined):
    """Every agent's bindings file, and the roster."""

    def beside(self, tree: Tree, *, prune: bool) -> Beside:
        """The KPIs that the bindings name, all names, the agents here, whom they ask, and the actions; six queries."""
        documents = [one.document for one in tree.bindings if one.document]
        actions = {} if prune and tree.catalogues else known_actions()
        if not documents and not tree.rosters and not tree.catalogues:
            return Beside(actions=actions)  # a registry's thresholds are held against the catalogue
        coming = {kpi.name for one in tree.registries if one.document for kpi in one.document.kpis}
        keys = {row.key for document in documents for row in document.kpis_used} - coming
        here = () if prune and tree.registries else KPI.objects.whole().filter(name__in=keys)
        rows = () if prune and tree.rosters else Agent.objects.values_list("name", "enabled", "status")
        asked = Agent.objects.filter(hand_offs__isnull=False)
        return Beside(
            kpis=tuple(kpi.as_spec() for kpi in here),
            names=tuple(KPI.objects.values_list("name", flat=True)),
            agents={name: RosterAgent(enabled=on, status=status) for name, on, status in rows},
            asked=tuple(asked.values_list("name", "hand_offs__target__name")),
            actions=actions,
        )

    def plan(self, tree: Tree, *, prune: bool) -> AgentPlan:
        """What importing the files would do with agents."""
        return plan_agents(tree, prune=prune)

    def files(self) -> Mapping[Path, str]:
        """The roster, and the bindings of every agent that has any; none where there are no agents."""
        contracts = services.contracts()
        if not contracts:
            return {}
        texts = {Path(AGENTS, ROSTER_FILE): write_roster(services.roster_document())}
        for agent, contract in contracts:
            if contract.has_file:
                texts[bindings_path(agent)] = write_bindings(contract.bindings)
        return texts

    def stored(self) -> tuple[Mapping[str, BindingsDocument], RosterDocument | None]:
        """Every agent's bindings by its name, and the roster; nothing where there are no agents."""
        contracts = services.contracts()
        bindings = {agent.name: contract.bindings for agent, contract in contracts if contract.has_file}
        return bindings, services.roster_document() if contracts else None

    def stamp(self) -> str:
        """The roster's own values; its agents have revisions."""
        return repr(Roster.current().as_data())

    def imported(self, *, author: Author) -> None:
        """Everything is validated together, in the background."""
        ask_for_report(trigger=ValidationReport.Trigger.IMPORT, author=author)


def bindings_path(agent: Agent) -> Path:
    """Where an agent's bindings file lies; its folder is ours, never a name from elsewhere."""
    return Path(AGENTS, f"{agent.code}_modules", "kpi_bindings.yaml")
