"""What is released, and what would be: documents of the working copy, of channels and of releases."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict

from bindings.action_catalogue import catalogue_document
from bindings.documents import Contract
from bindings.loading import Outline, agents_in_pieces
from bindings.models import Agent, Roster
from contracts.diff import Change
from contracts.documents import KpiDocument, RegistryDocument, RosterDocument
from contracts.release import EMPTY, ReleaseDocument, diff_releases
from contracts.units import STANDARD_UNITS
from contracts.yamltree import paused_gc
from kpis.models import KPI, RegistrySettings, Unit
from releases.models import Channel, Release
from releases.models.channel import PRODUCTION
from releases.services.refusals import MoveRefused

Side = Release | Channel | ReleaseDocument | None
"""One side of a comparison; a channel without a release, and None, have nothing in them."""


def working_copy() -> ReleaseDocument:
    """The whole working copy; sixteen queries, and four more for each further thousand bindings.

    Raises pydantic's error where a row holds what no document can hold, such as a control character.
    """
    with paused_gc():
        kpis = [kpi.as_document() for kpi in KPI.objects.whole()]
        return assembled(kpis, list(_contracts()))


def _contracts() -> Iterator[tuple[Agent, Contract]]:
    """Every agent with its contract; no more than a piece of its rows is held."""
    for piece in agents_in_pieces(Outline.read()):
        for agent in piece:
            yield agent, Contract.of(agent)
            agent.draft_bindings = agent.draft_hand_offs = None


def assembled(kpis: list[KpiDocument], contracts: list[tuple[Agent, Contract]]) -> ReleaseDocument:
    """The working copy with these KPIs and agents, which were read already. Raises the same."""
    units = sorted((unit.as_spec() for unit in Unit.objects.all()), key=lambda unit: unit.code)
    own = [asdict(unit) for unit in units if STANDARD_UNITS.get(unit.code) != unit]
    settings = RegistrySettings.current().as_data()
    registry = RegistryDocument.model_validate(settings | {"units": own, "kpis": []})
    roster = RosterDocument.model_validate(Roster.current().as_data() | {"agents": {}})
    return ReleaseDocument(
        registry.model_copy(update={"kpis": kpis}),
        roster.model_copy(update={"agents": {agent.name: whole.entry for agent, whole in contracts}}),
        {agent.name: whole.bindings for agent, whole in contracts if whole.has_file},
        {agent.name: agent.code for agent, _ in contracts},
        catalogue_document(),
    )


def latest(channel: str = PRODUCTION) -> Release | None:
    """What a channel points to; None where it points nowhere, or there is no such channel."""
    return Release.objects.filter(channels__name=channel).first()


def release_numbered(number: int) -> Release:
    """A release by its number. Raises MoveRefused, unknown_release."""
    found = Release.objects.filter(number=number).first() if 0 < number < 2**31 else None
    if found is None:
        raise MoveRefused("unknown_release", f"There is no release {number}.")
    return found


def channel_named(name: str) -> Channel:
    """A channel with its release. Raises MoveRefused, no_channel, naming those there are."""
    found = Channel.objects.select_related("release").filter(name=name).first() if "\0" not in name else None
    if found is None:
        names = ", ".join(Channel.objects.values_list("name", flat=True)[:20])
        raise MoveRefused(
            "no_channel",
            f"There is no channel of this name. There {'are' if ',' in names else 'is'}: {names}.",
        )
    return found


def document_of(side: Side) -> ReleaseDocument:
    """What a release, or the release of a channel, says. Raises ReleaseError where it cannot be read."""
    if isinstance(side, Channel):
        side = side.release
    if isinstance(side, Release):
        return side.as_document()
    return EMPTY if side is None else side


def compare(before: Side, after: Side) -> list[Change]:
    """What is different in ``after``, in words."""
    return diff_releases(document_of(before), document_of(after))
