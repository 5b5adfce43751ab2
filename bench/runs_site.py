"""``python -m bench.runs_site RUNS OPEN``: the pages about runs with so many in the table, against Django's bare ones.

Everything is made in DATABASE_URL. Prints one line of JSON: for each page seconds of ours, seconds of the bare page it
is compared with, and how many queries ours needs.
"""

from __future__ import annotations

import io
import json
import os
import sys
from collections.abc import Callable

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
django.setup()

from django.conf import settings  # noqa: E402 - Django has to be set up first
from django.contrib import admin  # noqa: E402
from django.contrib.auth import get_user_model  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.db import connection, transaction  # noqa: E402
from django.template.response import TemplateResponse  # noqa: E402
from django.test import Client, override_settings  # noqa: E402
from django.test.utils import CaptureQueriesContext  # noqa: E402
from django.urls import include, path  # noqa: E402

from bench.figures import compare  # noqa: E402
from jobs.database_clock import database_clock  # noqa: E402
from protocols.models import ProtocolRun  # noqa: E402
from releases.services import publish  # noqa: E402
from telemetry import contracts_now  # noqa: E402
from telemetry.models import Subject  # noqa: E402

STOCK = settings.TEMPLATES[0] | {"NAME": "stock", "DIRS": []}
PEOPLE, DAYS, ROUNDS = 2_000, 30, 9
RUNS = "/admin/protocols/protocolrun/"
BARE = "/bare/protocols/protocolrun/"

bare = admin.AdminSite(name="bare")
bare.enable_nav_sidebar = True


@admin.register(ProtocolRun, site=bare)
class BareRun(admin.ModelAdmin[ProtocolRun]):
    """Runs as Django shows them, with the same columns where it has them."""

    list_display = ("reason", "agent", "kpi", "severity", "state", "opened", "assignee_name")
    list_filter = ("state", "severity")
    list_per_page = 50
    list_select_related = ("subject",)
    raw_id_fields = ("subject", "offer", "root", "assignee")

    def changelist_view(self, *args: object, **named: object) -> TemplateResponse:
        """The list, by Django's own templates."""
        return _stock(super().changelist_view(*args, **named))  # type: ignore[arg-type]

    def changeform_view(self, *args: object, **named: object) -> TemplateResponse:
        """The form, by Django's own templates."""
        return _stock(super().changeform_view(*args, **named))  # type: ignore[arg-type]


def _stock(response: object) -> TemplateResponse:
    assert isinstance(response, TemplateResponse)  # noqa: S101 - nothing else has anything to compare
    response.using = "stock"
    return response


urlpatterns = [path("bare/", bare.urls), path("", include("auren_admin.urls"))]

NUMBERS = "WITH RECURSIVE n(i) AS (SELECT CAST(1 AS bigint) UNION ALL SELECT i + 1 FROM n WHERE i < {runs})"
RUN = """
INSERT INTO protocols_protocolrun (id, agent, kpi, subject_id, depth, state, severity, release, source, rule, condition,
  reason, inputs, opened, recorded, assignee_name, ended, ended_recorded, episode_ended, due, changed)
{numbers} SELECT n.i, b.agent, b.kpi, {first} + (n.i / {bindings}) % {people}, 0,
  CASE WHEN n.i > {ended} THEN CASE n.i % 2 WHEN 0 THEN 'waiting' ELSE 'active' END
       ELSE CASE n.i % 7 WHEN 0 THEN 'failed' WHEN 1 THEN 'recovered' WHEN 2 THEN 'timed_out' ELSE 'completed' END END,
  1 + n.i % 3, 1, 'band', 'critical', '< 25', '18 ms is below 25 ms',
  CAST('{{"value": 18.0, "at": "2026-11-24T12:00:00Z", "source": "band", "context": {{"rests": true}}}}' AS {json}),
  {begin} + n.i * {gap}, {begin} + n.i * {gap} + 1000000, '',
  CASE WHEN n.i > {ended} THEN NULL ELSE {begin} + n.i * {gap} + 900000000 END,
  CASE WHEN n.i > {ended} THEN NULL ELSE {begin} + n.i * {gap} + 900000000 END,
  CASE WHEN n.i > {ended} THEN NULL ELSE {begin} + n.i * {gap} + 900000000 END, NULL, n.i
FROM n JOIN bench_binding b ON b.i = n.i % {bindings}
"""
STEP = """
INSERT INTO protocols_step (run_id, number, kind, name, description, severity, release, declared, deadline, added, due,
  state, started, finished, recorded, note, evidence)
{numbers} SELECT n.i, {number}, '{kind}', {name}, '', 1 + n.i % 3, 1, {true}, 300, r.opened, r.recorded + 300000000,
  CASE WHEN n.i > {ended} THEN 'pending' ELSE 'done' END, NULL,
  CASE WHEN n.i > {ended} THEN NULL ELSE r.opened + (n.i % 600) * 1000000 END, r.opened, '', CAST('{{}}' AS {json})
FROM n JOIN protocols_protocolrun r ON r.id = n.i JOIN bench_binding b ON b.i = n.i % {bindings}
WHERE {number} < 3 OR n.i % 4 = 0
"""
OFFER = """
INSERT INTO protocols_handoffoffer (step_id, source, target, reason, offered, due, state, answered, answer)
SELECT s.id, r.agent, s.name, 'Help.', r.opened, r.opened + 1800000000,
  CASE WHEN r.ended IS NULL THEN 'offered' ELSE 'accepted' END,
  CASE WHEN r.ended IS NULL THEN NULL ELSE r.opened + 60000000 END, ''
FROM protocols_step s JOIN protocols_protocolrun r ON r.id = s.run_id WHERE s.kind = 'hand_off'
"""
DEVIATION = """
INSERT INTO protocols_deviation (run_id, place, rule, at, message, judgement, judged_words, judged_by_name)
SELECT id, 1, 'RUN003', opened, 'Late.', '', '', '' FROM protocols_protocolrun WHERE id % 5 = 0
"""


