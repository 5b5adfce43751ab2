"""Actions in the plain words of the working copy's catalogue; those of a release are told by `releases.services`."""

from __future__ import annotations

from collections.abc import Collection

from bindings.models import ActionKind
from contracts.action_words import ActionWords
from kpis.models.catalogue import MOST_OFFERED


def words_of(names: Collection[str]) -> dict[str, ActionWords]:
    """What the catalogue says of these actions, without those that it lacks; one query."""
    rows = ActionKind.objects.filter(name__in={name for name in names if "\0" not in name})
    columns = rows.values_list("name", "title", "description", "agents", "reversible")
    return {
        name: ActionWords(title, text, tuple(agents), undone) for name, title, text, agents, undone in columns
    }


def offered_to(agent: str) -> list[tuple[str, str]]:
    """Names and titles of actions that a form offers for an agent: first those that it implements; one query."""
    rows = list(ActionKind.objects.values_list("name", "title", "agents"))
    rows.sort(key=lambda row: (agent not in row[2], row[0]))
    return [(name, title) for name, title, _ in rows[:MOST_OFFERED]]
