"""Releases and channels as sides of a comparison and as what is exported."""

from contracts.commands.base import CannotRun
from contracts.commands.sides import DATABASE, PLACES, USUAL, WORDS, Found, Place, side_of
from contracts.findings import EXIT_USAGE
from contracts.loading import TreeError
from contracts.texts import unfit_character
from releases.models import Channel, Release
from releases.models.channel import PRODUCTION
from releases.services import working_copy


def release_of(text: str) -> Release:
    """The release of this number. Raises TreeError."""
    digits = text.strip()
    if not (digits.isascii() and digits.isdigit() and len(digits) < 10):
        raise TreeError("A release is named by its number, such as 3.", EXIT_USAGE)
    found = Release.objects.filter(number=int(digits)).first()
    if found is None:
        last = Release.objects.values_list("number", flat=True).first()
        told = f"There are releases 1 to {last:,}." if last else "Nothing was published so far."
        raise TreeError(f"There is no release {int(digits)}. {told}", EXIT_USAGE)
    return found


def channel_of(name: str) -> Channel:
    """The channel of this name with its release. Raises TreeError."""
    rows = Channel.objects.select_related("release")
    found = None if unfit_character(name) else rows.filter(name=name).first()
    if found is None:
        names = ", ".join(Channel.objects.values_list("name", flat=True)) or "none"
        raise TreeError(f"There is no channel of this name. Channels: {names}.", EXIT_USAGE)
    return found


def released(number: str) -> Found:
    """What was released under this number."""
    return found_in(release_of(number))


def followed(name: str) -> Found:
    """What those who follow this channel get. Raises CannotRun where that is nothing yet."""
    channel = channel_of(name)
    if channel.release is None:
        raise CannotRun(f"The channel {name} has no release yet. `registry publish` gives it one.")
    return found_in(channel.release)


def found_in(release: Release) -> Found:
    """A release as what is found in a place."""
    return Found(release.as_document(), release.number)


PLACES["release"] = Place("release", "N", "release N", released)
PLACES["channel"] = Place("channel", "C", "the release that channel C points to", followed)
WORDS[DATABASE] = lambda: side_of(working_copy())
USUAL[:] = [f"channel:{PRODUCTION}"]
