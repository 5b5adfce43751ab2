"""Tokens: how agents and services say who they are."""

from __future__ import annotations

import hmac
import secrets
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.crypto import salted_hmac

from kpis.models.fields import LineField

PREFIX = "aur_"
SECRET_BYTES = 32
SALT = "bindings.ApiToken"
USED_EVERY = timedelta(minutes=1)
"""How exactly the last use is known: a write for every request would cost more than the request."""


class Scope(models.TextChoices):
    """What a token may be used for."""

    BINDINGS_READ = "bindings:read", "read agents, bindings and hand-offs"
    OBSERVATIONS_WRITE = "observations:write", "report observations"
    RUNS_WRITE = "runs:write", "report what was done"
    REGISTRY_READ = "registry:read", "read units and KPIs, validate"
    REGISTRY_WRITE = "registry:write", "change the registry; an agent's token: its own contract only"
    RELEASES_WRITE = "releases:write", "publish releases and move channels"
    METRICS_READ = "metrics:read", "read metrics"
    PEOPLE_ERASE = "people:erase", "erase everything that was measured of a person"


class ApiTokenQuerySet(models.QuerySet["ApiToken"]):
    """Tokens, the newest first."""

    def usable(self) -> ApiTokenQuerySet:
        """Those neither revoked nor expired, by the clock of this server."""
        return self.filter(Q(expires=None) | Q(expires__gt=timezone.now()), revoked=None)


class ApiToken(models.Model):
    """A secret of one agent or of a service; only its peppered hash is kept.

    A secret has 256 random bits, so one round of HMAC-SHA256 is as good as a slow hash:
    https://pages.nist.gov/800-63-4/sp800-63b.html#lookupsecrets.
    """

    name = LineField(max_length=80, help_text="What uses it, such as neuros-production.")
    key = models.CharField(max_length=16, unique=True, editable=False)
    digest = models.CharField(max_length=64, editable=False)
    agent = models.ForeignKey(
        "bindings.Agent", null=True, blank=True, on_delete=models.CASCADE, related_name="tokens",
        help_text="The agent it speaks for; empty for a service.",
    )  # fmt: skip
    scopes = models.JSONField(default=list)
    expires = models.DateTimeField(null=True, blank=True, help_text="Empty: until it is revoked.")
    revoked = models.DateTimeField(null=True, editable=False)
    last_used = models.DateTimeField(null=True, editable=False)
    created = models.DateTimeField(auto_now_add=True)
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, editable=False, on_delete=models.SET_NULL, related_name="+"
    )
    replaces = models.ForeignKey(
        "self", null=True, editable=False, on_delete=models.SET_NULL, related_name="replaced_by"
    )

    objects = ApiTokenQuerySet.as_manager()

    class Meta:
        verbose_name = "token"
        ordering = ("-id",)

    def __str__(self) -> str:
        return f"token {self.name}"

    def clean(self) -> None:
        """Only scopes there are, at least one. Raises ValidationError."""
        if not isinstance(self.scopes, list) or not self.scopes:
            raise ValidationError({"scopes": "Choose at least one."}, code="required")
        if not set(self.scopes) <= set(Scope.values):
            raise ValidationError({"scopes": "This is no scope."}, code="value_not_allowed")

    def new_secret(self) -> str:
        """Give it a fresh secret; return what its owner sends, which is never shown again. Saves nothing."""
        secret = secrets.token_urlsafe(SECRET_BYTES)
        self.key = self.key or secrets.token_hex(8)
        self.digest = digest_of(secret)
        return f"{PREFIX}{self.key}.{secret}"

    @transaction.atomic
    def rotate(self, *, overlap: timedelta, author: Any) -> tuple[ApiToken, str]:
        """A new token in place of this one, and its secret; this one ends after ``overlap``, if not before.

        Raises ValidationError where it has been replaced already: a form that is sent twice makes one token.
        """
        list(ApiToken.objects.select_for_update().filter(pk=self.pk).values_list("pk"))
        self.refresh_from_db()  # what became of it while we waited
        if self.state != "usable":
            raise ValidationError(f"This token is {self.state}.", code=self.state)
        if ApiToken.objects.filter(replaces=self).exists():
            raise ValidationError("This token was replaced already.", code="replaced")
        new = ApiToken(
            name=self.name,
            agent=self.agent,
            scopes=self.scopes,
            author=author,
            replaces=self,
            expires=self.expires,
        )
        secret = new.new_secret()
        new.full_clean()
        new.save()
        end = timezone.now() + overlap
        self.expires = min(self.expires, end) if self.expires else end
        self.save(update_fields=["expires"])
        return new, secret

    def revoke(self) -> None:
        """End it now, for good."""
        self.revoked = self.revoked or timezone.now()
        self.save(update_fields=["revoked"])

    def accepts(self, secret: str) -> bool:
        """Whether this is its secret; takes as long for a wrong one."""
        return hmac.compare_digest(self.digest, digest_of(secret))

    def note_use(self, now: datetime) -> None:
        """Remember that it was used, at most once a minute."""
        if self.last_used is None or now - self.last_used >= USED_EVERY:
            ApiToken.objects.filter(pk=self.pk).update(last_used=now)

    @property
    def agent_name(self) -> str:
        """The only agent it speaks for; "" for a service."""
        return self.agent.name if self.agent else ""

    @property
    def state(self) -> str:
        """``usable``, ``revoked`` or ``expired``."""
        if self.revoked:
            return "revoked"
        return "expired" if self.expires and self.expires <= timezone.now() else "usable"

    @classmethod
    def find(cls, text: str) -> ApiToken | None:
        """The usable token whose secret this is."""
        parts = token_parts(text)
        if parts is None:
            return None
        key, secret = parts
        found = cls.objects.usable().select_related("agent").filter(key=key).first()
        candidate = found or cls(digest=digest_of(""))
        return found if candidate.accepts(secret) and found else None


def token_parts(text: str) -> tuple[str, str] | None:
    """The key and the secret of what a caller sends; None where it looks like no token."""
    key, dot, secret = text.removeprefix(PREFIX).partition(".")
    fits = text.startswith(PREFIX) and dot and text.isascii() and text.isprintable() and len(text) < 200
    return (key, secret) if fits else None


def digest_of(secret: str) -> str:
    """The secret's keyed hash: useless without the pepper, which is no part of the database."""
    pepper: Any = settings.TOKEN_PEPPER or None  # without one, derived from the secret key
    return salted_hmac(SALT, secret, secret=pepper, algorithm="sha256").hexdigest()
