"""What people are called outside: as agents do, by a keyed hash that means nothing, or not at all."""

from __future__ import annotations

import hmac
from functools import lru_cache
from hashlib import sha256

from django.conf import settings
from django.utils.crypto import salted_hmac

SALT = "telemetry.subject"
LENGTH = 16
"""Hexadecimal digits: among a million people two are called alike once in 37 million installations."""


def label(user_id: str) -> str:
    """By ``AUREN_SUBJECT_LABEL``: the id itself (plain), a keyed hash of it (pseudonym), "" (off)."""
    if settings.SUBJECT_LABEL == "plain":
        return user_id
    return pseudonym(user_id) if settings.SUBJECT_LABEL == "pseudonym" else ""


def pseudonym(user_id: str) -> str:
    """The same person is always called the same here; without the pepper nobody can tell who it is."""
    keyed = _keyed(str(settings.TOKEN_PEPPER or ""), settings.SECRET_KEY).copy()
    keyed.update(user_id.encode())
    return keyed.hexdigest()[:LENGTH]


@lru_cache(maxsize=4)
def _keyed(pepper: str, secret_key: str) -> hmac.HMAC:
    """The hash begun with its key, which takes longer than the rest."""
    key = salted_hmac(SALT, "", secret=pepper or secret_key, algorithm="sha256").digest()
    return hmac.new(key, digestmod=sha256)
