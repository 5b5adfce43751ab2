"""What people say of a release, and whether a channel may go there."""

from __future__ import annotations

from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction

from releases.models import Approval, Channel, Release
from releases.services import guarding
from releases.services.guarding import needs_approval
from releases.services.people import known_person
from releases.services.refusals import MoveRefused
from releases.services.texts import as_line, name_of

Verdict = Approval.Verdict


@transaction.atomic
def say(*, release: Release, person: AbstractBaseUser, verdict: str, note: str = "") -> Approval:
    """Keep what a person says of a release. Their last word counts; approving moves no channel.

    Raises MoveRefused: author_cannot_approve, note_missing, unknown_person, text_unfit.
    """
    verdict = Verdict(verdict)
    guarding.take_turn()
    known = known_person(person)
    note = as_line(note, Approval, "note", MoveRefused)
    if verdict == Verdict.APPROVED and known.pk in makers(release):
        raise MoveRefused(
            "author_cannot_approve",
            "A release cannot be approved by its author. Someone else has to review it.",
        )
    if verdict != Verdict.APPROVED and not note:
        raise MoveRefused("note_missing", "Say in a note what should change, or why it is rejected.")
    said = Approval.objects.create(
        release=release,
        person_id=known.pk,
        person_account=known.pk,
        person_name=name_of(known),
        verdict=verdict,
        note=note,
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
    """What each person said last, by account; one whose account was never kept is known by name."""
    return {said.person_account or said.person_name: said for said in release.approvals.all()}


def makers(release: Release) -> set[int | None]:
    """The accounts of whoever made this release, or one of the very same content before; None is unknown."""
    same = Release.objects.filter(digest=release.digest, number__lte=release.number)
    return set(same.order_by().values_list("author_account", flat=True))


def approvers(release: Release) -> list[Approval]:
    """The approvals that count: last words of people who are known and did not make it."""
    made_by = makers(release)
    return [
        said
        for said in last_words(release).values()
        if said.verdict == Verdict.APPROVED
        and said.person_account is not None
        and said.person_account not in made_by
    ]


def approvals_needed(release: Release) -> int:
    """How many have to approve it: two where nobody knows who made it, since one of them may have."""
    return 2 if None in makers(release) else 1


def is_approved(release: Release) -> bool:
    """Whether enough other people than its author approved it, and nobody's last word is against it."""
    if any(said.verdict != Verdict.APPROVED for said in last_words(release).values()):
        return False
    return len(approvers(release)) >= approvals_needed(release)


def is_rejected(release: Release) -> bool:
    """Whether somebody's last word is that it must not go out."""
    return any(said.verdict == Verdict.REJECTED for said in last_words(release).values())


def may_go(release: Release, channel: Channel) -> str:
    """Why a channel may not go to a release, in words; "" where it may.

    A release that all who follow the channel had from it, while it asked for approval, may come back without
    anybody's word, so that the way back is always open, unless somebody rejected it.
    """
    return objection(release, channel)[1]


def objection(release: Release, channel: Channel) -> tuple[str, str]:
    """Why a release may not be approved by a person, with the code of the refusal."""
    if is_rejected(release):
        return "rejected", f"Release {release.number} was rejected."
    if not needs_approval(channel) or is_approved(release) or guarding.may_come_back(release, channel):
        return "", ""
    if approvals_needed(release) > 1:
        whose = "of two people, because it is not known who made it,"
    else:
        whose = "of someone other than its author"
    return (
        "not_approved",
        f"Release {release.number} waits for the approval {whose} before {channel.name} may go there.",
    )
