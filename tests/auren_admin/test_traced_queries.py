"""Statements as spans of what needs them: their first word, and nothing that stands in them."""

import pytest
from django.contrib.auth.models import User
from django.db import connection

from auren_admin.traced_queries import operation, traced
from tracing import spans

MARK = "anna-7731"


@pytest.mark.django_db
def test_a_statement_is_a_child_that_does_not_tell_what_it_asks(tracer, collector):
    with (
        connection.execute_wrapper(traced),
        tracer.span("GET", spans.Kind.SERVER, {}),
        connection.cursor() as cursor,
    ):
        list(User.objects.filter(username=MARK))
        cursor.execute(f"select '{MARK}'")
    tracer.stop()
    *statements, request = collector.spans
    assert [span.name for span in statements] == ["SELECT", "SELECT"]
    assert {span.parent for span in statements} == {request.id}
    assert statements[0].attributes == {"db.system.name": connection.vendor, "db.operation.name": "SELECT"}
    assert not any(MARK in span.text for span in collector.spans)


@pytest.mark.django_db
def test_a_statement_outside_of_any_request_or_job_has_no_span(tracer, collector):
    with connection.execute_wrapper(traced):
        assert not User.objects.exists()
    tracer.stop()
    assert not collector.spans


@pytest.mark.parametrize(
    ("sql", "name"),
    [
        ("select 1", "SELECT"),
        ("  INSERT INTO a", "INSERT"),
        ("COMMIT;", "COMMIT"),
        ("anna", "OTHER"),
        ("", "OTHER"),
    ],
)
def test_a_statement_is_called_by_its_first_word(sql, name):
    assert operation(sql) == name
