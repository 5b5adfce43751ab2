"""Every change that may be asked for, at each door, and who may: by pages and by the API."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.test import Client
from django.utils import timezone

from bindings.models import ActionKind, Agent, ValidationReport, Waiver
from bindings.reports.keeping import entries_in
from kpis.admin.locked import SEEN
from kpis.admin.optimistic import STATE
from kpis.models import KPI, Unit
from protocols.models import Deviation
from releases.models import Channel, WebHook
from tests.form_filling import inputs
from tests.forms import filled
from tests.rest.calls import call
from tests.world import World

VIEWERS = frozenset({"viewer", "editor", "publisher", "superuser"})
EDITORS = VIEWERS - {"viewer"}
PUBLISHERS = EDITORS - {"editor"}
SUPER = frozenset({"superuser"})
NOBODY: frozenset[str] = frozenset()
SERVICES = frozenset({"service", "system"})
"""Tokens with every scope: one that a publisher holds, and one that the system made, which nobody holds."""
BACK: dict[str, Any] = {"release": 2, "change_reason": "Too many alerts."}
"""What going back wants."""


@dataclass(frozen=True)
class Change:
    """Something that is asked for at a door, and who may."""

    name: str
    path: str | Callable[[str], str]
    may: frozenset[str]
    body: Any = None
    method: str = "POST"
    tag: str = ""
    sure: bool = True
    """Whether it happens for all who may; what else is in the way is another test's."""
    quietly: bool = False
    """Refused without a word: Django takes an action that somebody may not use for none."""


def pages(world: World, *, everything: bool) -> Iterator[Change]:
    """By the admin's pages; else only those that AUREN_REQUIRE_APPROVAL may matter to."""
    yield from _release_pages(world)
    if everything:
        yield from _registry_pages(world)
        yield from _import_pages(world)
        yield from _pause_pages(world)
        yield from _decision_pages(world)
        yield from _other_pages(world)


def _registry_pages(world: World) -> Iterator[Change]:
    kpi, spare = KPI.objects.get(name="hrv_rmssd"), KPI.objects.get(name="hrv_spare")
    unit = Unit.objects.get(code="spoons")
    agent, free = Agent.objects.get(name="NEUROS"), Agent.objects.get(name="CARDIOS")
    edit = f"/admin/kpis/kpi/{kpi.pk}/change/"
    yield Change("edit a KPI", edit, EDITORS, filled(world.root, edit, title="Other"))
    new = filled(world.root, edit, name="hrv_new", prometheus_metric="auren_hrv_new_ms", started_from="")
    new = {name: value for name, value in new.items() if not name.endswith(("-id", "-kpi"))}
    new |= {name: "0" for name in new if name.endswith("INITIAL_FORMS")}
    yield Change("add a KPI", "/admin/kpis/kpi/add/", EDITORS, new)
    yield Change("delete a KPI", f"/admin/kpis/kpi/{spare.pk}/delete/", EDITORS, {"post": "yes"})
    bulk = {"action": "deprecate", "_selected_action": [kpi.pk]}
    yield Change("deprecate KPIs", "/admin/kpis/kpi/", EDITORS, bulk, quietly=True)
    path = f"/admin/kpis/unit/{unit.pk}/change/"
    yield Change("edit a unit", path, EDITORS, filled(world.root, path, title="Other"))
    add = filled(world.root, "/admin/kpis/unit/add/", code="forks", title="forks", symbol="fk")
    yield Change("add a unit", "/admin/kpis/unit/add/", EDITORS, add)
    yield Change("delete a unit", f"/admin/kpis/unit/{unit.pk}/delete/", EDITORS, {"post": "yes"})
    path = "/admin/kpis/registrysettings/1/change/"
    yield Change("edit settings", path, PUBLISHERS, filled(world.root, path, version="1.2"))
    gone = filled(world.root, path, **{"validation_rules-0-DELETE": "on"})
    yield Change("delete a rule", path, PUBLISHERS, gone)
    path = f"/admin/bindings/agent/{agent.pk}/change/"
    yield Change("edit an agent", path, EDITORS, filled(world.root, path, role="Other"))
    add = filled(world.root, "/admin/bindings/agent/add/", name="ENDOS", status="beta", role="Helps")
    yield Change("add an agent", "/admin/bindings/agent/add/", EDITORS, add)
    yield Change("delete an agent", f"/admin/bindings/agent/{free.pk}/delete/", EDITORS, {"post": "yes"})
    bulk = {"action": "disable", "_selected_action": [agent.pk]}
    yield Change("switch agents off", "/admin/bindings/agent/", EDITORS, bulk, quietly=True)
    path = f"/admin/bindings/actionkind/{ActionKind.objects.get().pk}"
    yield Change(
        "edit an action", f"{path}/change/", EDITORS, filled(world.root, f"{path}/change/", title="Other")
    )
    add = filled(world.root, "/admin/bindings/actionkind/add/", name="walk_more", title="Walk more")
    yield Change("add an action", "/admin/bindings/actionkind/add/", EDITORS, add)
    yield Change("delete an action", f"{path}/delete/", EDITORS, {"post": "yes"})


