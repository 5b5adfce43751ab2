"""Rules about where a KPI comes from and what comes after it: references, status, successor."""

from __future__ import annotations

import re
from collections.abc import Iterator

from contracts.catalogue import Problem, kpi_rule
from contracts.context import MANY, RegistryContext
from contracts.naming import fold
from contracts.rules.words import quoted
from contracts.spec import KpiSpec

ALLOWED_SCHEMES = frozenset({"http", "https", "doi"})
# A scheme ends in a colon with something behind it: "Walker: Why we sleep" is a citation. Behind a script's
# scheme a browser also takes blanks.
_SCHEME = re.compile(r"([a-z][a-z0-9+.-]*):", re.IGNORECASE)
_SCRIPT_SCHEMES = frozenset({"javascript", "vbscript", "data", "file", "blob"})
# Browsers skip these anywhere in a link's scheme: https://url.spec.whatwg.org/#url-parsing
_SKIPPED = re.compile("[\x00-\x20\x7f-\xa0\u200b-\u200f\u2028-\u202e\ufeff]+")


@kpi_rule(
    "KPI050",
    "scheme_not_allowed",
    "error",
    title="Reference is not a safe link",
    example="references: ['javascript:alert(1)']",
)
def references_are_safe(kpi: KpiSpec, context: RegistryContext) -> Iterator[Problem]:
    """References are shown as links. A link that runs a script or opens a file would do so for every
    colleague."""
    for index, reference in enumerate(kpi.document.references):
        scheme = scheme_of(reference)
        if scheme and scheme not in ALLOWED_SCHEMES:
            yield Problem(
                ("references", index),
                f"This kind of link is not allowed: {quoted(scheme + ':')}.",
                "Link to http, https or doi, or write the source out in words.",
            )


def scheme_of(reference: str) -> str:
    """The URL scheme a browser would see at the beginning of a text, small letters, or "" for plain words."""
    visible = _SKIPPED.sub("", reference)
    match = _SCHEME.match(visible)
    if not match:
        return ""
    scheme = match[1].lower()
    if scheme in _SCRIPT_SCHEMES or not re.match(r"[^:]*:\s", reference.strip()):
        return scheme
    return ""


@kpi_rule(
    "KPI051",
    "successor_unusable",
    "error",
    title="Successor cannot be used",
    example="{status: deprecated, successor: heart_rate_at_rest}",
)
def successor_can_be_used(kpi: KpiSpec, context: RegistryContext) -> Iterator[Problem]:
    """Whoever uses a deprecated KPI is sent to its successor, which therefore has to exist and be in use."""
    successor = kpi.document.successor
    if not successor:
        return
    if fold(successor) == kpi.folded:
        yield Problem(("successor",), "A KPI cannot be its own successor.", "Name another one, or none.")
        return
    known = context.names.get(fold(successor), ())[:MANY]
    if not any(other.name == successor for other in known):
        question = context.near_names.question(successor) or "Name a KPI that is there."
        yield Problem(("successor",), f"The successor {quoted(successor)} is not in the registry.", question)
    elif all(other.status == "deprecated" for other in known):
        yield Problem(
            ("successor",),
            f"The successor {quoted(successor)} is deprecated itself.",
            "Name the KPI that is in use.",
        )


@kpi_rule(
    "KPI052",
    "successor_missing",
    "note",
    title="Deprecated without a successor",
    example="status: deprecated",
)
def deprecated_has_a_successor(kpi: KpiSpec, context: RegistryContext) -> Iterator[Problem]:
    """Those who still use a deprecated KPI want to know what to use instead."""
    if kpi.document.status == "deprecated" and not kpi.document.successor:
        yield Problem(("status",), "Nothing says what to use instead.", "Name a successor, if there is one.")


@kpi_rule(
    "KPI053",
    "successor_unexpected",
    "note",
    title="Successor of a KPI in use",
    example="""
        kpis:
          - {name: hr, title: Pulse, unit: bpm, prometheus_metric: auren_hr_bpm, successor: night_hr}
          - {name: night_hr, title: Pulse at night, unit: bpm, prometheus_metric: auren_night_hr_bpm}
        """,
)
def only_deprecated_have_successors(kpi: KpiSpec, context: RegistryContext) -> Iterator[Problem]:
    """A successor says what to use instead, which only makes sense once a KPI is not to be used any more."""
    if kpi.document.successor and kpi.document.status != "deprecated":
        yield Problem(
            ("successor",),
            f"A successor is named, but the KPI is {kpi.document.status.value}.",
            "Deprecate it, or leave the successor out.",
        )
