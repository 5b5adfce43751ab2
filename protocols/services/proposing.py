"""What to change in a contract where a person found that an agent did better than it: the place, and the words."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from django.urls import reverse

from bindings.models import Agent
from bindings.reports.places import agent_anchor
from protocols.conformance import PauseFacts, RunFacts, StepFacts
from protocols.conformance.case import Case
from protocols.conformance.facts import HAND_OFF, REVIEW
from protocols.conformance.words import length
from protocols.models import Deviation, ProtocolRun
from protocols.services.facts import facts_of, stored


class Proposal(NamedTuple):
    """A change of the contract in a sentence, and the form where it is made; "" where the agent is gone."""

    words: str
    url: str


def proposal_of(deviation: Deviation) -> Proposal | None:
    """The change that would make what was done what is declared; None where no contract can say it."""
    return proposals_of(deviation.run, [deviation]).get(deviation.pk)


def proposals_of(run: ProtocolRun, deviations: Sequence[Deviation]) -> dict[int, Proposal]:
    """Of deviations of one run, by their id: the change that would make what was done what is declared. Without those
    of which no contract can say it."""
    if not deviations:
        return {}
    wholes = stored([run.pk])
    facts = facts_of(wholes).get(run.pk)
    if facts is None:
        return {}
    severities = {step.number: step.severity for whole in wholes for step in whole.steps}
    forms = _forms(run.agent, run.kpi)
    found: dict[int, Proposal] = {}
    for one in deviations:
        step = next((step for step in facts.run.steps if step.number == one.place), None)
        if step is None:
            words = f"Take out the hand-off that leads back to {run.agent}." if one.rule == "RUN009" else ""
        else:
            severity = ProtocolRun.Severity(severities[one.place]).label
            words = _words(one.rule, step, severity, facts.run, facts.pauses)
        if words:
            is_hand_off = step is None or step.kind == HAND_OFF
            found[one.pk] = Proposal(words, forms.hand_offs if is_hand_off else forms.binding)
    return found


def _words(rule: str, step: StepFacts, severity: str, run: RunFacts, pauses: tuple[PauseFacts, ...]) -> str:
    if step.kind == REVIEW:
        return ""
    if rule in ("RUN001", "RUN002", "RUN006"):
        what = f"the hand-off to {step.name}" if step.kind == HAND_OFF else step.name
        return f"Take {what} out at {severity}."
    if rule == "RUN003" and step.deadline is not None:
        by = Case.of(run, pauses, step.finished or 0).late_by(step)
        took = f": it took {length(step.deadline + by)}" if by else ""
        return f"Give {step.name} a longer deadline than {length(step.deadline)}{took}."
    if rule == "RUN004" and (moved := Case.of(run, (), 0).moved.get(step.number)):
        return f"Put {step.name} {'before' if moved.earlier else 'after'} {moved.beside.name}."
    if rule in ("RUN005", "RUN009"):
        return f"Add {f'a hand-off to {step.name}' if step.kind == HAND_OFF else step.name} at {severity}."
    if rule in ("RUN007", "RUN008"):
        return f"Take the hand-off to {step.name} out at {severity}, or ask another agent."
    return ""


class _Forms(NamedTuple):
    """Where an agent's hand-offs and one of its bindings are edited."""

    hand_offs: str
    binding: str


def _forms(agent: str, kpi: str) -> _Forms:
    found = Agent.objects.filter(name=agent).first()
    if found is None:
        return _Forms("", "")
    watched = list(found.bindings.order_by("position", "id").values_list("kpi__name", flat=True))
    url = reverse("admin:bindings_agent_change", args=[found.pk])
    binding = f"{url}#{agent_anchor(('kpis_used', watched.index(kpi)))}" if kpi in watched else url
    return _Forms(f"{url}#{agent_anchor(('collaboration',))}", binding)
