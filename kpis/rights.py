"""Django's permissions as people read them, and which of them somebody lacks: every door asks here."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from django.apps import apps
from django.core.exceptions import PermissionDenied


class Lacking(PermissionDenied):
    """Somebody may not change all that would be changed; nothing was. The message says what is lacking."""

    def __init__(self, permissions: Iterable[str], *, doing: str) -> None:
        self.permissions = tuple(permissions)
        super().__init__(
            f"{doing} would {in_words(self.permissions)}, which you may not do. Ask someone who may, or leave that out."
        )


def lacking(person: Any, permissions: Iterable[str]) -> tuple[str, ...]:
    """Which of these the person does not have, each once; all of them where nobody is there or is let in."""
    wanted = dict.fromkeys(permissions)
    return tuple(name for name in wanted if person is None or not person.has_perm(name))


def require_all(person: Any, permissions: Iterable[str], *, doing: str) -> None:
    """Raise Lacking where the person does not have every one. None is the system's own administrator, who may."""
    missing = lacking(person, permissions) if person is not None else ()
    if missing:
        raise Lacking(missing, doing=doing)


def in_words(permissions: Iterable[str]) -> str:
    """``add and change units, delete KPIs``."""
    verbs: dict[str, list[str]] = defaultdict(list)
    for permission in permissions:
        app, _, codename = permission.partition(".")
        verb, _, model = codename.partition("_")
        verbs[str(apps.get_model(app, model)._meta.verbose_name_plural)].append(verb)
    return ", ".join(f"{' and '.join(some)} {noun}" for noun, some in verbs.items())
