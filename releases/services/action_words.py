"""What each action is in plain words, as a release has it: what a page says that was made of that release."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Final

from contracts.action_words import ActionWords, words_in
from contracts.release import ReleaseError, read_actions_of
from releases.models import Release

Words = Mapping[str, ActionWords]
NOTHING: Words = MappingProxyType({})
LARGEST: Final = 2**31 - 1
HELD: Final = 64
"""Releases whose words a process keeps, those that were read last."""
_held: dict[tuple[int, str], Words] = {}
"""By the digest too: another database may have another release of this number."""


def action_words(release: int | None) -> Words:
    """The words of every action of a release's catalogue, by name, as :class:`contracts.action_words.ActionWords`.

    Nothing where there is no such release, it has no catalogue, or it cannot be read: a page then shows the name alone.
    One narrow query: a release never changes, and its document is read once by a process.
    """
    return action_words_of([release] if release else []).get(release or 0, NOTHING)


def action_words_of(releases: Iterable[int]) -> dict[int, Words]:
    """The same of several releases, by number; of those that there are. One narrow query; one more, and a few for each
    release that this process has not read yet."""
    wanted = {number for number in releases if 0 < number <= LARGEST}
    if not wanted:
        return {}
    digests = dict(Release.objects.filter(number__in=wanted).values_list("number", "digest").order_by())
    known = {number: _held.get((number, digest)) for number, digest in digests.items()}
    found = {number: held for number, held in known.items() if held is not None}
    missing = [number for number in digests if number not in found]
    for release in Release.objects.filter(number__in=missing) if missing else ():
        found[release.number] = _held[release.number, release.digest] = _read(release)
    for key in list(_held)[:-HELD]:
        _held.pop(key, None)
    return found


def _read(release: Release) -> Words:
    try:
        return MappingProxyType(words_in(read_actions_of(release.text)))
    except ReleaseError:
        return NOTHING
