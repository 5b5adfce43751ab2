"""``python -m bench.scale_site OPERATION [FOLDER]``: one operation on the site of AUREN_DATA_DIR or DATABASE_URL.

Prints one line of JSON: processor seconds, seconds by the clock, the most bytes that the process held, how many queries
it made, and the bytes of a page. `bench.bench_scale` has what the operations are for.
"""

from __future__ import annotations

import io
import json
import os
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "auren_admin.settings")
django.setup()

from django.conf import settings  # noqa: E402 - Django has to be set up first
from django.contrib.auth import get_user_model  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.db.models import Sum  # noqa: E402
from django.db.models.functions import Length  # noqa: E402
from django.test import Client  # noqa: E402

from bench.asked import asked  # noqa: E402
from bench.filled_form import sent  # noqa: E402
from bindings.models import Agent  # noqa: E402
from bindings.reports.judging import judge_all  # noqa: E402
from bindings.reports.keeping import keep  # noqa: E402
from kpis.models import KPI, Threshold  # noqa: E402
from releases.models import Release, ReleasePart  # noqa: E402
from releases.services import publish, restore, roll_back  # noqa: E402
from releases.services.planning import rules_on_copy  # noqa: E402
from telemetry import contracts_now  # noqa: E402

WHY = "Measured."
OK, FOUND = 200, 302
CONDITIONS = {"critical": "< 11", "warning": "< 12", "info": "> 399"}
"""Of the KPI that is saved, whatever its range."""
settings.ALLOWED_HOSTS = ["*"]


def migrate(_: str) -> int:
    """An empty database, and somebody who may do everything."""
    call_command("migrate", verbosity=0)
    get_user_model().objects.create_superuser("bench")
    return 0


def registry(*words: str) -> int:
    """A command, whose output is thrown away."""
    output = io.StringIO()
    try:
        call_command("registry", *words, verbosity=0, stdout=output, stderr=output)
    except SystemExit as end:
        if end.code:
            raise RuntimeError(output.getvalue()[-2000:]) from end
    return len(output.getvalue())


def published(_: str) -> int:
    """What there is becomes a release."""
    publish(author=None, message="Measured", author_name="bench", accepted=WHY)
    return 0


def edited(count: str) -> int:
    """So many KPIs wait longer before they act."""
    first = list(KPI.objects.order_by("pk").values_list("pk", flat=True)[: int(count)])
    return Threshold.objects.filter(kpi__in=first).update(for_duration=f"{count}m")


def judged(_: str) -> int:
    """The working copy is judged, as a job does it in the background."""
    return len(rules_on_copy().entries)


def restored(number: str) -> int:
    """The working copy is a release again."""
    return len(restore(release=Release.objects.get(number=number), author=None).changed)


def rolled_back(number: str) -> int:
    """Production goes back to a release."""
    return roll_back(channel="production", release=int(number), by=None, reason=WHY).pk


def release_bytes(_: str) -> int:
    """What all releases take, documents and findings."""
    return int(ReleasePart.objects.aggregate(bytes=Sum(Length("packed")))["bytes"] or 0)


def loaded(_: str) -> int:
    """What is in force, ready to judge by."""
    contracts_now.forget()
    return len(contracts_now.load().watched)


def someone() -> Client:
    """Signed in, and may do everything."""
    client = Client(raise_request_exception=True)
    client.force_login(get_user_model().objects.get(username="bench"))
    return client


def answered(client: Client, path: str) -> bytes:
    """A page, which has to be there."""
    answer = client.get(path)
    if answer.status_code != OK:
        raise RuntimeError(f"{path} answers {answer.status_code}")
    return answer.content


def page(path: str) -> int:
    """The bytes of one page."""
    client = someone()
    client.get("/admin/password_change/")  # what the first page of a process does is not this one's
    contracts_now.current()  # nor is what is in force, which has a figure of its own
    path = path.replace("AGENT", str(Agent.objects.order_by("pk")[1].pk))
    return measured(lambda: len(answered(client, path)))


def compared(folder: str) -> int:
    """Files against the working copy."""
    with suppress(RuntimeError):  # what a difference ends with
        registry("diff", "db", folder)
    return 0


def reported(_: str) -> int:
    """Everything is judged, and the report kept."""
    return keep(judge_all(), trigger="manual").pk


def kpi_save(_: str) -> int:
    """One KPI through its form, with three thresholds, each of which was changed."""
    client, kpi = someone(), KPI.objects.all()[1]
    path = f"/admin/kpis/kpi/{kpi.pk}/change/"
    data = sent(answered(client, path).decode()) | {"title": "Another title", "reason": WHY}
    for place in range(3):
        row = f"thresholds-{place}-"
        data |= {f"{row}condition": CONDITIONS[data[f"{row}severity"]], f"{row}action": "notify_user"}
    return measured(lambda: saved(client, path, data))


def agent_save(_: str) -> int:
    """The bytes of what is sent to save an agent of which one binding was opened and changed."""
    client = someone()
    path = f"/admin/bindings/agent/{Agent.objects.order_by('pk')[1].pk}/change/"
    data = sent(answered(client, f"{path}?open=bindings-7").decode())
    data["bindings-7-critical-for_duration"] = "7m"
    return measured(lambda: saved(client, path, data))


def saved(client: Client, path: str, data: dict[str, str]) -> int:
    """Save a form, which has to be accepted."""
    answer = client.post(path, data)
    if answer.status_code != FOUND:
        raise RuntimeError(f"{path} is not saved: {answer.status_code}")
    return len(urlencode(data))


OPERATIONS: dict[str, Callable[[str], int]] = {
    "migrate": migrate,
    "import": lambda folder: registry("import", folder),
    "export": lambda folder: registry("export", "--only", "registry", "--out", folder),
    "diff": compared,
    "report": reported,
    "save": kpi_save,
    "publish": published,
    "edit": edited,
    "judge": judged,
    "restore": restored,
    "roll_back": rolled_back,
    "release_bytes": release_bytes,
    "load": loaded,
    "page": page,
    "agent_save": agent_save,
}
told: dict[str, Any] = {}


def measured(work: Callable[[], int]) -> int:
    """Do it; what it took is told once the operation is over. The innermost counts."""
    began, busy = time.perf_counter(), time.process_time()
    with asked() as queries:
        size = work()
    if not told:
        told.update(
            processor=time.process_time() - busy,
            seconds=time.perf_counter() - began,
            queries=queries.count,
            size=size,
            bytes=peak_bytes(),
        )
    return size


def peak_bytes() -> int:
    """The most that this process held; `getrusage` counts what the one held that it was forked from.
    https://man7.org/linux/man-pages/man5/proc_pid_status.5.html (VmHWM)"""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return next(int(line.split()[1]) * 1024 for line in status.splitlines() if line.startswith("VmHWM"))


def main(operation: str, word: str = "") -> None:
    """Run one of OPERATIONS on the site, and print what it took."""
    measured(lambda: OPERATIONS[operation](word))
    print(json.dumps(told))


if __name__ == "__main__":
    main(*sys.argv[1:])
