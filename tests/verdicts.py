"""Compares what a preview says of a form with what becomes of it when it is saved."""

from __future__ import annotations

from html.parser import HTMLParser
from typing import Any

from django.db import transaction
from django.test import Client

Errors = dict[str, list[str]]


class _Told(HTMLParser):
    """Every list of errors of a page, by the inputs that it is about."""

    def __init__(self) -> None:
        super().__init__()
        self.lists: dict[tuple[str, ...], list[str]] = {}
        self._open: list[str] | None = None
        self._in_item = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        at = {key: value or "" for key, value in attrs}
        if tag == "ul" and "errorlist" in at.get("class", ""):
            own = (at.get("id", "").removeprefix("id_").removesuffix("_error"),)
            self._open = self.lists.setdefault(tuple(at.get("data-errors", "").split()) or own, [])
        elif tag == "li" and self._open is not None:
            self._open.append("")
            self._in_item = True

    def handle_endtag(self, tag: str) -> None:
        self._in_item = self._in_item and tag != "li"
        self._open = None if tag == "ul" else self._open

    def handle_data(self, data: str) -> None:
        if self._open and self._in_item:
            self._open[-1] += data


def told(page: Any) -> dict[tuple[str, ...], list[str]]:
    """What a page says is wrong, by the names of the inputs."""
    reader = _Told()
    reader.feed(page.text)
    return {names: errors for names, errors in reader.lists.items() if errors}


def check_preview(client: Client, preview: str, save: str, data: dict[str, str]) -> bool:
    """Assert that the preview's verdict is the save's, to the word and the place; return whether it saves."""
    answer = client.post(preview, data).json()
    here = transaction.savepoint()
    page = client.post(save, data)
    transaction.savepoint_rollback(here)
    saved = page.status_code == 302
    assert page.status_code in (200, 302), page.status_code
    assert answer["saveable"] is saved, answer["errors"]
    left: Errors = dict(answer["errors"])
    for names, errors in ({} if saved else told(page)).items():
        assert [error for name in names for error in left.pop(name, [])] == errors, names
    assert left == {}, "said by the preview alone, or shown nowhere on the page"
    return bool(saved)
