"""Operations on an agent together with its bindings and hand-offs, and on the roster as a whole."""

from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType

from django.db.models import Max

from bindings.action_catalogue import rename_agent
from bindings.documents import Contract, fill_contract, fill_entry, hand_offs_of, kpis_named
from bindings.identities import claim
from bindings.loading import all_agents
from bindings.models import Action, Agent, Binding, HandOff, Roster, Trigger
from bindings.models.agent import AgentQuerySet
from contracts.documents import BindingsDocument, RosterAgent, RosterDocument
from kpis import services
from kpis.locking import working_copy_lock
from kpis.models import KPI, Revision
from kpis.services import Author

KIND_AGENT = "agent"
BATCH = 1000
COLUMNS = ("role", "position", "enabled", "guard", "version", "extra")
"""Of a binding, what may change while it stays the same row."""


def lock(*, agent: Agent, revision: int | None) -> None:
    """Hold ``agent`` for this transaction, if it still is what was edited.

    Raises :class:`kpis.services.StaleRevision` when its revision is not ``revision`` any more.
    """
    services.lock_subject(agent, revision)


@working_copy_lock()
def replace_agent(
    *,
    agent: Agent,
    document: BindingsDocument,
    roster_entry: RosterAgent,
    author: Author,
    source: str,
    reason: str = "",
) -> Revision:
    """Make ``agent``, saved or new, exactly what the documents say, through the same gate as an edit.

    Bindings of KPIs that stay keep their rows. Raises what :func:`fill` does.
    """
    before = agent.name
    fill(agent=agent, document=document, roster_entry=roster_entry)
    if agent._state.adding:
        agent.position = next_position()
    elif agent.name != before:
        rename_agent(before, agent.name, author=author, source=source)
    agent.save()
    write_rows([agent])
    return record(agent=agent, author=author, source=source, reason=reason)


def fill(*, agent: Agent, document: BindingsDocument, roster_entry: RosterAgent) -> None:
    """Have ``agent`` say what the documents say, through the gate; saves nothing.

    Raises ValidationError where the rules call it an error today, KeyError naming a KPI or an agent that it
    refers to and is not there.
    """
    fill_entry(agent, document.agent, roster_entry)
    targets = {row.agent for _, row in hand_offs_of(document)} - {agent.name}
    fill_contract(
        agent,
        document,
        kpis={kpi.name: kpi for kpi in KPI.objects.filter(name__in=kpis_named(document))},
        agents={other.name: other for other in Agent.objects.filter(name__in=targets)} | {agent.name: agent},
    )
    agent.full_clean()


def write_rows(agents: Sequence[Agent]) -> None:
    """Store the drafts of saved agents in place of the rows they have; a constant number of queries."""
    drafts = [row for agent in agents for row in agent.draft_bindings or ()]
    stored = {
        (row.agent_id, row.kpi_id): row
        for row in Binding.objects.filter(agent__in=agents)
        .select_related("kpi")
        .prefetch_related("triggers", "actions")
    }
    before = {row.pk: row for row in stored.values()}
    changed = [row for row in drafts if settle(row, stored.pop((row.agent.pk, row.kpi.pk), None))]
    Binding.objects.filter(pk__in=[row.pk for row in stored.values()]).delete()
    kept = [row for row in drafts if row.pk is not None and differs(row, before[row.pk])]
    replaced = [row.pk for row in changed if row.pk is not None]
    Trigger.objects.filter(binding__in=replaced).delete()
    Action.objects.filter(binding__in=replaced).delete()
    Binding.objects.bulk_create([row for row in changed if row.pk is None], batch_size=BATCH)
    Binding.objects.bulk_update(kept, COLUMNS, batch_size=BATCH) if kept else None
    Trigger.objects.bulk_create([t for row in changed for t in row.draft_triggers or ()], batch_size=BATCH)
    Action.objects.bulk_create([a for row in changed for a in row.draft_actions or ()], batch_size=BATCH)
    HandOff.objects.filter(agent__in=agents).delete()
    HandOff.objects.bulk_create(
        [h for agent in agents for h in agent.draft_hand_offs or ()], batch_size=BATCH
    )


