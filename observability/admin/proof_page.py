"""Proof cards in the admin: one page for each KPI of a release or of the working copy, to look at and to print."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import reverse
from pydantic import ValidationError

from contracts.release import ReleaseDocument
from observability.defaults import default_options
from observability.noise import TriggerNoise
from observability.noise_figure import Figure, figure_of
from observability.proof.card import ProofCard, proof_cards
from observability.proof.telling import BASES, moment, rows, sentence
from releases.admin.pages import page_context, require
from releases.models import Release
from releases.services import working_copy
from rest.concurrency import expensive_page
from telemetry.backtest.questions import USUAL_DAYS
from telemetry.backtest.view import PERMISSION
from telemetry.backtest.words import counted, people


@dataclass(frozen=True, slots=True)
class ShownCard:
    """A proof card as the page draws it."""

    card: ProofCard
    backtest: str

    @property
    def sentence(self) -> str:
        """When the agent acts, as a sentence."""
        return sentence(self.card)

    @property
    def rows(self) -> list[tuple[str, str, str]]:
        """Each value beside a boundary, what the agent does and Grafana's colour."""
        return list(rows(self.card))

    @property
    def moments(self) -> list[str]:
        """When an episode begins and ends, to the second."""
        return [moment(one) for one in self.card.witnesses.times]

    @property
    def basis(self) -> str:
        """What the alert rule stands on."""
        return BASES[self.card.basis]

    @property
    def tests(self) -> list[tuple[str, str]]:
        """Name and text of what promtool runs."""
        return [
            (path.rpartition("/")[2], text) for path, text in self.card.files.items() if "/tests/" in path
        ]


def proof_view(request: HttpRequest, number: int | None = None) -> HttpResponse:
    """The cards of the KPI that was chosen, and the list of those there are."""
    require(request, "releases.view_release")
    document = _document(number)
    names = _names(document) if document else []
    asked = request.GET.get("kpi", "")
    chosen = asked if asked in names else names[0] if names else ""
    cards = proof_cards(document, default_options(number or 0), chosen) if document and chosen else []
    figure = (
        figure_of(only(document, chosen))
        if document and cards and request.user.has_perm(PERMISSION)
        else None
    )
    of = f"release {number}" if number else "the working copy"
    context: dict[str, Any] = page_context(admin.site, request, Release, f"Proof cards of {of}") | {
        "number": number,
        "is_readable": document is not None,
        "names": names,
        "unknown": asked if asked and asked != chosen else "",
        "chosen": chosen,
        "title_of_kpi": cards[0].title if cards else chosen,
        "cards": [ShownCard(card, _backtest(card, figure)) for card in cards],
        "page_url": address(number),
        "files_url": reverse("observability_release", args=[number])
        if number
        else reverse("observability_working_copy"),
        "command": f"manage.py registry prove {chosen}" + (f" --release {number}" if number else ""),
    }
    return TemplateResponse(request, "admin/observability/proof.html", context)


def address(number: int | None) -> str:
    """Of the page of a release, or of the working copy."""
    return (
        reverse("observability_release_proof", args=[number])
        if number
        else reverse("observability_working_copy_proof")
    )


def only(document: ReleaseDocument, kpi: str) -> ReleaseDocument:
    """One KPI with whoever watches it: as much as its own noise depends on."""
    registry = document.registry.model_copy(
        update={"kpis": [one for one in document.registry.kpis if one.name == kpi]}
    )
    bindings = {
        name: one.model_copy(update={"kpis_used": [row for row in one.kpis_used if row.key == kpi]})
        for name, one in document.bindings.items()
    }
    return ReleaseDocument(registry, document.roster, bindings, document.codes)


def _document(number: int | None) -> ReleaseDocument | None:
    """What the cards are of; None where the working copy cannot be read as a whole."""
    if number is not None:
        return get_object_or_404(Release.objects.light(), number=number).as_document()
    try:
        return working_copy()
    except ValidationError:
        return None


def _names(document: ReleaseDocument) -> list[str]:
    """The KPIs that some agent watches, in the registry's order."""
    watched = {row.key for one in document.bindings.values() for row in one.kpis_used if row.enabled}
    return [kpi.name for kpi in document.registry.kpis if kpi.name in watched]


def _backtest(card: ProofCard, figure: Figure | None) -> str:
    """What would have come of it over the last days, in words."""
    if figure is None:
        return ""
    if figure.is_working:
        return "The stored values are still being evaluated; look again in a moment."
    found = next(_of_card(card, figure.noise or ()), None)
    if found is None:
        return f"Nothing was measured in the last {USUAL_DAYS} days that could tell."
    if not found.alerts:
        return f"In the last {USUAL_DAYS} days it would not have begun once."
    times = counted(found.alerts, "time")
    return f"In the last {USUAL_DAYS} days it would have begun {times}, for {people(found.people)}."


def _of_card(card: ProofCard, noise: Sequence[Any]) -> Iterator[TriggerNoise]:
    return (
        one
        for kpi in noise
        if kpi.people
        for one in kpi.triggers
        if (one.agent, one.severity) == (card.agent, card.severity)
    )


PROOF_PAGE = admin.site.admin_view(expensive_page(proof_view))
