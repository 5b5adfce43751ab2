"""Making the agents' rows exactly what a document says: the roster, bindings and hand-offs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.db.models import Q
from pydantic import ValidationError as ShapeError

from bindings import services
from bindings.documents import Contract, fill_contract, fill_entry, fill_roster
from bindings.importing.applying import COLUMNS
from bindings.loading import all_agents
from bindings.models import Agent, Binding, HandOff, Roster
from contracts.documents import BindingsDocument, RosterDocument
from contracts.release import ReleaseDocument
from kpis.models import KPI
from kpis.models.rewriting_columns import overwrite, park
from kpis.services import Author
from releases.services.rewriting import RESTORE, Written, put_in_order


@dataclass(frozen=True, slots=True)
class AgentSteps:
    """What becomes of agents: rows that are there by name, and what they or new rows are to be."""

    stored: Mapping[str, Agent]
    wanted: Mapping[str, Contract]
    codes: Mapping[str, str]

    @classmethod
    def towards(cls, document: ReleaseDocument, *, held: bool) -> AgentSteps:
        """With every agent as it is; if ``held``, for this transaction."""
        if held:
            list(Agent.objects.select_for_update().order_by("pk").values_list("pk"))
        wanted = {
            name: Contract(document.bindings.get(name) or BindingsDocument(agent=name, kpis_used=[]), entry)
            for name, entry in document.roster.agents.items()
        }
        return cls({agent.name: agent for agent in all_agents()}, wanted, document.codes)

    @property
    def gone(self) -> list[Agent]:
        """Rows that the document does not have."""
        return [agent for name, agent in self.stored.items() if name not in self.wanted]

    def differing(self) -> list[str]:
        """Names whose row says something else."""
        return [
            name
            for name, contract in self.wanted.items()
            if name in self.stored and not self._says(self.stored[name], contract)
        ]

    def _says(self, agent: Agent, contract: Contract) -> bool:
        try:
            return agent.code == self.codes.get(agent.name, agent.code) and Contract.of(agent) == contract
        except ShapeError:  # it holds what no document can
            return False


def changed_roster(document: RosterDocument) -> Roster | None:
    """The roster with the document's values, unsaved; None where it has them."""
    roster = Roster.current()
    before = roster.as_data()
    fill_roster(roster, document)
    return roster if roster.as_data() != before else None


def write_roster(document: RosterDocument, done: Written) -> None:
    """Have the roster's own values be what the document says."""
    if roster := changed_roster(document):
        roster.save()
        done.settings.append("roster")


def let_go(
    steps: AgentSteps,
    differing: Sequence[str],
    gone: Sequence[KPI],
    author: Author,
    reason: str,
    done: Written,
) -> None:
    """Delete the agents that the document lacks, and what agents have on the KPIs that it lacks."""
    agents = steps.gone
    services.record_deletion(agents=agents, author=author, reason=reason, source=RESTORE)
    HandOff.objects.filter(Q(agent__in=agents) | Q(target__in=agents)).delete()
    Agent.objects.filter(pk__in=[agent.pk for agent in agents]).delete()
    HandOff.objects.filter(kpi__in=gone).delete()
    Binding.objects.filter(kpi__in=gone).delete()
    changing = [steps.stored[name] for name in differing]
    park(Agent, "code", [agent.pk for agent in changing if agent.code != steps.codes.get(agent.name)])
    done.deleted += [agent.name for agent in agents]


def write_agents(
    steps: AgentSteps, differing: Sequence[str], author: Author, reason: str, done: Written
) -> None:
    """Create and change agents with their bindings and hand-offs, in the document's order."""
    places = {name: place for place, name in enumerate(steps.wanted)}
    creating = {
        name: Agent(name=name, position=places[name]) for name in steps.wanted if name not in steps.stored
    }
    changing = {name: steps.stored[name] for name in differing}
    everyone = {name: steps.stored.get(name) or creating[name] for name in steps.wanted}
    writing = creating | changing
    kpis = {kpi.name: kpi for kpi in KPI.objects.all()} if writing else {}
    for name, agent in writing.items():
        contract = steps.wanted[name]
        agent.code = steps.codes.get(name, agent.code)
        fill_entry(agent, name, contract.entry)
        fill_contract(agent, contract.bindings, kpis=kpis, agents=everyone)
    Agent.objects.bulk_create(creating.values(), batch_size=services.BATCH)
    changed = list(changing.values())
    overwrite(Agent, changed, COLUMNS)
    services.write_rows(list(writing.values()))
    services.record_all(agents=list(writing.values()), author=author, source=RESTORE, reason=reason)
    put_in_order(Agent, everyone, done)
    done.created += creating
    done.changed += changing
