"""What people say of a release, and whether a channel may go there."""

from __future__ import annotations

from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction

from releases.models import Approval, Channel, ChannelMove, Release, ServingRevision
from releases.services.refusals import MoveRefused
from releases.services.texts import as_line, name_of

Verdict = Approval.Verdict


@transaction.atomic
def say(*, release: Release, person: AbstractBaseUser, verdict: str, note: str = "") -> Approval:
    """Keep what a person says of a release. Their last word counts; approving moves no channel.

    Raises MoveRefused: author_cannot_approve, note_missing, text_unfit.
    """
    verdict = Verdict(verdict)
    ServingRevision.hold()
    note = as_line(note, Approval, "note", MoveRefused)
    if verdict == Verdict.APPROVED and release.author_id == person.pk:
        raise MoveRefused(
            "author_cannot_approve", "Its author cannot approve a release. Someone else has to look at it."
        )
    if verdict != Verdict.APPROVED and not note:
        raise MoveRefused("note_missing", "Say in a note what should change, or why not.")
    said = Approval.objects.create(
        release=release, person_id=person.pk, person_name=name_of(person), verdict=verdict, note=note
    )
    settle_state(release)
    return said


def settle_state(release: Release) -> None:
    """A release that no channel ever went to is rejected as long as somebody says so."""
    states = Release.State
    state = Release.objects.values_list("state", flat=True).get(pk=release.pk)
    if state in (states.PROPOSED, states.REJECTED):
        state = states.REJECTED if is_rejected(release) else states.PROPOSED
        Release.objects.filter(pk=release.pk).update(state=state)
    release.state = state


def last_words(release: Release) -> dict[object, Approval]:
    """What each person said last, by person; one who has no account any more is known by name."""
    return {said.person_id or said.person_name: said for said in release.approvals.all()}


def is_approved(release: Release) -> bool:
    """Whether somebody other than the author approved it, and nobody's last word is against it."""
    words = last_words(release)
    approving = [
        person
        for person, said in words.items()
        if said.verdict == Verdict.APPROVED and person != release.author_id
    ]
    return bool(approving) and len(words) == sum(said.verdict == Verdict.APPROVED for said in words.values())


def is_rejected(release: Release) -> bool:
    """Whether somebody's last word is that it must not go out."""
    return any(said.verdict == Verdict.REJECTED for said in last_words(release).values())


def needs_approval(channel: Channel) -> bool:
    """Whether a channel takes only releases that someone else approved."""
    return bool(settings.REQUIRE_APPROVAL) or channel.is_protected


def may_go(release: Release, channel: Channel) -> str:
    """Why a channel may not go to a release, in words; "" where it may.

    A release that the channel was on before may come back without anybody's approval, so that the way back is
    always open, unless somebody rejected it.
    """
    return objection(release, channel)[1]


def objection(release: Release, channel: Channel) -> tuple[str, str]:
    """The same with the code of the refusal."""
    if is_rejected(release):
        return "rejected", f"Release {release.number} was rejected."
    if not needs_approval(channel) or is_approved(release):
        return "", ""
    if ChannelMove.objects.filter(channel=channel, after=release).exists():
        return "", ""
    return (
        "not_approved",
        f"Release {release.number} waits for the approval of someone other than its author "
        f"before {channel.name} may go there.",
    )