def _import_pages(world: World) -> Iterator[Change]:
    for name, what, may, query in (
        ("import a KPI", "a KPI", EDITORS, ""),
        ("import without rules", "no rules", PUBLISHERS, ""),
        ("import and delete", "fewer KPIs", EDITORS, "?prune=1"),
    ):

        def path(role: str, what: str = what) -> str:
            uploads = world.uploads[what]
            return f"/admin/kpis/kpi/import/{uploads.get(role, uploads['viewer'])}/"

        body = filled(world.root, path("superuser") + query, conflicts="theirs", with_errors="1")
        yield Change(name, path, may, body)


def _release_pages(world: World) -> Iterator[Change]:
    base = "/admin/releases"
    page = f"{base}/release/publish/"
    yield Change(
        "publish", page, PUBLISHERS,
        filled(world.root, page, channel="production", message="More", accept="on", accepted="Known."),
    )  # fmt: skip
    for number, may in ((1, PUBLISHERS), (2, EDITORS)):
        page = f"{base}/release/{number}/restore/"
        yield Change(f"bring release {number} back", page, may, filled(world.root, page))
    page = f"{base}/channel/production/move/?release=2"
    yield Change("move a channel", page, PUBLISHERS, filled(world.root, page, reason="Back"), sure=False)
    staging = Channel.objects.get(name="staging").pk
    page = f"{base}/channel/{staging}/change/"
    yield Change(
        "protect a channel", page, PUBLISHERS, filled(world.root, page, is_protected="on"), sure=False
    )
    page = f"{base}/channel/add/"
    yield Change("add a channel", page, PUBLISHERS, filled(world.root, page, name="canary"), sure=False)
    page, hook, seen = f"{base}/webhook/add/", WebHook.objects.get().pk, WebHook.objects.get().mark
    body = {"name": "two", "url": "https://example.org/", "events": ["report.made"], "is_enabled": "on"}
    yield Change("add a webhook", page, PUBLISHERS, body)
    page = f"{base}/webhook/{hook}/change/"
    yield Change("edit a webhook", page, PUBLISHERS, filled(world.root, page, name="three"))
    yield Change("renew a webhook's secret", f"{base}/webhook/{hook}/secret/", PUBLISHERS, {"seen": seen})
    yield Change("delete a webhook", f"{base}/webhook/{hook}/delete/", PUBLISHERS, {"post": "yes"})


def _pause_pages(world: World) -> Iterator[Change]:
    asked = {"agent": "NEUROS", "kpi": "", "reason_code": "planned", "words": "", "minutes": "60"}
    yield Change("pause an agent", "/admin/protocols/pause/add/", EDITORS, asked)
    at = f"/admin/protocols/pause/{world.runs['pause']}"
    yield Change("lift a pause", f"{at}/lift/", EDITORS, {})
    yield Change("edit a pause", f"{at}/change/", NOBODY, asked)
    yield Change("delete a pause", f"{at}/delete/", NOBODY, {"post": "yes"})


def _decision_pages(world: World) -> Iterator[Change]:
    page = f"/admin/protocols/protocolrun/{world.runs['NEUROS']}"
    for kind in ("acknowledge", "assign", "comment", "agree", "override", "take_over"):
        asked = {"kind": kind, "reason_code": "" if kind == "comment" else "known", "words": "Known."}
        yield Change(f"{kind} a run", f"{page}/decide/", EDITORS, asked)
    asked = {"kind": "override", "step": "1", "reason_code": "known"}
    yield Change("override a step", f"{page}/decide/", EDITORS, asked)
    _with_a_deviation(world)
    asked = {"place": "1", "rule": "RUN002", "judgement": "acceptable", "words": "Known."}
    yield Change("judge a deviation", f"{page}/judge/", EDITORS, asked)


def _with_a_deviation(world: World) -> None:
    """Without a report there is none; and a step that is reported is settled."""
    Deviation.objects.create(
        run_id=world.runs["NEUROS"], place=1, rule="RUN002", at=0, message="It was skipped."
    )


