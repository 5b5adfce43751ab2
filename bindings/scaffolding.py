"""The beginning of a binding or a bindings file: what the registry knows, and nothing made up."""

from collections.abc import Iterable, Sequence

from contracts.decimals import plain
from contracts.documents import AlertingDocument, BindingDocument, BindingsDocument, write_bindings
from contracts.documents.bindings import TimingDocument, TimingsDocument
from contracts.formats.printable import printable
from contracts.rules.bindings import ROLES
from contracts.severity import BINDING_WORD, Severity
from kpis.models import KPI

HEAD = """\
# What {agent} watches and does. The conditions are the registry's own thresholds: move a line only where
# {agent} is to act earlier or later than the registry says, and leave a trigger out to inherit it.
# Name the steps of each binding under "actions"; until then, validation finds a trigger without an action.
# role is one of {roles}.
"""


def proposed_binding(kpi: KPI) -> BindingDocument:
    """A binding of ``kpi`` that acts where the registry's thresholds say so; its actions are still to be named."""
    thresholds = kpi.as_document().risk_thresholds
    triggers = {f"{BINDING_WORD[severity]}_if": row.condition for severity, row in thresholds.items()}
    timing = {
        BINDING_WORD[severity]: TimingDocument(
            for_=row.for_, keep_firing_for=row.keep_firing_for, recover_if=row.recover_if
        )
        for severity, row in thresholds.items()
    }
    alerting = AlertingDocument.model_validate(triggers | {"timing": TimingsDocument.model_validate(timing)})
    return BindingDocument(key=kpi.name, alerting=alerting)


def unwatched() -> list[KPI]:
    """The KPIs in use that no agent watches."""
    return list(KPI.objects.whole().filter(status=KPI.Status.ACTIVE, bindings__isnull=True))


def scaffold(agent: str, kpis: Sequence[KPI]) -> str:
    """A bindings file for ``agent``, valid and with comments; the KPIs come with their thresholds."""
    document = BindingsDocument(agent=agent, kpis_used=[proposed_binding(kpi) for kpi in kpis])
    about = {f"  - key: {kpi.name}": list(comments(kpi)) for kpi in kpis}
    lines = HEAD.format(agent=agent, roles=", ".join(ROLES)).splitlines()
    for line in write_bindings(document).splitlines():
        lines += [f"  # {comment}" for comment in about.get(line, ())]
        lines.append(line)
    return "\n".join(lines) + "\n"


def comments(kpi: KPI) -> Iterable[str]:
    """What to know about a KPI before naming steps, a line each."""
    title = kpi.title or kpi.name
    yield printable(f"{title}, in {kpi.unit.title or kpi.unit.code}{healthy(kpi)}.")
    rows = list(kpi.thresholds.all())
    for row in rows:
        if row.action:
            word = BINDING_WORD[Severity(row.severity)]
            yield printable(f"At {word} the registry recommends {row.action}.")
    if not rows:
        yield "The registry has no threshold for it: give it a trigger, or make it supplementary."


def healthy(kpi: KPI) -> str:
    """The normal range in words, beginning with a semicolon; nothing where there is none."""
    low, high = (None if end is None else plain(end) for end in (kpi.normal_min, kpi.normal_max))
    if low is not None and high is not None:
        return f"; healthy from {low} to {high}"
    if low is not None:
        return f"; healthy from {low} on"
    return f"; healthy up to {high}" if high is not None else ""
