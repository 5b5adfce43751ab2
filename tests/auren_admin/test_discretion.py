"""What a database quotes of its rows is in no log."""

import logging

from auren_admin.discretion import Discreet

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
