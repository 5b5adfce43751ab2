"""Protecting a channel, which one person does, and taking that away, which takes two."""

from __future__ import annotations

from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction
from django.utils import timezone

from kpis.services import Author
from releases.models import Channel, ChannelMove, ServingRevision, Unprotection
from releases.services import guarding
from releases.services.people import known_person
from releases.services.reading import channel_named
from releases.services.refusals import MoveRefused
from releases.services.texts import as_line, name_of

Kind = ChannelMove.Kind
State = Unprotection.State


@transaction.atomic
def protect(*, channel: Channel | str, by: Author, by_name: str = "", reason: str = "") -> Channel:
    """Let only approved releases go to a channel from now on; withdraws what was asked against it."""
    guarding.take_turn()
    held = named(channel)
    if held.is_protected:
        return held
    if not guarding.approval_required():
        guarding.begin_way_back(held)
    write(held, is_protected=True)
    guarding.note(held, Kind.PROTECT, by=by, by_name=by_name, reason=reason)
    return held


@transaction.atomic
def ask_unprotect(*, channel: Channel | str, by: AbstractBaseUser, reason: str = "") -> Unprotection:
    """Ask that a channel be no longer protected; until somebody else confirms it, it stays as it is.

    Raises MoveRefused: not_protected, asked_already, unknown_person, text_unfit.
    """
    guarding.take_turn()
    held, person = named(channel), known_person(by)
    if not held.is_protected:
        raise MoveRefused("not_protected", f"{held.name} is not protected.")
    if asked := held.unprotections.filter(state=State.OPEN).first():
        raise MoveRefused("asked_already", f"{asked.asked_name} asked for that already. Confirm it, or not.")
    guarding.note(held, Kind.ASK, by=person, reason=reason)
    return Unprotection.objects.create(
        channel=held,
        asked_account=person.pk,
        asked_name=name_of(person),
        reason=as_line(reason, Unprotection, "reason", MoveRefused),
    )


@transaction.atomic
def settle_unprotect(*, channel: Channel | str, by: AbstractBaseUser, is_confirmed: bool) -> Unprotection:
    """Confirm what somebody else asked, which unprotects the channel, or have it stay protected.

    Raises MoveRefused: nothing_asked, second_person, unknown_person.
    """
    guarding.take_turn()
    held, person = named(channel), known_person(by)
    asked = held.unprotections.filter(state=State.OPEN).first()
    if asked is None:
        raise MoveRefused("nothing_asked", f"Nobody is asking any longer that {held.name} be unprotected.")
    if is_confirmed and asked.asked_account == person.pk:
        raise MoveRefused("second_person", "You asked for it, so someone else has to confirm it.")
    asked.state = State.CONFIRMED if is_confirmed else State.WITHDRAWN
    asked.settled_account, asked.settled_name, asked.settled = person.pk, name_of(person), timezone.now()
    asked.save()
    if not is_confirmed:
        guarding.note(held, Kind.WITHDRAW, by=person)
        return asked
    write(held, is_protected=False)
    guarding.note(
        held,
        Kind.UNPROTECT,
        by=person,
        reason=asked.reason,
        approved_by=f"{asked.asked_name}, who asked for it",
    )
    return asked


@transaction.atomic
def unprotect_alone(*, channel: Channel | str, by: Author, by_name: str, reason: str) -> None:
    """Take protection away at once: for whoever runs the machine, and kept as that.

    Raises MoveRefused: note_missing, no_channel, not_protected.
    """
    guarding.take_turn()
    guarding.require_reason(reason)
    held = named(channel)
    if not held.is_protected:
        raise MoveRefused("not_protected", f"{held.name} is not protected.")
    held.unprotections.filter(state=State.OPEN).update(state=State.WITHDRAWN, settled=timezone.now())
    write(held, is_protected=False)
    guarding.note(held, Kind.UNPROTECT, by=by, by_name=by_name, reason=reason)


def named(channel: Channel | str) -> Channel:
    """The channel as it is now."""
    return channel_named(channel if isinstance(channel, str) else channel.name)


def write(channel: Channel, *, is_protected: bool) -> None:
    """Store it, for every server to see."""
    channel.is_protected = is_protected
    channel.save(update_fields=["is_protected"])
    if not guarding.needs_approval(channel):
        channel.way_back.clear()
    ServingRevision.bump()
