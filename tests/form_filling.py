"""Filling in pages as a browser does: what they showed is sent back, with what a person changed."""

from __future__ import annotations

from html.parser import HTMLParser
from typing import Any

from django.http import QueryDict
from django.test import Client

FORM = "application/x-www-form-urlencoded"


class Inputs(HTMLParser):
    """Every input of a page's forms, in order."""

    def __init__(self) -> None:
        super().__init__()
        self.data = QueryDict(mutable=True)
        self._name = self._text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        at = {key: value or "" for key, value in attrs}
        name, kind = at.get("name", ""), at.get("type", "")
        if tag == "input" and name and kind not in ("submit", "button"):
            if kind not in ("checkbox", "radio") or "checked" in at:
                self.data.appendlist(name, at.get("value", "on" if kind == "checkbox" else ""))
        elif tag in ("select", "textarea"):
            self._name, self._text = name, ""
        elif tag == "option" and "selected" in at and self._name:
            self.data.appendlist(self._name, at.get("value", ""))

    def handle_data(self, data: str) -> None:
        self._text += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea":
            self.data.appendlist(self._name, self._text.removeprefix("\n"))
        if tag in ("select", "textarea"):
            self._name = ""


def inputs(page: Any) -> QueryDict:
    """What a browser would send of a page, without rows that only scripts use."""
    reader = Inputs()
    reader.feed(page.text)
    for name in [name for name in reader.data if "__prefix__" in name]:
        del reader.data[name]
    return reader.data


def send(client: Client, url: str, data: QueryDict, /, **fields: Any) -> Any:
    """Send it with some inputs changed: a list for several values, None for one that is not ticked."""
    data = data.copy()
    for name, value in fields.items():
        data.setlist(name, value if isinstance(value, list) else [] if value is None else [value])
    return client.post(url, data.urlencode(), content_type=FORM)


def fill_in(client: Client, url: str, /, **fields: Any) -> Any:
    """Open a page, change some inputs, and send it."""
    return send(client, url, inputs(client.get(url)), **fields)
