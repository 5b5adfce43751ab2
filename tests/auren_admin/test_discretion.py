"""What a database quotes of its rows is in no log."""

import logging
from io import StringIO

import pytest

from auren_admin.discretion import Discreet, logging_to_stderr, without_traceback

REFUSED = (
    'duplicate key value violates unique constraint "user_id"\nDETAIL:  Key (user_id)=(p-7) already exists.'
)


def entry(message: str, error: Exception | None = None) -> str:
    exc_info = (type(error), error, error.__traceback__) if error else None
    record = logging.LogRecord("telemetry", logging.ERROR, __file__, 1, message, None, exc_info)
    return Discreet("{levelname} {message}", style="{").format(record)


def test_the_quoted_row_is_left_out_of_message_and_traceback():
    text = entry(REFUSED, ValueError(REFUSED))
    assert "p-7" not in text
    assert text.count("duplicate key value") == 2


def test_everything_else_stays_as_it_is():
    assert entry("two\nlines, with a DETAIL: within") == "ERROR two\nlines, with a DETAIL: within"


@pytest.mark.django_db
def test_what_a_caller_may_not_do_is_one_line_without_traceback(client, django_user_model):
    """Through the very handler that a server has: pytest's own sees more."""
    one = django_user_model.objects.create_user("one", is_staff=True)
    client.force_login(one)
    config = logging_to_stderr("INFO")
    stream = StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(Discreet(config["formatters"]["line"]["format"], style="{"))
    for name in config["handlers"]["stderr"]["filters"]:
        handler.addFilter(config["filters"][name]["()"]())
    logger = logging.getLogger("django.request")
    logger.addHandler(handler)
    try:
        assert client.get("/admin/auth/user/").status_code == 403
    finally:
        logger.removeHandler(handler)
    assert stream.getvalue().count("\n") == 1
    assert "Forbidden" in stream.getvalue()


def test_a_fault_of_ours_keeps_its_traceback():
    record = logging.LogRecord(
        "django.request", logging.ERROR, __file__, 1, "x", None, (ValueError, ValueError(), None)
    )
    record.status_code = 500
    assert without_traceback(record)
    assert record.exc_info
