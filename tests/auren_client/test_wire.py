"""Requests as they are sent, answers as they are understood."""

import json

import pytest

from auren_client.wire import Address, Reply, read_problem, unreachable
from tests.auren_client.servers import TOKEN


@pytest.mark.parametrize(
    "url",
    ["http://auren:8000", "http://auren:8000/", "http://auren:8000/api/v1", "http://auren:8000/api/v1/"],
)
def test_the_address_may_be_the_servers_or_its_apis(url):
    assert Address(url, "NEUROS", TOKEN).poll("").url == "http://auren:8000/api/v1/agents/NEUROS/bindings"


@pytest.mark.parametrize(
    ("more", "query"), [({"release": 7}, "?release=7"), ({"channel": "a b&c"}, "?channel=a+b%26c")]
)
def test_a_release_or_a_channel_is_asked_for(more, query):
    assert Address("http://auren", "NEUROS", TOKEN, **more).poll("").url.endswith(f"/bindings{query}")


def test_an_agents_name_cannot_change_the_path():
    assert "/agents/..%2F..%2Fx/bindings" in Address("http://auren", "../../x", TOKEN).poll("").url


@pytest.mark.parametrize(
    "wrong",
    [
        {"url": "auren:8000"},
        {"url": "ftp://auren"},
        {"agent": ""},
        {"release": 1, "channel": "staging"},
    ],
)
def test_an_address_that_cannot_be_asked_is_refused_at_once(wrong):
    with pytest.raises(ValueError, match="expected"):
        Address(**{"url": "http://auren", "agent": "NEUROS", "token": TOKEN} | wrong)


def test_the_etag_is_sent_only_where_there_is_one():
    address = Address("http://auren", "NEUROS", TOKEN)
    assert address.poll('"one"').headers["If-None-Match"] == '"one"'
    assert "If-None-Match" not in address.poll("").headers


def test_a_token_may_be_a_function_and_ends_without_a_newline():
    address = Address("http://auren", "NEUROS", lambda: f"{TOKEN}\n")
    assert address.poll("").headers["Authorization"] == f"Bearer {TOKEN}"


@pytest.mark.parametrize("token", ["", "  ", "aur_a\nb", "aur_ü"])
def test_what_is_no_token_is_not_repeated(token):
    with pytest.raises(ValueError, match="the token") as told:
        Address("http://auren", "NEUROS", lambda: token).poll("")
    assert token.strip() not in str(told.value) or not token.strip()


def test_nothing_that_is_shown_holds_the_token():
    address = Address("http://auren", "NEUROS", TOKEN)
    assert TOKEN not in repr(address) + repr(address.poll("")) + repr(address.report([b"{}"]))


def test_a_report_is_json():
    sent = Address("http://auren", "NEUROS", TOKEN).report([b'{"id": "a"}', b'{"id": "b"}'])
    assert json.loads(sent.body) == {"observations": [{"id": "a"}, {"id": "b"}]}
    assert sent.url == "http://auren/api/v1/observations"


def test_a_problem_is_told_by_the_server():
    problem = read_problem(Reply(403, {}, b'{"detail": "Not  yours.\\n", "code": "not_yours"}'))
    assert (problem.status, problem.code, str(problem)) == (
        403,
        "not_yours",
        "the server answered 403: Not yours.",
    )


@pytest.mark.parametrize("body", [b"", b"<html>", b"[]", b'{"detail": 1}', b"[" * 100_000, b"\xff"])
def test_an_answer_of_another_kind_is_told_as_such(body):
    assert read_problem(Reply(502, {}, body)).code == "unexpected"


def test_a_long_answer_is_not_repeated_whole():
    assert len(read_problem(Reply(500, {}, json.dumps({"detail": "x" * 10_000}).encode())).detail) == 300


def test_no_answer_is_told_by_its_reason():
    assert str(unreachable(ConnectionError("refused"))) == "the server did not answer: refused"
    assert str(unreachable(TimeoutError())) == "the server did not answer: TimeoutError"


@pytest.mark.parametrize(
    ("text", "seconds"), [("12", 12), ("", 0), ("soon", 0), ("-1", 0), ("9" * 20, 0), ("٣", 0)]
)
def test_headers_that_count_are_read_or_passed_over(text, seconds):
    reply = Reply(200, {"retry-after": text})
    assert reply.seconds("retry-after") == seconds
    assert reply.number("retry-after") == (seconds or None)
