"""Runs all the rules over the working copy: registry, bindings, roster and the catalogue of actions together."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from hashlib import sha256

from django.utils import timezone
from pydantic import BaseModel

from bindings.documents import Contract
from bindings.importing.joining import bindings_path
from bindings.loading import Outline, agents_in_pieces, kpis_in_pieces
from bindings.models import ActionKind, Agent, Roster, Waiver
from bindings.reports.entries import Entry, entries_of, told, worst_first
from contracts import loading
from contracts.agents import AgentContext, cycles_among
from contracts.checks import check_coverage, check_registry, check_settings
from contracts.context import RegistryContext
from contracts.documents import ActionKindDocument, KpiDocument, RegistryDocument, RosterAgent
from contracts.findings import Finding, Path
from contracts.naming import NearNames
from contracts.spec import KpiSpec
from contracts.waivers import Waiver as WaiverSpec
from contracts.waivers import waived
from contracts.yamltree import paused_gc
from kpis.importing.joined import latest_revision, working_copy_stamp
from kpis.models import RegistrySettings
from kpis.models.kpi import registry_context

Progress = Callable[[int, int, str], None]
REGISTRY_FILE, ROSTER_FILE, ACTIONS_FILE = (
    f"{loading.AGENTS}/{file}" for file in (loading.REGISTRY_FILE, loading.ROSTER_FILE, loading.ACTIONS_FILE)
)
"""Where findings stand once the database is exported."""


@dataclass(frozen=True, slots=True)
class Judgement:
    """What the catalogue says of everything there is, the worst first.

    ``digest`` changes when anything that was looked at does. ``stamp`` and ``revision`` are those of the working copy
    before any of it was looked at: of what was saved since, nobody knows whether it was seen.
    """

    entries: list[Entry]
    kpis: int
    agents: int
    bindings: int
    digest: str
    seconds: float
    stamp: str = ""
    revision: int | None = None


def silent(done: int, total: int, message: str) -> None:
    """Progress that nobody watches."""


@dataclass(slots=True)
class Seen:
    """What was judged, for whoever has a use for it: it need not be read again."""

    kpis: list[KpiDocument] = field(default_factory=list)
    contracts: list[tuple[Agent, Contract]] = field(default_factory=list)
    is_whole: bool = True
    """Whether every row could be written down."""


def judge_all(progress: Progress = silent, seen: Seen | None = None) -> Judgement:
    """Judge everything. ``progress`` is told now and then how many rows are done, of how many.

    What is saved while it runs may be seen or not; the digest is of what was seen. Whatever ``progress``
    raises ends it. ``seen`` is filled with the KPIs and agents as they were judged.
    """
    with paused_gc():
        return _judge_all(progress, seen)


def _judge_all(progress: Progress, seen: Seen | None) -> Judgement:
    started = time.monotonic()
    revision, stamp = latest_revision(), working_copy_stamp()
    outline = Outline.read()
    judge = _Judge(outline, progress, seen)
    findings = [*judge.settings(), *judge.kpis(), *judge.actions(), *judge.agents()]
    parted = waived(findings, judge.waivers(), timezone.localdate())
    entries = list(entries_of([*parted.open, *(finding for finding, _ in parted.silenced)], judge.owners))
    first = len(parted.open)
    for place, (_, waiver) in enumerate(parted.silenced, start=first):
        entries[place] = entries[place]._replace(waived=told(waiver))
    return Judgement(
        entries=sorted(entries, key=worst_first),
        kpis=len(outline.kpis),
        agents=len(outline.agents),
        bindings=len(outline.bindings),
        digest=judge.seen.hexdigest(),
        seconds=time.monotonic() - started,
        stamp=stamp,
        revision=revision,
    )


class _Judge:
    """Goes through the working copy once. Its parts are asked in the order: settings, KPIs, actions, agents."""

    def __init__(self, outline: Outline, progress: Progress, judged: Seen | None) -> None:
        self.outline = outline
        self._judged = judged
        self.seen = sha256()
        self.owners: dict[str, str] = {}
        self._progress = progress
        self._done = 0
        self._specs: dict[str, KpiSpec] = {}
        self._actions: dict[str, ActionKindDocument] = {}
        self._registry: RegistryContext = registry_context(outline.kpis.values())
        bound = {kpi for _, _, kpi in outline.bindings}
        binding = {agent for _, agent, _ in outline.bindings}
        self._around = AgentContext(
            units=self._registry.units,
            agents={agent.name: as_known(agent) for agent in outline.agents},
            bound=frozenset(known.name for pk, known in outline.kpis.items() if pk in bound),
            binding_agents=frozenset(agent.name for agent in outline.agents if agent.pk in binding),
            cycles=cycles_among(outline.asked),
            near_kpis=NearNames(known.name for known in outline.kpis.values()),
            near_agents=NearNames(agent.name for agent in outline.agents),
        )

    def settings(self) -> Iterator[Finding]:
        """What is said of the registry's settings."""
        document = RegistryDocument.model_validate(RegistrySettings.current().as_data() | {"kpis": []})
        self._look_at(document)
        self.seen.update(repr(sorted(self._registry.units.items())).encode())
        empty = not self.outline.kpis
        found = (check_registry if empty else check_settings)(document, context=self._registry)
        return (placed(finding, (), "", REGISTRY_FILE) for finding in found)

    def kpis(self) -> Iterator[Finding]:
        """What is said of each KPI, seen together with what agents watch."""
        position = 0
        for piece in kpis_in_pieces(self.outline):
            for kpi in piece:
                spec, found = kpi.judge(context=self._registry)
                if self._judged:
                    self._judged.is_whole &= spec is not None
                if spec is not None:
                    self._look_at(spec.document)
                    self._specs[spec.name] = spec
                    if self._judged:
                        self._judged.kpis.append(spec.document)
                    if self.outline.agents:
                        found += check_coverage([spec], self._around)
                if kpi.owner:
                    self.owners[kpi.name] = kpi.owner
                base = ("kpis", position)
                yield from (placed(finding, base, kpi.name, REGISTRY_FILE) for finding in found)
                position += 1
            self._note(len(piece), "KPIs")

    def actions(self) -> Iterator[Finding]:
        """What is said of the catalogue of actions."""
        for row in ActionKind.objects.all():
            document, found = row.judge(self._around)
            if document is not None:
                self.seen.update(row.name.encode())
                self._look_at(document)
                self._actions[row.name] = document
            yield from (placed(finding, (), row.name, ACTIONS_FILE) for finding in found)

    def agents(self) -> Iterator[Finding]:
        """What is said of each agent, its bindings and its hand-offs."""
        self.seen.update(repr(Roster.current().as_data()).encode())
        around = replace(
            self._around, kpis=self._specs, actions=self._actions, near_actions=NearNames(self._actions)
        )
        for piece in agents_in_pieces(self.outline):
            for agent in piece:
                yield from self._agent(agent, around)
            self._note(sum(len(agent.current_bindings()) for agent in piece), "bindings")
            for agent in piece:  # what was judged is let go
                agent.draft_bindings = agent.draft_hand_offs = None

    def _agent(self, agent: Agent, around: AgentContext) -> Iterator[Finding]:
        spec, found = agent.judge(around)
        if self._judged:
            self._judged.is_whole &= spec is not None
        if spec is not None:
            contract = Contract(spec.document, agent.as_entry())
            self._look_at(contract.bindings, contract.entry)
            if self._judged:
                self._judged.contracts.append((agent, contract))
        file = bindings_path(agent).as_posix()
        for finding in found:
            of_roster = finding.path[:1] == ("agents",)
            yield placed(finding, (), agent.name, ROSTER_FILE if of_roster else file)

    def waivers(self) -> list[WaiverSpec]:
        """What is waived, or was."""
        specs = Waiver.objects.all().as_specs()
        self.seen.update(repr(specs).encode())
        return specs

    def _look_at(self, *documents: BaseModel) -> None:
        for document in documents:
            try:
                text = document.model_dump_json(by_alias=True)
            except ValueError:  # half of a surrogate pair, which the rules speak of
                text = repr(document)
            self.seen.update(text.encode("utf-8", "backslashreplace"))

    def _note(self, rows: int, what: str) -> None:
        self._done += rows
        self._progress(self._done, self.outline.size, f"Looking at {what}")


def as_known(agent: Agent) -> RosterAgent:
    """As much of a roster's entry as others need to know."""
    return RosterAgent.model_construct(enabled=agent.enabled, status=agent.status, role="", tags=[])


def placed(finding: Finding, base: Path, subject: str, file: str) -> Finding:
    """The finding with its place in the file that an export would write."""
    # Not dataclasses.replace, which takes five times as long.
    return Finding(
        finding.rule,
        finding.level,
        base + finding.path,
        finding.message,
        finding.hint,
        finding.subject or subject,
        file,
    )
