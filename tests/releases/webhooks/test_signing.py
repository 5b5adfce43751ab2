"""Signatures that any library for Standard Webhooks accepts."""

import base64
import hashlib
import hmac
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from releases.models import WebHook
from releases.webhooks.signing import signature, signed_headers

# The example of the specification's reference libraries.
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"  # pragma: allowlist secret
EXAMPLE: dict[str, Any] = {
    "message_id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
    "timestamp": 1614265330,
    "body": b'{"test": 2432232314}',
}


def test_a_signature_is_that_of_the_specification():
    assert signature(SECRET, **EXAMPLE) == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_there_is_a_signature_for_each_secret():
    headers = signed_headers([SECRET, SECRET], **EXAMPLE)
    assert headers["webhook-signature"].split() == [signature(SECRET, **EXAMPLE)] * 2
    assert headers["webhook-timestamp"] == "1614265330"


@pytest.mark.django_db
def test_a_secret_is_not_in_the_database():
    hook = WebHook.objects.create(name="bot", url="https://example.org", events=["report.made"])
    assert hook.secret.startswith("whsec_")
    assert len(base64.b64decode(hook.secret.removeprefix("whsec_"))) == 32
    stored = str(list(WebHook.objects.values()))
    assert hook.secret.removeprefix("whsec_") not in stored
    assert hmac.new(b"", hook.key.encode(), hashlib.sha256).hexdigest() not in stored


def test_another_pepper_makes_another_secret(settings):
    hook = WebHook(name="bot")
    before = hook.secret
    assert hook.secret == before
    settings.TOKEN_PEPPER = "another"
    assert hook.secret != before
    assert WebHook(name="bot").secret != hook.secret


@pytest.mark.django_db
def test_the_old_secret_counts_for_another_day():
    hook = WebHook.objects.create(name="bot", url="https://example.org", events=["report.made"])
    old = hook.secret
    new = hook.renew_secret()
    hook.refresh_from_db()
    assert hook.signing_secrets == [new, old]
    hook.old_key_until = timezone.now() - timedelta(seconds=1)
    assert hook.signing_secrets == [new]
