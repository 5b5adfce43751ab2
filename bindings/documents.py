"""From the files' shapes to rows: which part of an agent's contract stands in which column."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from bindings.models import Action, Agent, Binding, HandOff, Roster, Trigger
from bindings.models.binding import canonical_guard
from contracts.documents import (
    ActionDocument,
    AlertingDocument,
    BindingDocument,
    BindingsDocument,
    HandOffDocument,
    RosterAgent,
    RosterDocument,
    as_data,
)
from contracts.documents.bindings import TimingDocument
from contracts.drops import OLDER_KEY, as_older_key, canonical_drop
from contracts.rules.roster import STATUSES
from contracts.severity import BINDING_WORD, BINDING_WORDS, HANDOFF_KEYS, TRIGGER_KEYS, Severity
from contracts.units import UnitSpec
from kpis.documents import kept, scratch_unit
from kpis.models import KPI
from kpis.models.threshold import canonical, canonical_in


@dataclass(frozen=True, slots=True)
class Contract:
    """All that an agent is: its bindings file and its entry on the roster. A revision keeps both."""

    bindings: BindingsDocument
    entry: RosterAgent

    @classmethod
    def of(cls, agent: Agent) -> "Contract":
        """As the agent is stored, or about to be."""
        return cls(agent.as_document(), agent.as_entry())

    @classmethod
    def from_stored(cls, data: Mapping[str, Any]) -> "Contract":
        """The inverse of :meth:`as_stored`. Raises pydantic's error where the data are none."""
        return cls(
            BindingsDocument.model_validate(data["bindings"]), RosterAgent.model_validate(data["roster"])
        )

    def as_stored(self) -> dict[str, Any]:
        """The contract as JSON, the way a revision keeps it: without what is empty."""
        return {
            "bindings": self.bindings.model_dump(mode="json", by_alias=True, exclude_defaults=True),
            "roster": self.entry.model_dump(mode="json", by_alias=True, exclude_defaults=True),
        }

    @property
    def has_file(self) -> bool:
        """Whether there is anything to write a bindings file about."""
        nothing = BindingsDocument(agent=self.bindings.agent, kpis_used=[])
        return bool(self.bindings.kpis_used) or self.bindings != nothing


def fill_entry(agent: Agent, name: str, entry: RosterAgent) -> None:
    """Set what the roster says of ``agent``; saves nothing."""
    agent.name = name
    agent.code = agent.code or name.lower()
    agent.enabled = entry.enabled
    agent.role = entry.role
    agent.tags = list(entry.tags)
    agent.status = entry.status if entry.status in STATUSES else ""
    unknown = {} if agent.status == entry.status else {"status": entry.status}
    agent.extra = {key: part for key, part in agent.extra.items() if key != "agent"} | kept(
        agent={**entry.extra, **unknown}
    )


def fill_contract(
    agent: Agent, document: BindingsDocument, *, kpis: Mapping[str, KPI], agents: Mapping[str, Agent]
) -> None:
    """Set what the bindings file says of ``agent`` and give it the rows as its drafts; saves nothing.

    ``kpis`` and ``agents`` hold what the document may refer to, by name. Raises KeyError naming what is
    missing there.
    """
    fill_own(agent, document)
    agent.draft_bindings = [
        binding_of(agent, row, kpis[row.key], position) for position, row in enumerate(document.kpis_used)
    ]
    agent.draft_hand_offs = [
        hand_off_of(agent, severity, row, agents[row.agent], kpis[row.kpi] if row.kpi else None, position)
        for position, (severity, row) in enumerate(hand_offs_of(document))
    ]


def fill_own(agent: Agent, document: BindingsDocument) -> None:
    """Set what the bindings file says of the agent itself; saves nothing."""
    agent.version = document.version
    agent.extra = {key: part for key, part in agent.extra.items() if key == "agent"} | kept(
        bindings=document.extra, collaboration=document.collaboration.extra
    )


def hand_offs_of(document: BindingsDocument) -> Iterator[tuple[Severity, HandOffDocument]]:
    """Every hand-off with its severity, worst first."""
    for key, severity in HANDOFF_KEYS.items():
        for row in getattr(document.collaboration, key):
            yield severity, row


def kpis_named(document: BindingsDocument) -> dict[str, None]:
    """The names of all KPIs that a document refers to, in its order."""
    asked = [row.kpi for _, row in hand_offs_of(document) if row.kpi]
    return dict.fromkeys([*(row.key for row in document.kpis_used), *asked])


def binding_of(agent: Agent, document: BindingDocument, kpi: KPI, position: int) -> Binding:
    """One binding as the document has it, unsaved, with its triggers and actions as drafts."""
    alerting = document.alerting
    binding = Binding(
        agent=agent,
        kpi=kpi,
        role=document.role,
        position=position,
        enabled=document.enabled,
        guard=canonical_guard(document.guard),
        extra=extra_of_binding(document),
    )
    binding.draft_triggers = list(triggers_of(binding, alerting))
    binding.draft_actions = [action_of(binding, row, place) for place, row in enumerate(alerting.actions)]
    return binding


