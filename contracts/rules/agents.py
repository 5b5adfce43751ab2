"""Rules about one agent's bindings file as a whole."""

from __future__ import annotations

from collections.abc import Iterator

from contracts.agents import AgentContext, AgentSpec, BindingSpec
from contracts.catalogue import Problem, agent_rule
from contracts.documents import BindingsDocument
from contracts.naming import fold
from contracts.rules.names import unfit_lines, unfit_texts
from contracts.rules.words import quoted
from contracts.texts import all_fit


@agent_rule("AGT001", "unknown_agent", "error", title="Unknown agent", example="agent: NEURO")
def agent_is_known(agent: AgentSpec, context: AgentContext) -> Iterator[Problem]:
    """Only agents on the roster are run; the bindings of any other are never fetched."""
    if context.has_roster and _is_unknown(agent, context):
        near = context.near_agents.question(agent.name)
        yield Problem(
            ("agent",),
            f"The roster has no agent {quoted(agent.name)}.",
            f"{near} Otherwise add it to the roster." if near else "Add it to the roster.",
        )


def _is_unknown(agent: AgentSpec, context: AgentContext) -> bool:
    return (
        context.agents is not None and agent.name not in context.agents and agent.name not in context.left_out
    )


@agent_rule(
    "AGT008",
    "agent_unlisted",
    "warning",
    title="Agent without a roster",
    example="{agent: NEURO, roster: none}",
)
def agent_is_listed(agent: AgentSpec, context: AgentContext) -> Iterator[Problem]:
    """Bindings may come before the roster that names their agent. Until then the agent is switched off."""
    if not context.has_roster and _is_unknown(agent, context):
        near = context.near_agents.question(agent.name)
        yield Problem(
            ("agent",),
            f"No roster came along, and {quoted(agent.name)} is on none here. It comes in switched off.",
            f"{near} Otherwise list it on the roster." if near else "List it on the roster.",
        )


@agent_rule(
    "AGT002",
    "agent_disabled",
    "note",
    title="Agent is switched off",
    example="{agent: KINETOS, collaboration: {}}",
)
def agent_is_enabled(agent: AgentSpec, context: AgentContext) -> Iterator[Problem]:
    """An agent that the roster switches off watches nothing, whatever its bindings say."""
    entry = context.agents.get(agent.name) if context.agents else None
    if entry and not entry.enabled and agent.bindings:
        yield Problem(
            ("agent",), f"{agent.name} is switched off. Its bindings do nothing until the roster enables it."
        )


@agent_rule(
    "AGT003",
    "folder_mismatch",
    "warning",
    title="File lies in another agent's folder",
    example="{folder: somnos, agent: NEUROS}",
)
def folder_is_the_agents(agent: AgentSpec, context: AgentContext) -> Iterator[Problem]:
    """Tools find an agent's bindings by its folder. In another one, two agents are mistaken for each
    other."""
    if agent.folder and fold(agent.folder) != fold(agent.name):
        yield Problem(
            ("agent",),
            f"The file is in the folder of another agent. It says {quoted(agent.name)}, but the folder "
            "belongs to "
            f"{quoted(agent.folder.upper())}.",
            "Move the file, or correct the agent.",
        )


@agent_rule(
    "AGT004",
    "duplicate_binding",
    "error",
    title="KPI bound twice",
    example="""
        kpis_used:
          - {key: resting_hr, role: primary_signal}
          - {key: resting_hr, role: trend_check}
        """,
)
def kpis_are_bound_once(agent: AgentSpec, context: AgentContext) -> Iterator[Problem]:
    """One binding says all that an agent does about a KPI. With two, nobody could tell which one holds."""
    seen: dict[str, BindingSpec] = {}
    for binding in agent.bindings:
        first = seen.setdefault(fold(binding.key), binding)
        if first is not binding:
            yield Problem(
                (*binding.path, "key"),
                f"{agent.name} binds {quoted(binding.key)} twice.",
                "Put both into one binding.",
            )


@agent_rule(
    "AGT005",
    "invalid_text",
    "error",
    title="Text with a character that cannot be shown",
    example=r'x-note: "Read from \u202Ethe right"',
)
def texts_can_be_shown(agent: AgentSpec, context: AgentContext) -> Iterator[Problem]:
    """Control characters and characters that turn the writing direction break exports, and can make a text
    look like another one. In a text of one line so do tabs, line ends and spaces that do not break."""
    if not _all_fit(agent.document):
        yield from unfit_texts(agent.document.model_dump(by_alias=True))
    yield from unfit_lines(((*binding.path, "role"), binding.document.role) for binding in agent.bindings)


def _all_fit(document: BindingsDocument) -> bool:
    try:
        return all_fit(document.model_dump_json(by_alias=True))
    except ValueError:  # half of a surrogate pair
        return False
