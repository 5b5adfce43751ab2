"""Addresses that links are made of."""

import pytest

from contracts.web_addresses import web_address, web_template


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("", ""),
        ("https://admin.example.org/", "https://admin.example.org"),
        ("http://127.0.0.1:8000", "http://127.0.0.1:8000"),
        ("https://example.org/runbooks/", "https://example.org/runbooks"),
    ],
)
def test_an_address_ends_without_a_slash(text, address):
    assert web_address(text) == address


@pytest.mark.parametrize(
    "text",
    [
        "javascript:alert(1)",
        "admin.example.org",
        "https://",
        "https://a b",
        "https://ex\nample.org",
        'https://a"b',
        "https://a.example/{{x}}",
        "https://user:password@example.org",
        "https://example.org/?q=1",
        "https://example.org/#a",
        "https://[::1",
        "https://a:99999",
        "https://ann:pass",
        "https://ann:pass/word@example.org",
        "https://" + "a" * 500,
        "https://müller.example",
    ],
)
def test_what_is_no_address_of_a_page_is_refused_without_being_repeated(text):
    with pytest.raises(ValueError) as refused:  # noqa: PT011 - any words will do
        web_address(text)
    assert "pass" not in str(refused.value).replace("password", "")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "https://jaeger.example.org/trace/{id}",
        "http://127.0.0.1:9411/zipkin/traces/{id}/",
        "https://grafana.example.org/explore?left=%7B%22query%22:%22{id}%22%7D&orgId=1",
        "https://example.org/#/traces/{id}?also={id}",
    ],
)
def test_an_address_with_a_place_in_it_stays_as_it_is(text):
    assert web_template(text, "{id}") == text


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("https://example.org/trace/", "It holds {id} where"),
        ("https://example.org/{ID}", "It holds {id} where"),
        ("https://example.org/{id}/{other}", "written %7B and %7D"),
        ("https://example.org/{{id}}", "written %7B and %7D"),
        ('https://example.org/{id}" onclick=', "none of them blank"),
        ("https://example.org/{id}" + "a" * 2000, "at most 2000 characters"),
        ("https://{id}.example.org/", "The host is the same"),
        ("https://example.org:{id}/", "its port is a number"),
        ("javascript:alert('{id}')", "none of them blank"),
        ("javascript:alert({id})", "begins with http"),
        ("//example.org/{id}", "begins with http"),
        ("https:///{id}", "begins with http"),
        ("https://ann:hush@example.org/{id}", "no user name and no password"),
        ("https://ann:hush/word@example.org/{id}", "its port is a number"),
    ],
)
def test_what_leads_nowhere_is_refused_without_being_repeated(text, why):
    with pytest.raises(ValueError, match=why) as refused:
        web_template(text, "{id}")
    assert "hush" not in str(refused.value)
    assert refused.value.__cause__ is None
