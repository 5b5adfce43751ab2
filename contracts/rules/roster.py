"""Rules about the roster of agents."""

from __future__ import annotations

from collections.abc import Iterator

from contracts.agents import AgentContext
from contracts.catalogue import Problem, roster_rule
from contracts.documents import RosterDocument
from contracts.naming import AGENT_NAME, fold
from contracts.rules.names import unfit_lines, unfit_texts
from contracts.rules.words import quoted

STATUSES = ("alpha", "beta", "prod", "todo")


@roster_rule(
    "RST001",
    "name_pattern",
    "error",
    title="Agent's name is not a plain identifier",
    example="agents: {Neuros 2: {enabled: false}}",
)
def names_are_identifiers(roster: RosterDocument, context: AgentContext) -> Iterator[Problem]:
    """An agent's name stands in addresses, labels and folders: capital letters, digits and underscores
    only."""
    for name in roster.agents:
        if not AGENT_NAME.fullmatch(name):
            plain = "_".join(fold(name).upper().replace("-", " ").split())
            yield Problem(
                ("agents", name),
                f"The name {quoted(name)} is not a plain identifier. Only the capital letters A to Z, "
                "digits and "
                "underscores can be used.",
                f"Did you mean {plain}?" if AGENT_NAME.fullmatch(plain) and len(plain) < 100 else "",
            )


@roster_rule(
    "RST002",
    "status_unknown",
    "warning",
    title="Unknown status of an agent",
    example="agents: {NEUROS: {enabled: false, status: gamma}}",
)
def status_is_known(roster: RosterDocument, context: AgentContext) -> Iterator[Problem]:
    """The status says how far an agent is built; there are four."""
    for name, agent in roster.agents.items():
        if agent.status and agent.status not in STATUSES:
            yield Problem(
                ("agents", name, "status"),
                f"The status {quoted(agent.status)} is not known.",
                f"The statuses are {', '.join(STATUSES)}.",
            )


@roster_rule(
    "RST003",
    "enabled_but_unbuilt",
    "warning",
    title="Agent is switched on, but not built",
    example="agents: {NEUROS: {enabled: true, status: todo}}",
)
def enabled_agents_are_built(roster: RosterDocument, context: AgentContext) -> Iterator[Problem]:
    """An agent whose status is “todo” does not exist yet. Others would wait for its answers."""
    for name, agent in roster.agents.items():
        if agent.enabled and agent.status == "todo":
            yield Problem(
                ("agents", name, "enabled"),
                f"{name} is switched on, but its status is “todo”.",
                "Switch it off, or correct the status.",
            )


@roster_rule(
    "RST004",
    "invalid_text",
    "error",
    title="Text with a character that cannot be shown",
    example=r'x-note: "Read from \u202Ethe right"',
)
def texts_can_be_shown(roster: RosterDocument, context: AgentContext) -> Iterator[Problem]:
    """Control characters and characters that turn the writing direction break exports, and can make a text
    look like another one. In a text of one line so do tabs, line ends and spaces that do not break."""
    yield from unfit_texts(roster.model_dump(by_alias=True))
    for name, agent in roster.agents.items():
        at = ("agents", name)
        yield from unfit_lines(
            [((*at, "role"), agent.role), *(((*at, "tags", n), tag) for n, tag in enumerate(agent.tags))]
        )
