"""What the rules say of an agent's form, as the page shows it: the same thing about many bindings is said once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.utils.html import format_html_join
from django.utils.safestring import SafeString

from bindings.admin.placing import field_of, place_of_card
from bindings.admin.sheet import Sheet
from bindings.reports.places import agent_anchor
from contracts.catalogue import RULES
from contracts.findings import Finding, Level
from kpis.admin.kpi import level_counts

MOST_LINKS = 12
"""Of more places than this, an entry names the first; the list of bindings can be narrowed to all of them."""


@dataclass(frozen=True, slots=True)
class Where:
    """Where in the page a finding is mended: the binding's KPI, or another word, "" where it is about the agent as
    such.

    ``at`` is an id that is in the page, ``field`` the one that will be there once the binding is open.
    """

    finding: Finding
    label: str
    at: str
    field: str


@dataclass(frozen=True, slots=True)
class Entry:
    """One rule's word on one or many places, which are not all in ``shown``."""

    finding: Finding
    shown: Sequence[Where]
    count: int
    about: str
    """What it is said of where that is more than one binding, as a rule's title."""


def entries(sheet: Sheet, found: Iterable[Finding]) -> list[Entry]:
    """Findings, the worst first, those of one rule together."""
    by_rule: defaultdict[tuple[Level, str], list[Finding]] = defaultdict(list)
    for finding in sorted(found, key=lambda finding: -finding.level.rank):
        by_rule[finding.level, finding.rule].append(finding)
    return [
        Entry(
            same[0],
            [where(sheet, finding) for finding in same[:MOST_LINKS]],
            len(same),
            RULES[rule].title if rule in RULES and len(same) > 1 else "",
        )
        for (_, rule), same in by_rule.items()
    ]


def where(sheet: Sheet, finding: Finding) -> Where:
    """The place of one finding."""
    number = place_of_card(sheet, finding.path)
    row = field_of(sheet, finding.path)
    if number is None:
        in_hand_offs = finding.path[:1] == ("collaboration",)
        at = row[0][row[1]].id_for_label if row and row[1] else "handoffs" if in_hand_offs else ""
        return Where(finding, "hand-offs" if in_hand_offs else "", at, at)
    card = sheet.cards[number]
    if row is None:
        return Where(
            finding, card.key, card.prefix, agent_anchor(("kpis_used", card.number, *finding.path[2:]))
        )
    at = row[0][row[1]].id_for_label if row[1] else card.prefix
    return Where(finding, card.key, at, at)


def by_binding(sheet: Sheet, found: Iterable[Finding]) -> dict[str, list[Finding]]:
    """The findings about each binding, by its prefix; those that have none are not there."""
    told: defaultdict[str, list[Finding]] = defaultdict(list)
    for finding in found:
        number = place_of_card(sheet, finding.path)
        if number is not None:
            told[sheet.cards[number].prefix].append(finding)
    return dict(told)


def chips(found: Sequence[Finding]) -> SafeString:
    """How many findings of each level a binding has."""
    return format_html_join(" ", '<span class="chip level-{}">{}</span>', level_counts(found))


def marks(found: Sequence[Finding]) -> str:
    """What the list of bindings can be narrowed by: the rules that speak, and whether any of it is a problem."""
    rules = dict.fromkeys(finding.rule for finding in found)
    return " ".join([*(["problems"] if any(f.level is not Level.NOTE for f in found) else []), *rules])
