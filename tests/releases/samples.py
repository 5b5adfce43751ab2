"""What tests of releases start from: people, and a registry that is edited and published."""

from typing import Any

from django.contrib.auth.models import User

from bindings import services as agents
from bindings.models import Agent, Binding
from contracts.documents import BindingsDocument, RosterAgent
from kpis.models import KPI, Revision, Threshold
from kpis.services import record, replace
from releases import services
from releases.models import Release
from releases.services import Published
from tests.kpis.conftest import changed


def edit(condition: str = "< 25", name: str = "hrv_rmssd") -> KPI:
    """Have the KPI's critical threshold begin somewhere else, as the form would."""
    kpi = KPI.objects.get(name=name)
    Threshold.objects.filter(kpi=kpi, severity="critical").update(condition=condition)
    record(kpi=KPI.objects.whole().get(pk=kpi.pk), author=None, source=Revision.Source.ADMIN)
    return kpi


def spoil() -> None:
    """Give the registry an error: no unit of that kind is in a name of this metric."""
    KPI.objects.filter(name="hrv_rmssd").update(prometheus_metric="auren_hrv_rmssd_total")


def publish(message: str = "Because.", **options: Any) -> Published:
    """Publish as nobody in particular; warnings are accepted."""
    return services.publish(**{"author": None, "message": message, "accepted": "Known."} | options)


def released(condition: str = "", **options: Any) -> Release:
    """Edit, if a condition is given, and publish."""
    if condition:
        edit(condition)
    done = publish(**options)
    assert done.created
    return done.release


def add_kpi(name: str, **parts: Any) -> KPI:
    """One more KPI at the end of the registry."""
    kpi = KPI(position=KPI.objects.count())
    document = changed(**{"name": name, "prometheus_metric": f"auren_{name}_ms"} | parts)
    replace(kpi=kpi, document=document, author=None, source=Revision.Source.ADMIN)
    return kpi


def add_agent(name: str, *kpis: str) -> Agent:
    """One more agent, which watches these KPIs."""
    agent = Agent(name=name)
    rows = [
        {"key": key, "alerting": {"risk_if": "< 22", "actions": [{"name": "rest_today"}]}} for key in kpis
    ]
    agents.replace_agent(
        agent=agent,
        document=BindingsDocument.model_validate({"agent": name, "kpis_used": rows}),
        roster_entry=RosterAgent(status="beta", role="Helps"),
        author=None,
        source=Revision.Source.ADMIN,
    )
    return agent


def person(name: str, **options: Any) -> User:
    """Somebody with an account."""
    return User.objects.create_user(name, is_staff=True, **options)


def delete_kpi(name: str) -> None:
    """Delete a KPI with the bindings that watch it."""
    Binding.objects.filter(kpi__name=name).delete()
    KPI.objects.get(name=name).delete()
