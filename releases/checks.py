"""System checks of releases: `manage.py check --database default`, and at each `migrate`."""

from collections.abc import Sequence
from typing import Any

from django.apps import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, Warning
from django.db import DatabaseError

from releases.services.guarding import WEAKER, is_stored

HINT = (
    "Set it on every server, or run manage.py registry approval off --reason WHY where it is off everywhere."
)


def setting_as_stored(
    app_configs: Sequence[AppConfig] | None, databases: Sequence[str] | None = None, **kwargs: Any
) -> list[CheckMessage]:
    """releases.W001: this server would ask for less than the database does, so its setting does not count."""
    if settings.REQUIRE_APPROVAL or "default" not in (databases or ()):
        return []
    try:
        stored = is_stored()
    except DatabaseError:  # not migrated yet
        return []
    return [Warning(WEAKER, hint=HINT, id="releases.W001")] if stored else []
