"""A contract with every kind of trigger, and observations of it."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson

from bindings.models import Agent
from contracts.evaluation import SECOND, micros
from kpis.models import RegistrySettings
from releases.models import Release
from telemetry import contracts_now, models
from telemetry.ingest import report
from tests.bindings.samples import document, make_agent, make_ln_rmssd, replace
from tests.kpis.conftest import make
from tests.releases.samples import publish

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
"""When these tests take place."""
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
USER = "u-1"
KPIS_USED: list[dict[str, Any]] = [
    {
        "key": "hrv_rmssd",
        "role": "primary_signal",
        "alerting": {
            "risk_if": "< 25",
            "actions": [{"name": "reduce_training_intensity"}, {"name": "trigger_somnos_review"}],
        },
    },
    {
        "key": "ln_rmssd",
        "role": "trend_check",
        "alerting": {"caution_if_drop_pct": ">= 10 over 7d", "actions": [{"name": "flag_cns_fatigue"}]},
    },
    {
        "key": "hrv_guarded",
        "role": "supplementary",
        "condition": "is_resting == true",
        "alerting": {"risk_if": "< 25", "actions": [{"name": "rest_today"}]},
    },
    {
        "key": "hrv_patient",
        "role": "supplementary",
        "alerting": {
            "risk_if": "< 25",
            "timing": {"risk": {"for": "10m"}},
            "actions": [{"name": "rest_today"}],
        },
    },
    {
        "key": "hrv_old",
        "role": "supplementary",
        "alerting": {"risk_if": "< 25", "actions": [{"name": "rest_today"}]},
    },
]


def publish_contract() -> Release:
    """NEUROS with a trigger of each kind; a KPI that is no longer in use, and one that nobody watches."""
    make()
    make_ln_rmssd()
    for name in ("hrv_guarded", "hrv_patient", "hrv_free"):
        make(name=name, title=name, prometheus_metric=f"auren_{name}_ms", risk_thresholds={})
    make(name="hrv_old", title="Old", prometheus_metric="auren_hrv_old_ms", status="deprecated")
    make_agent("SOMNOS")
    replace(Agent(name="NEUROS"), document(kpis_used=KPIS_USED))
    return publish().release


def make_settings() -> None:
    """What the registry says of itself, for tests with transactions of their own."""
    RegistrySettings.objects.update_or_create(pk=1, defaults={"labels": ["user_id", "measurement_source"]})


def publish_with_settings() -> Release:
    """The contract of :func:`publish_contract` in a registry that has no settings yet."""
    make_settings()
    return publish_contract()


def iso(at: datetime) -> str:
    return at.isoformat().replace("+00:00", "Z")


def observation(value: Any = 50, at: datetime = NOW, **parts: Any) -> dict[str, Any]:
    """One of NEUROS; a part that is None is left out."""
    whole = {"kpi": "hrv_rmssd", "value": value, "at": iso(at), "user_id": USER, "measurement_source": "band"}
    return {key: part for key, part in (whole | parts).items() if part is not None}


def told(*items: Any, agent: str = "NEUROS", now: datetime = NOW, strict: bool = False) -> dict[str, Any]:
    """The answer to a batch."""
    body = json.dumps(list(items)).encode()
    found: dict[str, Any] = orjson.loads(report(body, agent=agent, now=micros(now), strict=strict))
    return found


def results(*items: Any, **options: Any) -> list[str]:
    """A word for each."""
    found: list[str] = told(*items, **options)["results"]
    return found


def state(*items: Any, **options: Any) -> dict[str, Any]:
    """The only state that a batch touches."""
    (found,) = told(*items, **options)["states"]
    return dict(found)


def rows() -> dict[str, int]:
    """How many there are of everything that is measured."""
    kept = (
        models.Subject,
        models.Series,
        models.Observation,
        models.Standing,
        models.Transition,
        models.Batch,
    )
    return {model.__name__: model.objects.count() for model in (*kept, models.Correction)}


def history(kpi: str = "hrv_rmssd") -> list[tuple[int, float]]:
    """What is stored of a KPI, in seconds before now."""
    found = models.Observation.objects.filter(series__kpi=kpi).order_by("at").values_list("at", "value")
    return [((micros(NOW) - at) // SECOND, value) for at, value in found]


def latest(kpi: str = "hrv_rmssd") -> float:
    return models.Series.objects.get(kpi=kpi).value


def moves(kpi: str = "hrv_rmssd") -> list[tuple[int, int, str]]:
    """The transitions that stand: from, to and why."""
    found = models.Transition.objects.standing().filter(kpi=kpi).order_by("at", "pk")
    return list(found.values_list("before", "after", "cause"))


def publish_alerting(kpi: str, alerting: dict[str, object]) -> int:
    """Publish other triggers of NEUROS for a KPI; the release's number."""
    used = [one | {"alerting": one["alerting"] | alerting} if one["key"] == kpi else one for one in KPIS_USED]
    replace(Agent.objects.get(name="NEUROS"), document(kpis_used=used))
    number = publish().release.number
    contracts_now.forget()
    return number