def _other_pages(world: World) -> Iterator[Change]:
    base = "/admin/bindings/apitoken"
    new = {"name": "new", "agent": "", "expires_0": "", "expires_1": ""}
    for scope, may in (("registry:write", PUBLISHERS), ("people:erase", SUPER)):
        yield Change(f"make a token of {scope}", f"{base}/add/", may, new | {"scopes": [scope]})
    for name, may in (("reader", PUBLISHERS), ("eraser", SUPER)):
        at = f"{base}/{world.tokens[name].pk}"
        yield Change(f"rotate a token: {name}", f"{at}/rotate/", may, {"overlap": "1"})
        longer = filled(world.root, f"{at}/change/", expires_0="", expires_1="")
        yield Change(f"prolong a token: {name}", f"{at}/change/", may, longer)
        yield Change(f"revoke a token: {name}", f"{at}/revoke/", PUBLISHERS, {})
    report, waiver = ValidationReport.objects.get(), Waiver.objects.get()
    until = str(timezone.localdate() + timedelta(days=9))
    waive = {
        "rule": "KPI020",
        "subject_name": "hrv_sdnn",
        "reason": "Known.",
        "owner": "Ines",
        "expires": until,
    }
    yield Change("add a waiver", "/admin/bindings/waiver/add/", EDITORS, waive)
    page = f"/admin/bindings/waiver/{waiver.pk}/change/"
    yield Change("edit a waiver", page, EDITORS, filled(world.root, page, reason="Still known."))
    mark = entries_in(report)[0].mark
    page = f"/admin/bindings/validationreport/{report.pk}/{mark}/waive/"
    yield Change("waive a finding", page, EDITORS, filled(world.root, page, reason="Known."))
    yield Change("ask for a report", "/admin/bindings/validationreport/run/", EDITORS, {})
    yield Change("erase a person", "/admin/telemetry/erasure/add/", SUPER, {"user_id": "u-17"}, sure=False)
    viewer = world.people["viewer"].pk
    page = f"/admin/auth/user/{viewer}/change/"
    yield Change("give somebody every right", page, SUPER, filled(world.root, page, is_superuser="on"))
    yield Change("delete somebody", f"/admin/auth/user/{viewer}/delete/", SUPER, {"post": "yes"})


def api(world: World, *, everything: bool) -> Iterator[Change]:
    """By the API, with a session and with a token; else only what AUREN_REQUIRE_APPROVAL may matter to."""
    yield from _release_calls(world)
    if everything:
        yield from _registry_calls(world)
        yield from _measurement_calls(world)
        yield from _run_calls(world)


def row(world: World, name: str, path: str, may: frozenset[str], body: Any, method: str = "PATCH") -> Change:
    """A change of a row as it is now."""
    return Change(name, path, may, body, method, tag=call(world.root, "GET", path)["ETag"])


def _registry_calls(world: World) -> Iterator[Change]:
    writers = EDITORS | SERVICES
    kpi = call(world.root, "GET", "kpis/hrv_rmssd/").json()
    new = kpi | {"name": "hrv_new", "prometheus_metric": "auren_hrv_new_ms"}
    new = {name: value for name, value in new.items() if name not in ("revision", "extra")}

    yield row(world, "edit a KPI", "kpis/hrv_rmssd/", writers, {"title": "Other"})
    yield Change("add a KPI", "kpis/", writers, new)
    yield row(world, "delete a KPI", "kpis/hrv_spare/", writers, None, "DELETE")
    yield row(world, "edit a unit", "units/spoons/", writers, {"title": "Other"})
    yield Change("add a unit", "units/", writers, {"code": "forks", "title": "forks", "symbol": "fk"})
    yield row(world, "delete a unit", "units/spoons/", writers, None, "DELETE")
    yield row(world, "edit an agent", "agents/NEUROS/", writers, {"role": "Other"})
    yield Change("add an agent", "agents/", writers, {"name": "ENDOS", "status": "beta", "role": "Helps"})
    yield row(world, "delete an agent", "agents/CARDIOS/", writers, None, "DELETE")
    yield row(world, "edit an action", "actions/rest_today/", writers, {"title": "Other"})
    yield Change("add an action", "actions/", writers, {"name": "walk_more", "title": "Walk more"})
    yield row(world, "delete an action", "actions/rest_today/", writers, None, "DELETE")
    own = writers | {"agent"}
    yield row(world, "edit a binding", "bindings/NEUROS/hrv_rmssd/", own, {"role": "trend_check"})
    yield row(world, "delete a binding", "bindings/NEUROS/hrv_rmssd/", own, None, "DELETE")
    yield row(world, "edit another's binding", "bindings/SOMNOS/hrv_sdnn/", writers, {"role": "trend_check"})
    hand_off = {"agent": "NEUROS", "severity": "info", "target": "SOMNOS", "reason": "Sleep may explain it."}
    yield Change("add a hand-off", "handoffs/", own, hand_off)
    yield Change("add another's hand-off", "handoffs/", writers, hand_off | {"agent": "CARDIOS"})
    yield Change("ask for a report", "reports/", writers, {})