def fill(runs: int, is_open: int) -> None:
    """A contract in production, and so many runs by it within 30 days; the newest are open."""
    call_command("migrate", verbosity=0)
    call_command("registry", "import", "examples/auren", verbosity=0, stdout=io.StringIO())
    publish(author=None, message="First", author_name="bench", accepted="Known.")
    Subject.objects.bulk_create([Subject(user_id=f"u{number}") for number in range(PEOPLE)])
    bindings = list(contracts_now.current().watched)
    span = DAYS * 86_400 * 1_000_000
    values = {
        "runs": runs, "ended": runs - is_open, "people": PEOPLE, "bindings": len(bindings), "gap": span // runs,
        "first": Subject.objects.order_by("pk").values_list("pk", flat=True)[0],
        "begin": database_clock.micros() - span,
        "json": "jsonb" if connection.vendor == "postgresql" else "text",
        "true": "true" if connection.vendor == "postgresql" else "1",
        "numbers": NUMBERS.format(runs=runs),
    }  # fmt: skip
    steps = (
        ("1", "action", "'reduce_training_intensity'"),
        ("2", "action", "'review'"),
        ("3", "hand_off", "'SOMNOS'"),
    )
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("CREATE TEMPORARY TABLE bench_binding (i integer PRIMARY KEY, agent text, kpi text)")
        cursor.executemany(
            "INSERT INTO bench_binding VALUES (%s, %s, %s)",
            [(i, agent, kpi) for i, (agent, kpi) in enumerate(bindings)],
        )
        cursor.execute(RUN.format(**values))
        for number, kind, name in steps:
            cursor.execute(STEP.format(number=number, kind=kind, name=name, **values))
        cursor.execute(OFFER)
        cursor.execute(DEVIATION)
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")


def pages(runs: int) -> dict[str, tuple[str, str]]:
    """Each page with the bare one it is compared with."""
    middle = ProtocolRun.objects.get(pk=runs // 2)
    return {
        "list": (RUNS, BARE),
        "list_deep": (f"{RUNS}?before={middle.opened}-{middle.pk}", BARE),
        "list_filtered": (
            f"{RUNS}?state=open&agent=NEUROS&severity=3&deviation=any",
            f"{BARE}?severity__exact=3",
        ),
        "list_none": (f"{RUNS}?state=refused&kpi=hrv_rmssd&whose=mine", f"{BARE}?state__exact=refused"),
        "list_search": (f"{RUNS}?q=hrv", BARE),
        "board": (f"{RUNS}board/", BARE),
        "board_nobody": (f"{RUNS}board/?whose=nobody", BARE),
        "agent": (f"{RUNS}agent/NEUROS/", BARE),
        "run": (f"{RUNS}{runs}/change/", f"{BARE}{runs}/change/"),
    }


def asking(client: Client, address: str) -> Callable[[], None]:
    """Asks for a page; fails loudly when it does not come."""

    def ask() -> None:
        response = client.get(address)
        assert response.status_code == 200, (address, response.status_code)  # noqa: S101 - no page, no figure

    return ask


def main(runs: int, is_open: int) -> dict[str, tuple[float, float, int]]:
    """All of it."""
    fill(runs, is_open)
    client = Client()
    client.force_login(get_user_model().objects.create_superuser("bench"))
    found = {}
    with override_settings(
        ROOT_URLCONF=__name__, ALLOWED_HOSTS=["testserver"], TEMPLATES=[*settings.TEMPLATES, STOCK]
    ):
        for name, (ours, baseline) in pages(runs).items():
            asking(client, ours)()
            asking(client, baseline)()
            with CaptureQueriesContext(connection) as captured:
                asking(client, ours)()
            queries = len(captured)
            taken = compare(asking(client, ours), asking(client, baseline), ROUNDS)
            found[name] = (*taken, queries)
            print(name, *found[name], file=sys.stderr)
    return found


if __name__ == "__main__":
    print(json.dumps(main(*map(int, sys.argv[1:]))))
