"""Webhooks: which programs are told what happened, and what became of each message."""

from __future__ import annotations

import base64
import secrets
import uuid
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.utils import timezone
from django.utils.crypto import salted_hmac

from jobs.database_clock import database_clock
from jobs.models import Job
from jobs.people import LONGEST_NAME
from kpis.models.fields import LineField
from kpis.models.room import require_room

SALT = "releases.WebHook"
PREFIX = "whsec_"
"""How the secrets of Standard Webhooks begin."""
OVERLAP = timedelta(days=1)
"""How long messages are signed with the old secret too, after a new one was made."""


class Event(models.TextChoices):
    """What a webhook may be told."""

    RELEASE_PROPOSED = "release.proposed", "a release waits for someone to approve it"
    RELEASE_PUBLISHED = "release.published", "a release was published to a channel"
    CHANNEL_MOVED = "channel.moved", "a channel went to another release, also by a roll-back"
    REPORT_MADE = "report.made", "a validation report was made"


TEST = "test"
"""What the button on a webhook's page sends; every webhook gets it."""


def usable_url(text: str) -> None:
    """Refuse what could not be sent to, whatever network it is in. Raises ValidationError."""
    try:
        url = urlsplit(text)
        port = url.port
    except ValueError:
        url, port = urlsplit(""), None
    if url.scheme not in ("https", "http") or not url.hostname or port == 0:
        raise ValidationError("Write an address such as https://example.org/auren.", code="invalid")
    if not (text.isascii() and text.isprintable() and " " not in text and "\\" not in text):
        raise ValidationError(
            "Only ASCII characters: a host's name as xn--…, others as %C3%BC.", code="invalid"
        )
    if url.username is not None or url.password is not None or "#" in text:
        raise ValidationError("Leave out a user's name, a password and what follows #.", code="invalid")


def new_key() -> str:
    """A fresh random key, from which a secret is derived."""
    return secrets.token_hex(16)


class WebHook(models.Model):
    """An address that is told of some events. Its secret is derived from ``key`` and the pepper, and not kept.

    Signatures are those of https://www.standardwebhooks.com, for which most languages have a library.
    """

    name = LineField(max_length=80, help_text="What listens there, such as deploy-bot.")
    url = models.CharField("address", max_length=500, validators=[usable_url])
    events = models.JSONField(default=list)
    is_enabled = models.BooleanField("on", default=True, help_text="When off, nothing is sent to it.")
    key = models.CharField(max_length=32, default=new_key, editable=False)
    old_key = models.CharField(max_length=32, blank=True, editable=False)
    old_key_until = models.DateTimeField(null=True, editable=False)
    created = models.DateTimeField(default=timezone.now, editable=False)
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, editable=False, on_delete=models.SET_NULL, related_name="+"
    )
    author_name = models.CharField(
        "made by", max_length=LONGEST_NAME, blank=True, default="", db_default="", editable=False,
        help_text="Stays when their account goes.",
    )  # fmt: skip

    class Meta:
        verbose_name = "webhook"
        ordering = ("name", "pk")

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        """Only events there are, at least one. Raises ValidationError."""
        if self._state.adding:
            require_room("webhooks", WebHook.objects.all())
        if not isinstance(self.events, list) or not self.events:
            raise ValidationError({"events": "Choose at least one."}, code="required")
        if len(self.events) > len(Event) or not set(map(str, self.events)) <= set(Event.values):
            raise ValidationError({"events": "This is no event."}, code="value_not_allowed")

    @property
    def host(self) -> str:
        """Where it goes, without the path, which may be a secret."""
        return urlsplit(self.url).netloc

    @property
    def secret(self) -> str:
        """What the other side checks signatures with."""
        return secret_from(self.key)

    @property
    def mark(self) -> str:
        """Tells one secret from the next without saying it."""
        return salted_hmac(SALT, f"mark {self.key}").hexdigest()[:20]

    @property
    def signing_secrets(self) -> list[str]:
        """What messages are signed with now: the secret, and for a while the one before."""
        old = self.old_key if self.old_key_until and self.old_key_until > database_clock.moment() else ""
        return [secret_from(key) for key in (self.key, old) if key]

    def renew_secret(self, *, seen: str | None = None) -> str:
        """A new secret, saved; the one before counts for another day.

        ``seen`` is the :attr:`mark` of the secret that it is to replace. Raises ValidationError where that was
        replaced already: done twice, nobody would know the secret before any more.
        """
        if seen is not None and seen != self.mark:
            raise ValidationError("The secret has already been replaced.", code="replaced")
        self.old_key, self.old_key_until = self.key, database_clock.moment() + OVERLAP
        self.key = new_key()
        self.save(update_fields=["key", "old_key", "old_key_until"])
        return self.secret


class Delivery(models.Model):
    """One message to one webhook, the very bytes, and every try to deliver it."""

    class State(models.TextChoices):
        """Where it stands."""

        WAITING = "waiting", "waiting"
        DELIVERED = "delivered", "delivered"
        FAILED = "failed", "given up"

    hook = models.ForeignKey(WebHook, on_delete=models.CASCADE, related_name="deliveries")
    event = models.CharField(max_length=40)
    message_id = models.CharField(max_length=40, unique=True, editable=False)
    body = models.TextField(help_text="JSON, as it is sent.")
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    tries = models.JSONField(default=list, help_text="What came of each try, the first one first.")
    job = models.ForeignKey(Job, null=True, on_delete=models.SET_NULL, related_name="+")
    created = models.DateTimeField(default=timezone.now)
    finished = models.DateTimeField(null=True)

    class Meta:
        verbose_name = "delivery"
        verbose_name_plural = "deliveries"
        ordering = ("-pk",)
        constraints = (
            models.CheckConstraint(
                condition=models.Q(state__in=["waiting", "delivered", "failed"]), name="delivery_state_known"
            ),
        )

    def __str__(self) -> str:
        return f"{self.event} to {self.hook.name}"

    @property
    def last(self) -> dict[str, Any]:
        """The latest try; empty before the first."""
        return self.tries[-1] if self.tries else {}

    @property
    def next_number(self) -> int:
        """The number of the next try, from 1."""
        return int(self.last.get("number", 0)) + 1


def new_message_id() -> str:
    """A name for a message that no other has: who gets one twice knows it by this."""
    return f"msg_{uuid.uuid4().hex}"


def secret_from(key: str) -> str:
    """The secret of a key: useless without the pepper, which is no part of the database."""
    pepper: Any = settings.TOKEN_PEPPER or None  # without one, derived from the secret key
    derived = salted_hmac(SALT, key, secret=pepper, algorithm="sha256").digest()
    return PREFIX + base64.b64encode(derived).decode()