def differs(draft: Binding, stored: Binding) -> bool:
    """Whether a binding's own row has to be written again."""
    return any(getattr(draft, name) != getattr(stored, name) for name in COLUMNS)


def settle(draft: Binding, stored: Binding | None) -> bool:
    """Give a draft the row it replaces and its next version; return whether it says anything new."""
    if stored is None:
        return True
    is_new = draft.as_data() != stored.as_data()
    draft.pk, draft.version = stored.pk, stored.version + is_new
    return is_new


def record(*, agent: Agent, author: Author, source: str, reason: str = "") -> Revision:
    """Keep ``agent`` as its next revision; call it once after every save of an agent with its rows."""
    return record_all(agents=[agent], author=author, source=source, reason=reason)[0]


def record_all(
    *,
    agents: Sequence[Agent],
    author: Author,
    source: str,
    reason: str = "",
    bindings: Mapping[str, BindingsDocument] = MappingProxyType({}),
) -> list[Revision]:
    """Record a revision of many agents at once. From its first revision on an agent has an identity.

    ``bindings`` are those that were just stored, by the agent's name, where they are at hand.
    """
    claim(agents)
    documents = [
        Contract(bindings.get(agent.name) or agent.as_document(), agent.as_entry()).as_stored()
        for agent in agents
    ]
    revisions = services.record_subjects(
        kind=KIND_AGENT, subjects=agents, documents=documents, author=author, source=source, reason=reason
    )
    for agent in agents:  # from here on, what is stored counts
        agent.draft_bindings = agent.draft_hand_offs = None
        agent._prefetched_objects_cache = {}  # type: ignore[attr-defined]  # Django's own place for it
    return revisions


def record_deletion(
    *, agents: Iterable[Agent], author: Author, reason: str = "", source: str = Revision.Source.ADMIN
) -> None:
    """Keep a mark that these agents were deleted; call it before they are."""
    services.record_gone(kind=KIND_AGENT, subjects=agents, author=author, reason=reason, source=source)


@working_copy_lock()
def switch(*, agents: AgentQuerySet, on: bool, author: Author, reason: str = "") -> int:
    """Switch every agent of the selection on or off; return how many that changed."""
    changing = list(agents.exclude(enabled=on).whole().select_for_update(of=("self",)))
    for agent in changing:
        agent.enabled = on
    Agent.objects.bulk_update(changing, ["enabled"], batch_size=BATCH)
    record_all(agents=changing, author=author, source=Revision.Source.BULK, reason=reason)
    return len(changing)


@working_copy_lock()
def delete_agents(*, agents: AgentQuerySet, author: Author, reason: str = "") -> int:
    """Delete every agent of the selection, and keep a mark of each in the history; return how many.

    Raises ProtectedError where another agent asks one; then none is deleted.
    """
    going = list(agents.order_by("pk").select_for_update(of=("self",)))
    record_deletion(agents=going, author=author, reason=reason, source=Revision.Source.BULK)
    HandOff.objects.filter(agent__in=[agent.pk for agent in going]).delete()
    Agent.objects.filter(pk__in=[agent.pk for agent in going]).delete()
    return len(going)


def next_position() -> int:
    """The place behind the last agent of the roster. Only under the lock: two who ask would get the same."""
    last: int | None = Agent.objects.aggregate(last=Max("position"))["last"]
    return 0 if last is None else last + 1


def roster_document() -> RosterDocument:
    """The roster as its file holds it; two queries."""
    data = Roster.current().as_data()
    document = RosterDocument.model_validate(data | {"agents": {}})
    return document.model_copy(
        update={"agents": {agent.name: agent.as_entry() for agent in Agent.objects.all()}}
    )


def contracts() -> list[tuple[Agent, Contract]]:
    """Every agent with its whole contract, in the roster's order; four queries for each thousand bindings."""
    return [(agent, Contract.of(agent)) for agent in all_agents()]
