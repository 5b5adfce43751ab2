"""What docs/webhooks.md says is so."""

import re
from typing import Any

import pytest
from django.conf import settings

from releases.models.webhook import TEST, Event
from releases.webhooks.delivering import PAUSES, announce
from tests.releases.webhooks.conftest import run_now

PAGE = (settings.BASE_DIR / "docs/webhooks.md").read_text(encoding="utf-8")


@pytest.mark.django_db
def test_the_receiver_of_the_page_accepts_what_is_sent_and_nothing_else(hook, listener):
    made: dict[str, Any] = {}
    exec(re.findall(r"```python\n(.*?)```", PAGE, re.S)[0], made)  # noqa: S102 - the page's own example
    is_genuine = made["is_genuine"]
    old = hook.secret
    new = hook.renew_secret()
    announce("report.made", {})
    run_now()
    _, headers, body = listener.arrived[0]
    assert is_genuine(headers, body, old)
    assert is_genuine(headers, body, new)
    assert not is_genuine(headers, body + b" ", new)
    assert not is_genuine(headers | {"webhook-id": "msg_other"}, body, new)
    assert not is_genuine(headers | {"webhook-timestamp": "1614265330"}, body, new)


def test_every_event_is_in_the_table():
    assert set(re.findall(r"^\| `([a-z.]+)` \|", PAGE, re.M)) == {*Event.values, TEST}


def test_the_pauses_are_those_of_the_page():
    assert PAUSES == (5, 60, 5 * 60, 30 * 60, 2 * 3600, 8 * 3600)
    assert "5 seconds, 1, 5 and 30 minutes, 2 and 8 hours" in PAGE
