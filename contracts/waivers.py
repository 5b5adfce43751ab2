"""Waivers: a finding that someone decided to live with, for a reason and for a while."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from contracts.catalogue import RULES, Scope
from contracts.findings import Finding
from contracts.rules.waivers import EXPIRED as EXPIRED

KINDS = {
    Scope.KPI: "kpi",
    Scope.COVERAGE: "kpi",
    Scope.HISTORY: "kpi",
    Scope.BINDING: "binding",
    Scope.AGENT: "agent",
    Scope.ROSTER: "agent",
}
"""What a rule's findings are about; those of any other rule are about the registry as a whole."""
REGISTRY = "registry"


@dataclass(frozen=True, slots=True)
class Waiver:
    """One rule is silent about one thing, up to and including a day.

    ``subject`` is a KPI, an agent, a binding such as ``NEUROS/hrv_rmssd``, or "" for the registry's settings.
    """

    rule: str
    subject: str
    reason: str
    owner: str
    expires: date


@dataclass(frozen=True, slots=True)
class Waived:
    """Findings, parted by waivers: those that count, and those that are silenced with the waiver that does it."""

    open: list[Finding]
    silenced: list[tuple[Finding, Waiver]]


def waived(findings: Iterable[Finding], waivers: Iterable[Waiver], today: date) -> Waived:
    """Take out what is waived on ``today``; every waiver that has expired is an error among the rest."""
    active: dict[tuple[str, str], Waiver] = {}
    expired: list[Waiver] = []
    for waiver in waivers:
        if waiver.expires < today:
            expired.append(waiver)
        else:
            active[waiver.rule, waiver.subject] = waiver
    found = Waived([], [])
    for finding in findings:
        by = active.get((finding.rule, subject_of(finding)))
        if by:
            found.silenced.append((finding, by))
        else:
            found.open.append(finding)
    found.open.extend(expired_finding(waiver) for waiver in expired if not _renewed(waiver, active))
    return found


def _renewed(waiver: Waiver, active: dict[tuple[str, str], Waiver]) -> bool:
    return (waiver.rule, waiver.subject) in active


def expired_finding(waiver: Waiver) -> Finding:
    """What an expired waiver is told as."""
    rule = RULES[EXPIRED]
    about = f" about {waiver.subject}" if waiver.subject else ""
    return Finding(
        rule.id,
        rule.level,
        (),
        f"A waiver has expired. {waiver.rule}{about} was waived until {waiver.expires.isoformat()} by "
        f"{waiver.owner}: {waiver.reason}",
        "Fix what was waived and remove the waiver, or give it a new date.",
        waiver.subject,
    )


def subject_of(finding: Finding) -> str:
    """What a finding is about; on the roster that is the agent it stands under, in the catalogue the action."""
    if not finding.subject and finding.path[:1] in (("agents",), ("actions",)) and len(finding.path) > 1:
        return str(finding.path[1])
    return finding.subject


def subject_kind(rule: str) -> str:
    """``kpi``, ``agent``, ``binding`` or ``registry``: what this rule's findings are about."""
    return KINDS.get(RULES[rule].scope, REGISTRY) if rule in RULES else REGISTRY
