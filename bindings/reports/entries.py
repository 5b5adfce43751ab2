"""A finding as a report keeps it: with whom it concerns, since when it is known, and whether it is waived."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from contracts.findings import Finding, Level, Path
from contracts.fingerprints import Fingerprints
from contracts.naming import AGENT_NAME
from contracts.waivers import Waiver, subject_of

MARK_LENGTH = 20
"""Hexadecimal digits of a fingerprint that are kept: at 80 bits no two findings of a report share one."""


class Entry(NamedTuple):
    """One finding of a report, in the shape it is stored in: a plain list.

    ``kpi``, ``agent`` and ``owner`` are what it is found by, "" where there is none. ``mark`` is its
    fingerprint. ``since`` is the time of the report that first had it (ISO 8601). ``waived`` says until when,
    why and by whom it is silenced, "" where it is not.
    """

    rule: str
    level: str
    path: Path
    message: str
    hint: str
    subject: str
    file: str
    kpi: str
    agent: str
    owner: str
    mark: str
    since: str = ""
    waived: str = ""

    @classmethod
    def read(cls, stored: Iterable[Any]) -> Entry:
        """An entry as JSON gave it back."""
        rule, level, path, *rest = stored
        return cls(rule, level, tuple(path), *rest)  # _replace would take as long again

    @property
    def finding(self) -> Finding:
        """The finding itself."""
        return Finding(
            self.rule, Level(self.level), self.path, self.message, self.hint, self.subject, self.file
        )


def entries_of(findings: Iterable[Finding], owners: Mapping[str, str]) -> Iterator[Entry]:
    """Findings as entries, in their order; ``owners`` are the KPIs' owners by name."""
    marks = Fingerprints()
    for finding in findings:
        subject = subject_of(finding)
        kpi, agent = ("", "") if finding.path[:1] == ("actions",) else whom(subject)
        yield Entry(
            rule=finding.rule,
            level=finding.level.value,
            path=finding.path,
            message=finding.message,
            hint=finding.hint,
            subject=subject,
            file=finding.file,
            kpi=kpi,
            agent=agent,
            owner=owners.get(kpi, ""),
            mark=marks.of(finding)[:MARK_LENGTH],
        )


def whom(subject: str) -> tuple[str, str]:
    """The KPI and the agent that a subject names, "" for either: a binding names both, settings neither."""
    agent, slash, kpi = subject.partition("/")
    if slash:
        return kpi, agent
    return ("", subject) if AGENT_NAME.fullmatch(subject) else (subject, "")


def told(waiver: Waiver) -> str:
    """What an entry says of the waiver that silences it."""
    return f"until {waiver.expires.isoformat()} by {waiver.owner}: {waiver.reason}"


def worst_first(entry: Entry) -> tuple[int, str, str, str]:
    """The order in which a report keeps its entries: errors first, then by what they are about."""
    return (-Level(entry.level).rank, entry.subject, entry.rule, entry.mark)
