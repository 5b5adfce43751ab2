"""What an import would do with agents."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from bindings import services
from bindings.documents import Contract, as_it_would_be, fill_roster, hand_offs_of, roster_data
from bindings.importing.applying import apply_agents, release_kpis
from bindings.loading import all_agents
from bindings.models import Agent, Roster
from contracts.diff import Change, order_changed
from contracts.diffagents import ROSTER, diff_bindings, diff_entries, diff_rosters
from contracts.documents import BindingsDocument, RosterAgent, RosterDocument
from contracts.loading import Tree
from contracts.measures import unit_called
from contracts.ordering import merged
from contracts.severity import HANDOFF_KEYS
from contracts.units import UnitSpec
from kpis.importing import Action, Conflicts, JoinedPlan, Step
from kpis.importing.editors import last_editors, name_of
from kpis.importing.ordering import put_in_order
from kpis.importing.permissions import of_steps
from kpis.models import KPI, Revision, Unit
from kpis.services import Author

OFF_THE_ROSTER = RosterAgent(enabled=False)
"""What is known of an agent that has bindings and is on no roster: nothing, so it does not run."""


@dataclass(frozen=True, slots=True)
class AgentPlan(JoinedPlan):
    """All that an import would do with agents: a step and a contract each, and the roster's own values."""

    steps: tuple[Step, ...]
    settings: tuple[Change, ...]
    contracts: Mapping[str, Contract]
    roster: RosterDocument | None
    left_out: tuple[str, ...] = ()
    first_settings: tuple[Change, ...] = ()
    """How a roster that is not stored yet will differ from what goes without saying."""

    def permissions(self, conflicts: Conflicts) -> tuple[str, ...]:
        """An agent's contract is one thing; the roster's own values are another."""
        found = [*of_steps(self.steps, "bindings", "agent", conflicts)]
        own = [change for change in self.settings if change.path != ("agents",)]
        found += ["bindings.change_agent"] if len(own) < len(self.settings) else []
        found += ["bindings.change_roster"] if own or self.first_settings else []
        return tuple(found)

    def make_way(self, kpis: Collection[str], conflicts: Conflicts) -> None:
        """Let go of KPIs that the new contracts do not bind any more."""
        release_kpis(self.writing(conflicts) + self.of(Action.DELETE), self.contracts, kpis)

    def apply(self, *, author: Author, reason: str, conflicts: Conflicts) -> None:
        """Do it, inside the transaction that the KPIs were written in."""
        if self.roster is not None and (self.settings or not Roster.objects.filter(pk=1).exists()):
            roster = Roster.current()
            fill_roster(roster, self.roster)
            roster.save()
        apply_agents(
            self.writing(conflicts), self.of(Action.DELETE), self.contracts, author=author, reason=reason
        )
        if self.roster is not None:
            put_in_order(Agent, [*self.roster.agents])

    def of(self, action: Action) -> list[Step]:
        """The steps of one kind of action."""
        return [step for step in self.steps if step.action is action]

    def writing(self, conflicts: Conflicts) -> list[Step]:
        """The steps that store a contract."""
        clashing = self.of(Action.CONFLICT) if conflicts is Conflicts.THEIRS else []
        return [*self.of(Action.CREATE), *self.of(Action.CHANGE), *clashing]


def plan_agents(tree: Tree, *, prune: bool) -> AgentPlan:
    """Compare the files' roster and bindings with what is stored, in a constant number of queries."""
    roster = next((one.document for one in tree.rosters if one.document), None)
    bindings = {one.document.agent: one.document for one in tree.bindings if one.document}
    if roster is None and not bindings:
        return AgentPlan((), (), {}, None)
    stored = {agent.name: agent for agent in all_agents()}
    editors = last_editors(services.KIND_AGENT, stored.values())
    units = units_of_kpis(tree)
    symbols = {name: unit.symbol for name, unit in units.items()}
    listed = roster.agents if roster else {}
    coming = {kpi.name for one in tree.registries if one.document for kpi in one.document.kpis}
    kpis = coming if prune and tree.registries else coming | symbols.keys()
    known = {*listed, *bindings, *(() if prune and roster else stored)}
    left_out = [told for document in bindings.values() for told in missing_in(document, kpis, known)]
    bindings = {name: without_missing(document, kpis, known) for name, document in bindings.items()}
    empties = prune and bool(roster and bindings)
    steps: list[Step] = []
    contracts: dict[str, Contract] = {}
    for name in dict.fromkeys([*listed, *bindings]):
        agent = stored.get(name)
        now = Contract.of(agent) if agent else None
        contracts[name] = wanted(name, now, listed.get(name), bindings.get(name), empties, units)
        steps.append(plan_agent(name, agent, now, contracts[name], editors, symbols))
    if prune and roster:
        gone = [agent for name, agent in stored.items() if name not in contracts]
        steps += [Step(Action.DELETE, a.name, revision=a.revision, kind=services.KIND_AGENT) for a in gone]
    changes = roster_changes(roster)
    gone_names = {step.name for step in steps if step.action is Action.DELETE}
    here = [name for name in stored if name not in gone_names]
    order = tuple(order_changed(ROSTER, "agents", "agents", here, merged(here, [*listed]))) if roster else ()
    stands = Roster.objects.filter(pk=1).exists()
    return AgentPlan(
        tuple(steps),
        (*(changes if stands else ()), *order),
        contracts,
        roster,
        left_out=tuple(left_out),
        first_settings=() if stands else changes,
    )


