"""Which identity a row of the roster stands for: what is deleted and made anew by the same name stays who it was."""

from __future__ import annotations

from collections.abc import Iterable
from secrets import token_hex

from django.db import transaction

from bindings.models import Agent, AgentIdentity

BATCH = 1000


def identity_of(agent: Agent) -> AgentIdentity:
    """Who a saved agent is; made where it has no identity yet."""
    if agent.identity_id is None:
        claim([agent])
    found = agent.identity
    if found is None:  # pragma: no cover - claim() gives every row one
        raise LookupError(f"{agent.name} has no identity")
    return found


@transaction.atomic
def claim(agents: Iterable[Agent]) -> None:
    """Give saved agents that have no identity one: that of their name where no row has it, else a new one.

    Three queries where there is anything to do, else none.
    """
    rows = [agent for agent in agents if agent.identity_id is None]
    if not rows:
        return
    known = {one.name: one for one in named(agent.name for agent in rows)}
    new: list[AgentIdentity] = []
    for agent in rows:
        found = known.get(agent.name)
        if found is None or hasattr(found, "draft"):
            found = AgentIdentity(name=agent.name if found is None else another_name(agent.name))
            new.append(found)
        agent.identity = found
    AgentIdentity.objects.bulk_create(new, batch_size=BATCH)
    for agent in rows:
        agent.identity = agent.identity  # with the key that it has now
    Agent.objects.bulk_update(rows, ["identity"], batch_size=BATCH)


def named(names: Iterable[str]) -> list[AgentIdentity]:
    """The identities of these names, each with its row of the roster, if it has one."""
    return list(AgentIdentity.objects.select_related("draft").filter(name__in=set(names)))


def another_name(name: str) -> str:
    """What an agent is called while another one has its name: no name that an agent can have."""
    return f"{name} ({token_hex(4)})"
