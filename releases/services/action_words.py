"""What each action is in plain words, as a release has it: what a page says that was made of that release."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from types import MappingProxyType

from contracts.action_words import ActionWords, words_in
from contracts.release import ReleaseError, read_actions_of
from releases.models import Release

NOTHING: Mapping[str, ActionWords] = MappingProxyType({})


def action_words(release: int | None) -> Mapping[str, ActionWords]:
    """The words of every action of a release's catalogue, by name, as :class:`contracts.action_words.ActionWords`.

    Nothing where there is no such release, it has no catalogue, or it cannot be read: a page then shows the name alone.
    One narrow query: a release never changes, and its document is read once by a process.
    """
    digest = (
        Release.objects.filter(number=release).values_list("digest", flat=True).first() if release else None
    )
    return _words(release, digest) if release and digest else NOTHING


@lru_cache(maxsize=64)
def _words(release: int, digest: str) -> Mapping[str, ActionWords]:
    """By the digest too: another database may have another release of this number."""
    text = Release.objects.filter(number=release, digest=digest).values_list("text", flat=True).first()
    try:
        return MappingProxyType(words_in(read_actions_of(text or "{}")))
    except ReleaseError:
        return NOTHING
