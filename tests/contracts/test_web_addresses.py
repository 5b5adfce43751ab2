"""Addresses that links are made of."""

import pytest

from contracts.web_addresses import web_address


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
        "https://" + "a" * 500,
        "https://müller.example",
    ],
)
def test_what_is_no_address_of_a_page_is_refused_without_being_repeated(text):
    with pytest.raises(ValueError) as refused:  # noqa: PT011 - any words will do
        web_address(text)
    assert "pass" not in str(refused.value).replace("password", "")