def _measurement_calls(world: World) -> Iterator[Change]:
    yield Change("erase a person", "erasures/", SUPER | {"system"}, {"user_id": "u-17"}, sure=False)
    told = {
        "kpi": "hrv_rmssd",
        "value": 40,
        "user_id": "u-1",
        "measurement_source": "ring",
        "at": timezone.now().isoformat(),
    }
    yield Change("report", "observations/", SUPER | SERVICES | {"agent"}, told | {"agent": "NEUROS"})
    yield Change(
        "report for another", "observations/", SUPER | SERVICES, told | {"agent": "SOMNOS", "kpi": "hrv_sdnn"}
    )
    asked = {"kpi": "hrv_rmssd", "agent": "NEUROS", "condition": "< 28"}
    yield Change("ask for a backtest", "backtests/", VIEWERS | SERVICES | {"agent"}, asked)
    yield Change(
        "ask for everybody's", "backtests/", VIEWERS | SERVICES, {"kpi": "hrv_rmssd", "condition": "< 28"}
    )


def _run_calls(world: World) -> Iterator[Change]:
    mine, asked, others = world.runs["NEUROS"], world.runs["asked"], world.runs["SOMNOS"]
    agents, deciding = SUPER | SERVICES, EDITORS | SERVICES
    yield Change("report a step", f"runs/{mine}/steps/1", agents | {"agent"}, {"state": "done"})
    yield Change("report another's step", f"runs/{others}/steps/1", agents, {"state": "done"})
    yield Change("add a step", f"runs/{mine}/steps", agents | {"agent"}, {"action": "rest_today"})
    yield Change("add a step to another's", f"runs/{others}/steps", agents, {"action": "rest_today"})
    yield Change("accept a hand-off", f"runs/{asked}/acceptance", agents | {"agent"}, {"accept": True})
    for kind in ("acknowledge", "assign", "agree", "override", "take_over"):
        body = {"kind": kind} | ({"reason_code": "known"} if kind in ("override", "take_over") else {})
        yield Change(f"{kind} a run", f"runs/{mine}/interventions", deciding, body)
    _with_a_deviation(world)
    judged = {"step": 1, "judgement": "acceptable", "words": "Known."}
    yield Change("judge a deviation", f"runs/{mine}/deviations/RUN002", deciding, judged)
    pause = {"agent": "NEUROS", "reason_code": "planned"}
    yield Change("pause an agent", "pauses/", deciding, pause)
    yield Change("lift a pause", f"pauses/{world.runs['pause']}/lift", deciding, {})


def _release_calls(world: World) -> Iterator[Change]:
    writers, releasers = EDITORS | SERVICES, PUBLISHERS | SERVICES
    answering = releasers - {"system"} if settings.REQUIRE_APPROVAL else releasers
    more = {"message": "More", "accepted": "Known."}
    yield Change("publish", "releases/", answering, more)
    yield row(world, "move a channel", "channels/production/", releasers, BACK, "PUT")
    yield Change("add a channel", "channels/", releasers, {"name": "canary", "release": 2}, sure=False)
    yield Change(
        "approve", "releases/3/approvals/", PUBLISHERS, {"verdict": "rejected", "note": "No"}, sure=False
    )
    yield Change("bring release 1 back", "releases/1/restore/", PUBLISHERS | SERVICES, {})
    yield Change("bring release 2 back", "releases/2/restore/", writers, {})


def at_page(client: Client, change: Change, role: str) -> Any:
    """What a page answers."""
    path = change.path if isinstance(change.path, str) else change.path(role)
    return client.post(path, change.body | as_shown(client, path))


def as_shown(client: Client, path: str) -> dict[str, Any]:
    """What the page hands this person to be sent back with a change, so that it knows what they saw."""
    page = client.get(path)
    shown = inputs(page) if page.status_code == 200 else {}
    return {name: shown[name] for name in (STATE, SEEN) if name in shown}


def at_api(client: Client, change: Change, role: str) -> Any:
    """What the API answers."""
    assert isinstance(change.path, str)
    headers = {"if_match": change.tag} if change.tag else {}
    return call(client, change.method, change.path, change.body, **headers)


def is_refused(answer: Any) -> bool:
    """Whether somebody is told that they may not: also by a form that says so beside a field, and of another agent's
    run that there is none."""
    if answer.status_code == 302:
        return str(answer["Location"]).startswith("/admin/login/")
    said = (
        b"You cannot give what you may not",
        b"author_missing",
    )  # of a form, and where nobody would answer for it
    is_foreign = answer.status_code == 404 and "/api/v1/runs/" in answer.wsgi_request.path
    return is_foreign or answer.status_code in (401, 403) or any(words in answer.content for words in said)
