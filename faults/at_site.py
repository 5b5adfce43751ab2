"""What is asked of a site's database by a process of its own: ``python -m faults.at_site prepare`` or ``stored``."""

from __future__ import annotations

import json
import sys
from typing import Any

import django

from faults.stage import ROOT


def prepare() -> dict[str, str]:
    """A registry, a release of it, nothing that was measured; a token for who reports and one for who erases."""
    from django.core.management import call_command

    from bindings.models import Agent
    from faults.fault_observations import forget
    from faults.publishing import new_token
    from faults.reporters import AGENT
    from kpis.models import KPI
    from releases import services
    from releases.models import Release, ServingRevision
    from telemetry.models import Erasure

    call_command("migrate", verbosity=0, interactive=False)
    if not KPI.objects.exists():
        call_command("registry", "import", str(ROOT / "examples" / "auren"), verbosity=0)
    if not Release.objects.exists():
        services.publish(author=None, author_name="fault", message="The example", accepted="Known")
    forget()
    Erasure.objects.all().delete()
    tokens = {
        "reports": new_token("reporters", Agent.objects.get(name=AGENT), "observations:write"),
        "erases": new_token("erases", None, "people:erase"),
    }
    ServingRevision.bump()
    return tokens


def stored() -> list[Any]:
    """Whose value of when is stored, of the observations that are counted."""
    from faults.reporters import SOURCE
    from telemetry.models import Observation

    rows = Observation.objects.filter(series__source=SOURCE)
    return [list(row) for row in rows.values_list("series__subject__user_id", "at", "value")]


if __name__ == "__main__":
    django.setup()
    print(json.dumps({"prepare": prepare, "stored": stored}[sys.argv[1]]()))
