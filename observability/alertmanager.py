"""Alertmanager's configuration: who is told, together with what, and what mutes what (docs/alertmanager.md)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from contracts.documents.registry import Status
from contracts.release import ReleaseDocument
from contracts.yamltree import YamlError, read_yaml, resolve
from contracts.yamlwriter import write_yaml
from observability.alert_rule import MISSING_DATA
from observability.options import ExportOptions, Files
from observability.rule_files import header

PATH: Final = "alertmanager/alertmanager.yml"
PERSON: Final = ("agent", "kpi", "user_id")
GROUP_BY: Final = ["alertname", *PERSON]
INBOX, URGENT = "inbox", "urgent"
SYMPTOMS: Final = (
    "AurenIngestStopped",
    "AurenJobSilent",
    "AurenNoTraffic",
    "AurenScheduleSilent",
    "AurenServerDown",
    "AurenSlowRequests",
    "AurenSnapshotOld",
)
"""What is no news while the whole service is down."""

Plain = dict[str, Any]


class ReceiversError(ValueError):
    """A site's file of receivers cannot be used; the message says why."""


@dataclass(frozen=True, slots=True)
class Site:
    """What a site says about how people are reached: receivers by name, and Alertmanager's ``global`` part."""

    receivers: Mapping[str, Plain]
    settings: Plain

    @classmethod
    def of(cls, text: str) -> Site:
        """From YAML: a mapping with ``receivers`` and ``global``, both as Alertmanager has them.

        Raises ReceiversError.
        """
        try:
            data = resolve(read_yaml(text).root) if text.strip() else {}
        except YamlError as error:
            raise ReceiversError(f"The receivers cannot be read: {error}") from error
        if not isinstance(data, dict) or data.keys() - {"global", "receivers"}:
            raise ReceiversError(
                "The receivers are in a mapping with the keys receivers and global, and no others."
            )
        receivers, settings = data.get("receivers") or [], data.get("global") or {}
        if not isinstance(receivers, list) or not isinstance(settings, dict):
            raise ReceiversError("receivers is a list, global a mapping.")
        found: dict[str, Plain] = {}
        for one in receivers:
            name = one.get("name") if isinstance(one, dict) else None
            if not isinstance(name, str) or name in found:
                raise ReceiversError("Each receiver has a name of its own.")
            found[name] = one
        return cls(found, settings)

    def receiver(self, name: str) -> Plain:
        """Who is not reached otherwise is reached as everybody is, and urgently as in the inbox."""
        for other in (name, name.split(" ")[0], INBOX):
            if other in self.receivers:
                return self.receivers[other] | {"name": name}
        return {"name": name}


def alertmanager_files(document: ReleaseDocument, options: ExportOptions) -> Files:
    """The one file. Raises ReceiversError."""
    site = Site.of(options.receivers)
    owners = owners_of(document)
    names = list(receiver_names(owners))
    data: Plain = {
        "route": route(owners),
        "inhibit_rules": list(inhibitions()),
        "receivers": [site.receiver(name) for name in names],
    }
    if site.settings:
        data = {"global": site.settings} | data
    return {PATH: header(options, _notes(names, site)) + write_yaml(data)}


def owners_of(document: ReleaseDocument) -> list[str]:
    """Everybody who owns an active KPI, by name."""
    return sorted({kpi.owner for kpi in document.registry.kpis if kpi.owner and kpi.status is Status.ACTIVE})


def receiver_names(owners: list[str]) -> Iterator[str]:
    """An inbox and an urgent place for each owner, for the service itself, and for what has no owner."""
    for place in ("", " service", *(f" owner {owner}" for owner in owners)):
        yield f"{INBOX}{place}"
        yield f"{URGENT}{place}"


def route(owners: list[str]) -> Plain:
    """By owner, then by severity. A person's alert is a notification of its own: one group for each."""
    routes = [
        _place(" service", matcher("service", "auren")) | {"group_by": ["alertname", "instance"]},
        *(_place(f" owner {owner}", matcher("owner", owner)) for owner in owners),
    ]
    return {
        "receiver": INBOX,
        "group_by": GROUP_BY,
        "group_wait": "30s",
        "group_interval": "5m",
        "repeat_interval": "12h",
        "routes": [*routes, *_by_severity("")],
    }


def _place(place: str, which: str) -> Plain:
    return {"matchers": [which], "receiver": f"{INBOX}{place}", "routes": _by_severity(place)}


def _by_severity(place: str) -> list[Plain]:
    """A warning goes on to the inbox by itself. Who is critical is told at once, and again after an hour."""
    return [
        {
            "matchers": [matcher("severity", "critical")],
            "receiver": f"{URGENT}{place}",
            "group_wait": "10s",
            "repeat_interval": "1h",
        },
        {
            "matchers": [f'severity=~"info|{MISSING_DATA}"'],
            "receiver": f"{INBOX}{place}",
            "repeat_interval": "1d",
        },
    ]


def inhibitions() -> Iterator[Plain]:
    """What mutes what. Labels that neither alert has count as equal: sources have a KPI, or are of the service.

    https://prometheus.io/docs/alerting/latest/configuration/#inhibition-related-settings
    """
    people = ['kpi!=""']
    yield _mutes(['severity="critical"', *people], ['severity=~"warning|info"'], PERSON)
    yield _mutes(['severity="warning"', *people], ['severity="info"'], PERSON)
    own = 'service="auren"'
    yield _mutes(
        ['severity="critical"', own], ['severity="warning"', own], ("alertname", "instance", "mountpoint")
    )
    # The scrape job auren_process tells nothing of people.
    down = ['alertname="AurenServiceDown"', 'job!="auren_process"']
    yield _mutes(down, [matcher("severity", MISSING_DATA)])
    yield _mutes(['alertname="AurenServiceDown"'], [f'alertname=~"{"|".join(SYMPTOMS)}"'])
    yield _mutes(['alertname="AurenScheduleSilent"'], ['alertname="AurenJobSilent"'])
    yield _mutes(['alertname="AurenCollectorDown"'], ['alertname="AurenCollectorDropping"'], ("instance",))
    yield _mutes(['alertname="AurenIngestStopped"'], [matcher("severity", MISSING_DATA)], ("agent",))


def _mutes(source: list[str], target: list[str], equal: tuple[str, ...] = ()) -> Plain:
    rule: Plain = {"source_matchers": source, "target_matchers": target}
    return rule | ({"equal": list(equal)} if equal else {})


def matcher(label: str, value: str) -> str:
    """``label="value"`` as every version of Alertmanager reads it: it knows three escapes, and takes all else as it is.

    https://prometheus.io/docs/alerting/latest/configuration/#matcher
    """
    quoted = value.replace("\\", r"\\").replace('"', r"\"").replace("\n", r"\n")
    return f'{label}="{quoted}"'


def _notes(names: list[str], site: Site) -> Iterator[str]:
    if silent := [name for name in names if len(site.receiver(name)) < 2]:
        yield f"Receivers that reach nobody yet: {', '.join(silent)}. See docs/alertmanager.md."
    if unknown := [name for name in site.receivers if name not in names]:
        yield f"No route leads to: {', '.join(unknown)}."