def extra_of_binding(document: BindingDocument) -> dict[str, Any]:
    """What of a binding no column holds: unknown keys, and where the guard is written."""
    alerting = document.alerting
    has_both = bool(alerting.condition and document.condition)
    extra: dict[str, Any] = kept(
        binding={**document.extra, **({"condition": document.condition} if has_both else {})},
        alerting=alerting.extra,
        timing={**alerting.timing.extra, **idle_timing(alerting)},
    )
    return extra | ({"guard_in_alerting": True} if alerting.condition else {})


def idle_timing(alerting: AlertingDocument) -> dict[str, Any]:
    """The timing of severities that have no trigger here: no row can keep it."""
    triggered = {severity for key, severity in TRIGGER_KEYS.items() if getattr(alerting, key)}
    timings = {
        BINDING_WORD[s]: getattr(alerting.timing, BINDING_WORD[s]) for s in Severity if s not in triggered
    }
    return {word: as_data(timing) for word, timing in timings.items() if timing != TimingDocument()}


def triggers_of(binding: Binding, alerting: AlertingDocument) -> Iterator[Trigger]:
    """The triggers of a binding, unsaved; two of one severity share their timing, which the first one keeps."""
    timed: set[Severity] = set()
    for key, severity in TRIGGER_KEYS.items():
        text: str = getattr(alerting, key)
        if not text:
            continue
        older = key == OLDER_KEY
        word = BINDING_WORD[severity]
        timing: TimingDocument = TimingDocument() if severity in timed else getattr(alerting.timing, word)
        timed.add(severity)
        yield Trigger(
            binding=binding,
            severity=str(severity),
            condition=canonical_drop(text) if older else canonical(text, binding.kpi),
            for_duration=timing.for_,
            keep_firing_for=timing.keep_firing_for,
            recover_if=canonical(timing.recover_if, binding.kpi),
            older_key=older,
            extra=dict(timing.extra),
        )


def action_of(binding: Binding, document: ActionDocument, position: int) -> Action:
    """One action as the document has it, unsaved. A severity that there is not is kept, and never happens."""
    severity = BINDING_WORDS.get(document.on)
    unknown = {"on": document.on} if document.on and severity is None else {}
    return Action(
        binding=binding,
        position=position,
        name=document.name,
        description=document.description,
        on=str(severity) if severity else "",
        deadline=document.deadline,
        extra={**document.extra, **unknown},
    )


def hand_off_of(
    agent: Agent,
    severity: Severity,
    document: HandOffDocument,
    target: Agent,
    kpi: KPI | None,
    position: int,
) -> HandOff:
    """One hand-off as the document has it, unsaved."""
    return HandOff(
        agent=agent,
        severity=str(severity),
        target=target,
        kpi=kpi,
        reason=document.reason,
        position=position,
        extra=dict(document.extra),
    )


def as_it_would_be(
    document: BindingsDocument, units: Mapping[str, UnitSpec] = MappingProxyType({})
) -> BindingsDocument:
    """The document as it reads once stored: conditions and guards are written canonically.

    ``units`` are those that KPIs will be measured in, by the KPI's name.
    """
    changing = [row for row in document.kpis_used if not is_as_stored(row, units.get(row.key))]
    if not changing:
        return document
    left = iter(through_rows(document.model_copy(update={"kpis_used": changing}), units).kpis_used)
    written = {id(row): next(left) for row in changing}
    used = [written.get(id(row), row) for row in document.kpis_used]
    return document.model_copy(update={"kpis_used": used})


def is_as_stored(row: BindingDocument, unit: UnitSpec | None) -> bool:
    """Whether a binding is written as it would be once stored: in most files all are, and no row need be made."""
    alerting = row.alerting
    if canonical_guard(row.guard) != row.guard:
        return False
    for key, severity in TRIGGER_KEYS.items():
        text: str = getattr(alerting, key)
        if not text:
            continue
        stored = as_older_key(canonical_drop(text)) if key == OLDER_KEY else canonical_in(text, unit)
        recovery: str = getattr(alerting.timing, BINDING_WORD[severity]).recover_if
        if stored != text or canonical_in(recovery, unit) != recovery:
            return False
    severities = ((action.on, BINDING_WORDS.get(action.on)) for action in alerting.actions)
    return all(severity is None or BINDING_WORD[severity] == on for on, severity in severities)


def through_rows(document: BindingsDocument, units: Mapping[str, UnitSpec]) -> BindingsDocument:
    """The document made into rows, and back."""
    scratch = Agent(name=document.agent)
    kpis = {
        name: KPI(pk=index + 1, name=name, unit=scratch_unit(units[name]) if name in units else None)
        for index, name in enumerate(kpis_named(document))
    }
    targets = {row.agent for _, row in hand_offs_of(document)}
    agents = {name: Agent(pk=index + 1, name=name) for index, name in enumerate(targets)}
    fill_contract(scratch, document, kpis=kpis, agents=agents)
    return scratch.as_document()


def fill_roster(roster: Roster, document: RosterDocument) -> None:
    """Set everything of the roster but its agents; saves nothing."""
    roster.version = roster_data(document)["version"]
    roster.last_updated = document.last_updated
    roster.extra = dict(document.extra)


def roster_data(document: RosterDocument) -> dict[str, Any]:
    """The roster's own values as JSON."""
    return document.model_copy(update={"agents": {}}).model_dump(mode="json", by_alias=True)
