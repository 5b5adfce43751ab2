"""System checks of the set-up: `manage.py check`, and with `--deploy` those that matter in production."""

import difflib
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from django.apps import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, Warning

PREFIX = "AUREN_"


def variables_known(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """auren_admin.W001: a variable that looks like a setting but is read by nothing, so probably misspelt."""
    messages: list[CheckMessage] = []
    for name in sorted(os.environ):
        if name.startswith(PREFIX) and name not in settings.ENVIRONMENT_NAMES:
            close = difflib.get_close_matches(name, settings.ENVIRONMENT_NAMES, n=1)
            hint = f"Did you mean {close[0]}?" if close else "docs/settings.md lists every setting."
            messages.append(Warning(f"No setting is called {name}.", hint=hint, id="auren_admin.W001"))
    return messages


def static_files_collected(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """auren_admin.W002: in production every page fails until the static files have been collected."""
    if not settings.PRODUCTION or (Path(settings.STATIC_ROOT) / "staticfiles.json").is_file():
        return []
    return [
        Warning(
            f"The static files have not been collected into {settings.STATIC_ROOT}.",
            hint="Run manage.py collectstatic --no-input.",
            id="auren_admin.W002",
        )
    ]