def units_of_kpis(tree: Tree) -> dict[str, UnitSpec]:
    """What every KPI will be measured in: as the files say, else as it is stored; two queries."""
    known = {unit.code: unit.as_spec() for unit in Unit.objects.all()}
    found = {name: known[code] for name, code in KPI.objects.values_list("name", "unit__code")}
    for document in (one.document for one in tree.registries if one.document):
        own = known | {unit.code: unit.as_spec() for unit in document.units}
        for kpi in document.kpis:
            if unit := own.get(kpi.unit) or unit_called(kpi.unit):
                found[kpi.name] = unit
    return found


def missing_in(document: BindingsDocument, kpis: Collection[str], agents: Collection[str]) -> Iterator[str]:
    """What of an agent's file is about a KPI or an agent that is not there, in words."""
    for row in document.kpis_used:
        if row.key not in kpis:
            yield f"{document.agent} watches {row.key}, which is no KPI here"
    for _, hand_off in hand_offs_of(document):
        if hand_off.agent not in agents:
            yield f"{document.agent} asks {hand_off.agent}, which is no agent here"
        if hand_off.kpi and hand_off.kpi not in kpis:
            yield f"{document.agent} asks {hand_off.agent} about {hand_off.kpi}, which is no KPI here"


def without_missing(
    document: BindingsDocument, kpis: Collection[str], agents: Collection[str]
) -> BindingsDocument:
    """The file without what is about a KPI or an agent that is not there."""
    if not any(missing_in(document, kpis, agents)):
        return document
    used = [row for row in document.kpis_used if row.key in kpis]
    asked = document.collaboration
    kept = {
        key: [row for row in getattr(asked, key) if row.agent in agents and (not row.kpi or row.kpi in kpis)]
        for key in HANDOFF_KEYS
    }
    return document.model_copy(update={"kpis_used": used, "collaboration": asked.model_copy(update=kept)})


def wanted(
    name: str,
    now: Contract | None,
    entry: RosterAgent | None,
    bindings: BindingsDocument | None,
    empties: bool,
    units: Mapping[str, UnitSpec],
) -> Contract:
    """The contract after the import: what the files do not tell of stays, unless what they lack is to go."""
    listed = entry or (now.entry if now else OFF_THE_ROSTER)
    if now and bindings == now.bindings:  # what is stored is written as it would be
        return Contract(now.bindings, listed)
    if bindings:
        return Contract(as_it_would_be(bindings, units), listed)
    nothing = BindingsDocument(agent=name, kpis_used=[])
    return Contract(nothing if now is None or empties else now.bindings, listed)


def plan_agent(
    name: str,
    agent: Agent | None,
    now: Contract | None,
    then: Contract,
    editors: Mapping[int, Revision],
    symbols: Mapping[str, str],
) -> Step:
    """What the files' version of one agent means for the stored one."""
    kind = services.KIND_AGENT
    if agent is None or now is None:
        return Step(Action.CREATE, name, kind=kind)
    changes = (
        *diff_entries(name, now.entry, then.entry),
        *diff_bindings(now.bindings, then.bindings, symbols),
    )
    if not changes:
        return Step(Action.UNCHANGED, name, revision=agent.revision, kind=kind)
    editor = editors.get(agent.pk)
    if editor is None:
        return Step(Action.CHANGE, name, changes=changes, revision=agent.revision, kind=kind)
    return Step(Action.CONFLICT, name, None, changes, agent.revision, name_of(editor), kind)


def roster_changes(roster: RosterDocument | None) -> tuple[Change, ...]:
    """What changes of the roster's own values."""
    if roster is None:
        return ()
    before = RosterDocument.model_validate(Roster.current().as_data() | {"agents": {}})
    return tuple(diff_rosters(before, RosterDocument.model_validate(roster_data(roster) | {"agents": {}})))
