"""What agents are called where it counts: in the release that each of them gets.

Tokens and channels hang on an agent's identity. A release says which name each identity has in it, and an identity
goes by the name of the release that it gets now; whatever becomes of the roster's rows meanwhile changes nothing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from bindings.identities import another_name, claim, identity_of, named
from bindings.models import Agent, AgentIdentity, ApiToken
from releases.models import Channel, Following, Release, ReleasedAgent
from releases.models.channel import PRODUCTION
from releases.services.refusals import MoveRefused

BATCH = 1000


@dataclass(frozen=True, slots=True)
class Renaming:
    """An agent that is called otherwise in what is to be released; ``tokens`` are the usable ones that go with it."""

    before: str
    after: str
    tokens: int

    def __str__(self) -> str:
        count = {0: "", 1: " Its token goes with it."}.get(
            self.tokens, f" Its {self.tokens} tokens go with it."
        )
        return f"{self.before} is called {self.after} from then on.{count}"


def named_identity(name: str) -> AgentIdentity:
    """Whoever goes by this name; made where nobody does, as for an agent that was never saved."""
    found = AgentIdentity.objects.filter(name=name).first()
    if found is None:
        row = Agent.objects.filter(name=name, identity=None).first()
        found = identity_of(row) if row else AgentIdentity.objects.create(name=name)
    return found


def note_released(release: Release) -> None:
    """Keep which row of the working copy each name of a new release stands for, under the lock it is made by."""
    agents = list(Agent.objects.select_related("identity"))
    claim(agents)
    _take_over(agents)
    ReleasedAgent.objects.bulk_create(
        [ReleasedAgent(release=release, identity=identity_of(agent), name=agent.name) for agent in agents],
        batch_size=BATCH,
    )


def _take_over(agents: Iterable[Agent]) -> None:
    """Have rows that never meant anything to a program be who their name says, once no other row is.

    Whoever renames a row by mistake, begins anew under the old name and deletes the first loses no token.
    """
    by_name = {agent.name: agent for agent in agents}
    free = {one.name: one for one in named(by_name) if not hasattr(one, "draft")}
    rows = [by_name[name] for name in free]
    unused = AgentIdentity.objects.filter(
        pk__in=[row.identity_id for row in rows], tokens=None, released=None, following=None
    )
    fresh = set(unused.values_list("pk", flat=True)) if rows else set()
    moving = [row for row in rows if row.identity_id in fresh]
    if not moving:
        return
    for row in moving:
        row.identity = free[row.name]
    Agent.objects.bulk_update(moving, ["identity"], batch_size=BATCH)
    AgentIdentity.objects.filter(pk__in=fresh).delete()


def restore_identities(release: Release) -> None:
    """Have each row of the working copy be who its name is in this release."""
    wanted = dict(ReleasedAgent.objects.filter(release=release).values_list("name", "identity_id"))
    rows = [
        agent for agent in Agent.objects.filter(name__in=wanted) if agent.identity_id != wanted[agent.name]
    ]
    if not rows:
        return
    # One after the other: two that were swapped would be the same for a moment.
    holders = Agent.objects.filter(identity__in=[wanted[row.name] for row in rows])
    holders.update(identity=None)
    Agent.objects.filter(pk__in=[row.pk for row in rows]).update(identity=None)
    for row in rows:
        row.identity_id = wanted[row.name]
    Agent.objects.bulk_update(rows, ["identity"], batch_size=BATCH)
    claim(Agent.objects.filter(identity=None))


def renamings(channel: Channel) -> list[Renaming]:
    """Who would be called otherwise for those that follow a channel if the working copy went there."""
    if channel.release is None:
        return []
    names = dict(ReleasedAgent.objects.filter(release=channel.release).values_list("identity_id", "name"))
    rows = Agent.objects.filter(identity__in=names).values_list("identity_id", "name")
    found = [(pk, names[pk], name) for pk, name in rows if names[pk] != name]
    usable = ApiToken.objects.usable().filter(agent__in=[pk for pk, _, _ in found])
    tokens = Counter(usable.order_by().values_list("agent_id", flat=True)) if found else Counter[int | None]()
    return [Renaming(before, after, tokens[pk]) for pk, before, after in found]


def published_name(agent: Agent) -> str:
    """What programs know an agent by while its row has another name; "" where that is the same, or nobody knows it.

    One query where the names are the same.
    """
    identity = agent.identity
    if identity is None or identity.name == agent.name:
        return ""
    known = released_names().get(identity.pk, "")
    return known if known != agent.name else ""


def settle_names() -> None:
    """Give every identity the name that it has in the release it gets now; for a transaction that holds its turn.

    Who is not in that release keeps the name, unless another one has it now: then it has none that an agent can have.
    Raises MoveRefused, two_agents, where two would go by one name because they follow different channels.
    """
    now = dict(AgentIdentity.objects.values_list("pk", "name"))
    wanted = released_names()
    for name, count in Counter(wanted.values()).items():
        if count > 1:
            raise MoveRefused(
                "two_agents",
                f"Two agents would go by the name {name}: one in the release of the channel that it follows, "
                "one in that of another. Have both follow the same channel.",
            )
    taken = set(wanted.values())
    displaced = {pk: another_name(name) for pk, name in now.items() if pk not in wanted and name in taken}
    changing = {pk: name for pk, name in (wanted | displaced).items() if now[pk] != name}
    if not changing:
        return
    for pk in changing:  # two that are swapped would have the same name for a moment
        AgentIdentity.objects.filter(pk=pk).update(name=another_name(""))
    rows = [AgentIdentity(pk=pk, name=name) for pk, name in changing.items()]
    AgentIdentity.objects.bulk_update(rows, ["name"], batch_size=BATCH)


def released_names() -> dict[int, str]:
    """By identity, the name in the release of the channel that it follows."""
    channels = dict(Channel.objects.exclude(release=None).values_list("pk", "release_id"))
    production = Channel.objects.filter(name=PRODUCTION).values_list("release_id", flat=True).first()
    following = dict(Following.objects.values_list("agent_id", "channel_id"))
    rows = ReleasedAgent.objects.filter(release__in={*channels.values()})
    found: dict[int, str] = {}
    for identity, release, name in rows.values_list("identity_id", "release_id", "name"):
        channel = following.get(identity)
        if release == (production if channel is None else channels.get(channel)):
            found[identity] = name
    return found
