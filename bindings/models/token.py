"""Tokens: how agents and services say who they are."""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import DatabaseError, connections, models, transaction
from django.db.models import Q
from django.utils.crypto import salted_hmac

from bindings.models.identity import AgentIdentity
from bindings.models.scope import Scope
from bindings.models.token_rights import FOR_A_PERSON, permissions_of
from jobs.database_clock import database_clock
from kpis.models.fields import LineField
from kpis.models.room import require_room
from kpis.rights import in_words, lacking
from rest.outages import is_read_only

PREFIX = "aur_"
SECRET_BYTES = 32
SALT = "bindings.ApiToken"
USED_EVERY = timedelta(minutes=1)
"""How exactly the last use is known: a write for every request would cost more than the request."""


class ApiTokenQuerySet(models.QuerySet["ApiToken"]):
    """Tokens, the newest first."""

    def usable(self) -> ApiTokenQuerySet:
        """Those neither revoked nor expired, by the clock of the database."""
        return self.filter(Q(expires=None) | Q(expires__gt=database_clock.moment()), revoked=None)


class ApiToken(models.Model):
    """A secret of one agent or of a service; only its peppered hash is kept.

    A secret has 256 random bits, so one round of HMAC-SHA256 is as good as a slow hash:
    https://pages.nist.gov/800-63-4/sp800-63b.html#lookupsecrets.
    """

    name = LineField(max_length=80, help_text="What uses it, such as neuros-production.")
    key = models.CharField(max_length=16, unique=True, editable=False)
    digest = models.CharField(max_length=64, editable=False)
    agent = models.ForeignKey(
        AgentIdentity, null=True, blank=True, on_delete=models.PROTECT, related_name="tokens",
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
    author_name = LineField(
        "holder",
        max_length=150,
        blank=True,
        editable=False,
        help_text="Whoever made it and was shown its secret; stays when their account goes. Empty: made by the system.",
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
        if self._state.adding:
            kind = "usable tokens of one agent" if self.agent_id else "usable tokens of services"
            require_room(kind, ApiToken.objects.usable().filter(agent=self.agent_id))
        if not isinstance(self.scopes, list) or not self.scopes:
            raise ValidationError({"scopes": "Choose at least one."}, code="required")
        if len(self.scopes) > len(Scope) or not set(map(str, self.scopes)) <= set(Scope.values):
            raise ValidationError({"scopes": "This is no scope."}, code="value_not_allowed")

    def require_giver(self, person: Any) -> None:
        """Refuse scopes for what the person may not do: a token never does more than who gives it.

        Raises ValidationError, naming each scope and what it takes.
        """
        refused = {}
        for scope in self.scopes:
            if missing := lacking(person, permissions_of(scope, agents=self.agent_id is not None)):
                refused[scope] = in_words(missing)
        if refused:
            told = "; ".join(f"{scope} is for who may {words}" for scope, words in refused.items())
            raise ValidationError(
                {"scopes": f"You cannot give what you may not do yourself: {told}."}, code="not_yours_to_give"
            )

    def held_by(self, person: Any) -> None:
        """Have this person answer for it from now on. Saves nothing."""
        self.author, self.author_name = person, person.get_username()

    def holder_lacks(self, scope: str, permissions: Iterable[str]) -> tuple[str, ...]:
        """Which of the permissions that using this scope takes its holder does not have now.

        Of scopes that are the agent's own, and of a token that no person made, none is asked for.
        """
        is_the_systems = not self.author_name and self.author_id is None
        if scope not in FOR_A_PERSON or is_the_systems:
            return ()
        return lacking(self.author, permissions)

    def resting_scopes(self) -> list[str]:
        """Scopes that do nothing now, because its holder may not do it, or is gone."""
        agents = self.agent_id is not None
        return [
            scope for scope in self.scopes if self.holder_lacks(scope, permissions_of(scope, agents=agents))
        ]

    def new_secret(self) -> str:
        """Give it a fresh secret; return what its owner sends, which is never shown again. Saves nothing."""
        secret = secrets.token_urlsafe(SECRET_BYTES)
        self.key = self.key or secrets.token_hex(8)
        self.digest = digest_of(secret)
        return f"{PREFIX}{self.key}.{secret}"

    @transaction.atomic
    def rotate(self, *, overlap: timedelta, author: Any) -> tuple[ApiToken, str]:
        """A new token in place of this one, and its secret; this one ends after ``overlap``, if not before.

        ``author`` is shown the secret: from then on they hold it, and must be allowed all that it does.
        Raises ValidationError, also where it has been replaced already: a form that is sent twice makes one token.
        """
        self.require_giver(author)
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
            replaces=self,
            expires=self.expires,
        )
        new.held_by(author)
        secret = new.new_secret()
        new.full_clean()
        new.save()
        end = database_clock.moment() + overlap
        self.expires = min(self.expires, end) if self.expires else end
        self.save(update_fields=["expires"])
        return new, secret

    def revoke(self) -> None:
        """End it now, for good."""
        self.revoked = self.revoked or database_clock.moment()
        self.save(update_fields=["revoked"])

    def accepts(self, secret: str) -> bool:
        """Whether this is its secret; takes as long for a wrong one."""
        return hmac.compare_digest(self.digest, digest_of(secret))

    def note_use(self, now: datetime) -> None:
        """Remember that it was used, at most once a minute, and where anything can be written at all."""
        if self.last_used is not None and now - self.last_used < USED_EVERY:
            return
        try:
            ApiToken.objects.filter(pk=self.pk).update(last_used=now)
        except DatabaseError as error:
            if not is_read_only(error):
                raise

    @property
    def agent_name(self) -> str:
        """The only agent it speaks for, by the name that is published; "" for a service."""
        return self.agent.name if self.agent else ""

    @property
    def state(self) -> str:
        """``usable``, ``revoked`` or ``expired``."""
        if self.revoked:
            return "revoked"
        return "expired" if self.expires and self.expires <= database_clock.moment() else "usable"

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


class TokenRevision(models.Model):
    """One row that a trigger counts up in the transaction of whatever makes, changes or ends a token."""

    id = models.SmallIntegerField(primary_key=True, default=1, editable=False)
    revision = models.BigIntegerField(default=0)

    class Meta:
        constraints = (models.CheckConstraint(condition=Q(pk=1), name="token_revision_single"),)

    def __str__(self) -> str:
        return f"token revision {self.revision}"

    @classmethod
    def current(cls, using: str = "default") -> int:
        """The revision now; asked as often as that of what is served."""
        with connections[using].cursor() as cursor:
            cursor.execute(f"SELECT revision FROM {cls._meta.db_table} WHERE id = 1")  # noqa: S608 - our own name
            row = cursor.fetchone()
        return int(row[0]) if row else 0


def token_parts(text: str) -> tuple[str, str] | None:
    """The key and the secret of what a caller sends; None where it looks like no token."""
    key, dot, secret = text.removeprefix(PREFIX).partition(".")
    fits = text.startswith(PREFIX) and dot and text.isascii() and text.isprintable() and len(text) < 200
    return (key, secret) if fits else None


def digest_of(secret: str) -> str:
    """The secret's keyed hash: useless without the pepper, which is no part of the database."""
    pepper: Any = settings.TOKEN_PEPPER or None  # without one, derived from the secret key
    return salted_hmac(SALT, secret, secret=pepper, algorithm="sha256").hexdigest()
