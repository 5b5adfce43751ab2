"""What is to be served, read from the database."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from functools import lru_cache

from django.db.models import QuerySet, TextField
from django.db.models.functions import Cast

from bindings.models import ApiToken
from contracts.yamltree import paused_gc
from releases.models import Channel, Following, Release, ServingRevision
from releases.serving.bodies import Body, Renderer, channel_body, of_agent
from releases.serving.shelf import Bodies, Grant, Pointer, Stock

SERVED = (Release.State.PUBLISHED, Release.State.SUPERSEDED)
"""Nobody reads a release that no channel ever pointed to."""


TokenRow = tuple[int, str, str, str | None, str, datetime | None]
"""Primary key, key, digest, agent's name, scopes as JSON, end."""


class Database:
    """A source that asks the database each time: the way every answer can be had, only slowly."""

    def pointer(self, channel: str) -> Pointer | None:
        """The channel; None where there is none of that name."""
        if "\0" in channel:
            return None
        row = _channels("default").filter(name=channel).first()
        return pointer_of(row) if row else None

    def followed(self, agent: str) -> str:
        """The channel that the agent follows; "" where nobody chose one."""
        rows = Following.objects.filter(agent__name=agent).values_list("channel__name", flat=True)
        return rows.first() or "" if "\0" not in agent else ""

    def has(self, number: int) -> bool:
        """Whether agents may read this release."""
        return Release.objects.filter(number=number, state__in=SERVED).exists()

    def body(self, number: int, address: str) -> Body | None:
        """What the release serves there."""
        digest: str = Release.objects.values_list("digest", flat=True).get(number=number)
        return _renderer(number, digest).body(address)

    def agents(self, number: int) -> list[str]:
        """The names of the agents that the release serves."""
        digest: str = Release.objects.values_list("digest", flat=True).get(number=number)
        return _renderer(number, digest).agents


@lru_cache(maxsize=1)
def _renderer(number: int, digest: str) -> Renderer:
    """Of one release, which never changes; the digest tells databases apart."""
    return Renderer(Release.objects.get(number=number, digest=digest).as_pieces())


def pointer_of(channel: Channel) -> Pointer:
    """A channel as it is served."""
    return Pointer(channel.release.number if channel.release else None, channel_body(channel))


def read_token_rows(using: str) -> list[TokenRow]:
    """Every usable token as the database has it; scopes are JSON text.

    Whoever looks often compares these with what was there before, and rarely has to make grants of them.
    """
    tokens = ApiToken.objects.using(using).usable().order_by("pk")
    scopes = Cast("scopes", TextField())
    return list(tokens.values_list("pk", "key", "digest", "agent__name", scopes, "expires"))


def grants_of(rows: Iterable[TokenRow]) -> dict[str, Grant]:
    """The tokens by their keys."""
    return {
        key: Grant(
            pk,
            key,
            digest,
            agent or "",
            tuple(json.loads(scopes)),
            expires.timestamp() if expires else math.inf,
        )
        for pk, key, digest, agent, scopes, expires in rows
    }


def read_stock(using: str, before: Stock | None, pinned: Iterable[int]) -> Stock:
    """What there is to read: the releases of all channels, and those ``pinned``.

    ``before`` is kept if nothing changed; releases it has are not rendered again.
    """
    revision = ServingRevision.current(using)
    channels = list(_channels(using))
    pointers = {channel.name: pointer_of(channel) for channel in channels}
    rows = Following.objects.using(using).values_list("agent__name", "channel__name")
    following = dict(rows.order_by("agent__name"))
    digests = {one.release.number: one.release.digest for one in channels if one.release}
    others = Release.objects.using(using).filter(number__in=list(pinned), state__in=SERVED)
    digests |= dict(others.values_list("number", "digest"))
    if before and (pointers, following, digests) == (before.pointers, before.following, before.digests):
        return before if revision <= before.revision else _renewed(before, revision)
    releases, prints = _releases(using, before, digests)
    return Stock(revision, pointers, following, releases, digests, prints)


def _renewed(before: Stock, revision: int) -> Stock:
    return replace(before, revision=revision)


def _channels(using: str) -> QuerySet[Channel]:
    rows = Channel.objects.using(using).select_related("release")
    return rows.only(
        "name", "is_protected", "revision", "moved", "moved_by", "release__number", "release__digest"
    )


def _releases(
    using: str, before: Stock | None, digests: Mapping[int, str]
) -> tuple[dict[int, Bodies], dict[str, Mapping[str, str]]]:
    """The bodies of each release, and the prints of its agents by its digest. What two releases have in common is
    rendered once, and kept once."""
    known = {before.digests[number]: bodies for number, bodies in before.releases.items()} if before else {}
    prints = {digest: before.prints.get(digest, {}) for digest in known} if before else {}
    shared = {
        (body.content_type, body.plain.data): body for bodies in known.values() for body in bodies.values()
    }
    for number, digest in digests.items():
        if digest not in known:
            with paused_gc():
                pieces = Release.objects.using(using).get(number=number).as_pieces()
                rendered = Renderer(pieces).all(_by_print(known, prints))
            prints[digest] = pieces.prints
            known[digest] = {
                address: shared.setdefault((body.content_type, body.plain.data), body)
                for address, body in rendered.items()
            }
    kept = set(digests.values())
    found = {number: known[digest] for number, digest in digests.items()}
    return found, {digest: own for digest, own in prints.items() if digest in kept}


def _by_print(
    known: Mapping[str, Bodies], prints: Mapping[str, Mapping[str, str]]
) -> dict[str, dict[str, Body]]:
    """What agents are served by releases that were rendered before, by the print of what it was made of."""
    return {
        own: {address: body for address in of_agent(agent) if (body := known[digest].get(address))}
        for digest, agents in prints.items()
        for agent, own in agents.items()
    }
