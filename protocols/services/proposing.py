"""What to change in a contract where a person found that an agent did better than it: the place, and the words."""

from __future__ import annotations

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
    run = deviation.run
    facts = facts_of(stored([run.pk])).get(run.pk)
    if facts is None:
        return None
    step = next((one for one in facts.run.steps if one.number == deviation.place), None)
    if step is None:
        words = f"Take out the hand-off that leads back to {run.agent}." if deviation.rule == "RUN009" else ""
    else:
        words = _words(deviation.rule, step, _severity(deviation), facts.run, facts.pauses)
    is_hand_off = step is None or step.kind == HAND_OFF
    return Proposal(words, _form(run.agent, run.kpi, is_hand_off=is_hand_off)) if words else None


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


def _severity(deviation: Deviation) -> str:
    severity = deviation.run.steps.filter(number=deviation.place).values_list("severity", flat=True).first()
    return ProtocolRun.Severity(severity or deviation.run.severity).label


def _form(agent: str, kpi: str, *, is_hand_off: bool) -> str:
    """The binding on its agent's form."""
    found = Agent.objects.filter(name=agent).first()
    if found is None:
        return ""
    watched = list(found.bindings.order_by("position", "id").values_list("kpi__name", flat=True))
    path: tuple[str | int, ...] = ("collaboration",)
    if not is_hand_off:
        path = ("kpis_used", watched.index(kpi)) if kpi in watched else ()
    url = reverse("admin:bindings_agent_change", args=[found.pk])
    return f"{url}#{agent_anchor(path)}" if path else url
