"""Where in the admin a finding is mended: the page and the field on it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from django.core.exceptions import NON_FIELD_ERRORS
from django.urls import reverse

from bindings.models import ActionKind, Agent
from bindings.models.action_kind import ACTION_KIND_FIELDS
from bindings.reports.entries import Entry
from contracts.findings import Path
from contracts.severity import REGISTRY_WORD, REGISTRY_WORDS, TRIGGER_KEYS
from contracts.waivers import EXPIRED
from kpis.gate import field_of
from kpis.models import KPI
from kpis.models.kpi import KPI_FIELDS
from kpis.models.settings import SETTINGS_FIELDS

_FRAME = {"kpis", "kpis_used", "agents", "risk_thresholds", "alerting", "collaboration", "export_config"}


class Place(NamedTuple):
    """An address to go to, "" where the thing is gone, and what is to be found there in words."""

    url: str
    words: str


class Places:
    """Finds the places of a page's entries by three queries."""

    def __init__(self, entries: Iterable[Entry]) -> None:
        entries = list(entries)
        self._kpis = _ids(KPI.objects.filter(name__in={e.kpi for e in entries if not e.agent}))
        self._agents = _ids(Agent.objects.filter(name__in={e.agent for e in entries}))
        self._actions = _ids(ActionKind.objects.filter(name__in={e.subject for e in entries if of_action(e)}))

    def of(self, entry: Entry) -> Place:
        """Where to mend what this entry is about."""
        words = in_words(entry.path, entry.agent)
        if entry.rule == EXPIRED:
            return Place(f"{reverse('admin:bindings_waiver_changelist')}?q={entry.subject}", "its waiver")
        if of_action(entry):
            pk = self._actions.get(entry.subject)
            return Place(_page("bindings_actionkind", pk, action_anchor(entry.path)), words)
        if entry.agent:
            pk = self._agents.get(entry.agent)
            return Place(_page("bindings_agent", pk, agent_anchor(entry.path), opened(entry.path)), words)
        if entry.kpi:
            return Place(_page("kpis_kpi", self._kpis.get(entry.kpi), kpi_anchor(entry.path)), words)
        field = field_of(entry.path, SETTINGS_FIELDS)
        anchor = "" if field == NON_FIELD_ERRORS else f"id_{field}"
        if entry.path[:1] == ("kpis",):
            return Place(reverse("admin:kpis_kpi_changelist"), words)
        return Place(_page("kpis_registrysettings", 1, anchor), words)


def of_action(entry: Entry) -> bool:
    """Whether it is about an action of the catalogue."""
    return entry.path[:1] == ("actions",)


def _ids(found: Iterable[KPI] | Iterable[Agent] | Iterable[ActionKind]) -> Mapping[str, int]:
    return {row.name: row.pk for row in found}


def _page(name: str, pk: int | None, anchor: str, query: str = "") -> str:
    if pk is None:
        return ""
    url = reverse(f"admin:{name}_change", args=[pk]) + query
    return f"{url}#{anchor}" if anchor else url


def kpi_anchor(path: Path) -> str:
    """The id on a KPI's page of what a path of the registry file names."""
    within = path[2:]
    if within[:1] == ("risk_thresholds",) and len(within) > 1:
        severity = REGISTRY_WORDS.get(str(within[1]))
        return f"threshold-{severity}" if severity else ""
    field = field_of(within, KPI_FIELDS)
    return "" if field == NON_FIELD_ERRORS else f"id_{field}"


def action_anchor(path: Path) -> str:
    """The id on an action's page of what a path of the catalogue's file names."""
    return f"id_{path[2]}" if len(path) > 2 and path[2] in ACTION_KIND_FIELDS else "id_name"


def agent_anchor(path: Path) -> str:
    """The id on an agent's page of what a path of its bindings file, or of the roster, names."""
    match path:
        case ("kpis_used", int() as place, "alerting", str() as key, *_) if key in TRIGGER_KEYS:
            return f"id_bindings-{place}-{TRIGGER_KEYS[key]}-condition"
        case ("kpis_used", int() as place, "alerting", "actions", int() as step, *_):
            return f"bindings-{place}-actions-{step}"
        case ("kpis_used", int() as place, "alerting", "condition", *_):
            return f"id_bindings-{place}-guard"
        case ("kpis_used", int() as place, ("role" | "guard" | "enabled") as key, *_):
            return f"id_bindings-{place}-{key}"
        case ("kpis_used", int() as place, *_):
            return f"bindings-{place}"
        case ("collaboration", *_):
            return "handoffs"
        case ("agents", _, str() as field, *_):
            return f"id_{field}"
    return "id_name"


def opened(path: Path) -> str:
    """What asks an agent's page to open the binding that a path of its bindings file stands in."""
    match path:
        case ("kpis_used", int() as place, *_):
            return f"?open=bindings-{place}"
    return ""


def in_words(path: Path, agent: str = "") -> str:
    """The place as people call it: ``critical condition``."""
    if path[:1] == ("collaboration",):
        return "hand-offs"
    if path[:1] == ("actions",):
        return str(path[2]) if len(path) > 2 else "the catalogue of actions"
    keys = [str(key) for key in path if isinstance(key, str) and key not in _FRAME and key != agent]
    words = [REGISTRY_WORD[REGISTRY_WORDS[key]] if key in REGISTRY_WORDS else key for key in keys]
    return " ".join(words).replace("_", " ")
