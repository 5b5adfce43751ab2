"""Doing what the plan of an import says about agents."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

from django.db.models import ProtectedError

from bindings import services
from bindings.documents import Contract, fill_contract, fill_entry, fill_own, hand_offs_of, kpis_named
from bindings.models import Agent, Binding, HandOff
from contracts.naming import NearNames
from contracts.yamltree import paused_gc
from kpis.importing import ImportRefused, Step, about
from kpis.models import KPI, Revision
from kpis.services import Author

AT_ONCE = 10_000
"""Bindings that are made into rows and stored before the next ones are, which then have their memory."""
COLUMNS = ["code", "role", "status", "enabled", "tags", "version", "extra"]


def release_kpis(steps: Sequence[Step], contracts: Mapping[str, Contract], kpis: Collection[str]) -> None:
    """Delete what agents have on these KPIs where their new contract does not have it."""
    for step in steps:
        then = contracts.get(step.name)
        kept = set(kpis_named(then.bindings)) if then else set()
        for model in (Binding, HandOff):
            model.objects.filter(agent__name=step.name, kpi__name__in=set(kpis) - kept).delete()


def apply_agents(
    writing: Sequence[Step],
    deleting: Sequence[Step],
    contracts: Mapping[str, Contract],
    *,
    author: Author,
    reason: str,
) -> None:
    """Create, change and delete agents with their bindings and hand-offs, and record each as a revision."""
    stored = lock_unchanged([*writing, *deleting])
    first = services.next_position()
    new = [step.name for step in writing if step.name not in stored]
    agents = {name: Agent(name=name, position=first + n) for n, name in enumerate(new)}
    agents |= {step.name: stored[step.name] for step in writing if step.name in stored}
    everyone = {agent.name: agent for agent in Agent.objects.all()} | agents
    kpis = {kpi.name: kpi for kpi in KPI.objects.all()} if agents else {}
    for name, agent in agents.items():
        fill_entry(agent, name, contracts[name].entry)
        fill_own(agent, contracts[name].bindings)
    changed = [agents[step.name] for step in writing if step.name in stored]
    with about(agents.values()):
        Agent.objects.bulk_create([agents[name] for name in new], batch_size=services.BATCH)
        Agent.objects.bulk_update(changed, COLUMNS, batch_size=services.BATCH) if changed else None
    for piece in pieces(agents.values(), contracts):
        with paused_gc():
            for agent in piece:
                fill(agent, contracts[agent.name], kpis, everyone)
            services.write_rows(piece)
            services.record_all(
                agents=piece,
                author=author,
                source=Revision.Source.IMPORT,
                reason=reason,
                bindings={agent.name: contracts[agent.name].bindings for agent in piece},
            )
    delete_agents([stored[step.name] for step in deleting], author, reason)


def pieces(agents: Iterable[Agent], contracts: Mapping[str, Contract]) -> Iterator[list[Agent]]:
    """The agents in their order, as many at a time as have about so many bindings."""
    piece: list[Agent] = []
    rows = 0
    for agent in agents:
        piece.append(agent)
        rows += len(contracts[agent.name].bindings.kpis_used)
        if rows >= AT_ONCE:
            yield piece
            piece, rows = [], 0
    if piece:
        yield piece


def fill(agent: Agent, contract: Contract, kpis: Mapping[str, KPI], agents: Mapping[str, Agent]) -> None:
    """Give an agent its contract. Raises ImportRefused where it names a KPI or an agent that is not there."""
    document = contract.bindings
    bound = {row.key for row in document.kpis_used}
    for name in kpis_named(document):
        if name not in kpis:
            near = NearNames(kpis).question(name)
            raise ImportRefused(
                f"{document.agent} {'binds' if name in bound else 'has a hand-off about'} {name},"
                f" which is no KPI here. {near or 'Add it to the registry first.'}"
            )
    for _, hand_off in hand_offs_of(document):
        if hand_off.agent not in agents:
            near = NearNames(agents).question(hand_off.agent)
            raise ImportRefused(
                f"{document.agent} asks {hand_off.agent}, which is no agent here. "
                f"{near or 'Add it to the roster first.'}"
            )
    fill_contract(agent, document, kpis=kpis, agents=agents)


def lock_unchanged(steps: Sequence[Step]) -> dict[str, Agent]:
    """Hold the agents that will change. Raises ImportRefused when one is not what the plan saw."""
    names = {step.name for step in steps}
    if not names:
        return {}
    rows = Agent.objects.select_for_update().order_by("pk")
    stored = {agent.name: agent for agent in rows if agent.name in names}
    for step in steps:
        seen = stored[step.name].revision if step.name in stored else 0
        if seen != step.revision:
            raise ImportRefused(f"{step.name} was changed while the plan was on the screen. Update the plan.")
    return stored


def delete_agents(agents: Sequence[Agent], author: Author, reason: str) -> None:
    """Delete the agents that the roster no longer has, and keep a mark of each in the history."""
    if not agents:
        return
    services.record_deletion(agents=agents, author=author, reason=reason, source=Revision.Source.IMPORT)
    HandOff.objects.filter(agent__in=agents).delete()
    try:
        Agent.objects.filter(pk__in=[agent.pk for agent in agents]).delete()
    except ProtectedError as refused:
        names = ", ".join(sorted(str(user) for user in refused.protected_objects)[:5])
        raise ImportRefused(
            f"An agent missing from the roster is still asked: {names}. Change that first."
        ) from refused
