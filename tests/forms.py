"""What a browser would post for a form that a page shows, with some inputs changed."""

from __future__ import annotations

from html.parser import HTMLParser
from typing import Any

from django.test import Client

Data = dict[str, list[str]]


class _Forms(HTMLParser):
    """The forms of a page that are posted, each with the values it shows."""

    def __init__(self) -> None:
        super().__init__()
        self.forms: list[Data] = []
        self._open: Data | None = None
        self._named, self._text, self._options = "", "", 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        one = {name: value or "" for name, value in attrs}
        if tag == "form":
            self._open = {}
            if one.get("method", "").lower() == "post":
                self.forms.append(self._open)
        if self._open is None:
            return
        kind, name = one.get("type", "text"), one.get("name", "")
        if tag == "input" and name and kind not in ("submit", "button", "file", "image"):
            if kind not in ("checkbox", "radio") or "checked" in one:
                self._open.setdefault(name, []).append(one.get("value", "on" if kind == "checkbox" else ""))
        elif tag in ("select", "textarea"):
            self._named, self._text, self._options = name, "", 0
        elif tag == "option" and self._named:
            self._options += 1
            if "selected" in one or (self._options == 1 and self._named not in self._open):
                self._open[self._named] = [one.get("value", "")]

    def handle_data(self, data: str) -> None:
        self._text += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._open = None
        if tag == "textarea" and self._open is not None:
            self._open[self._named] = [self._text.removeprefix("\n")]
        if tag in ("select", "textarea"):
            self._named = ""


def filled(client: Client, url: str, **changes: Any) -> dict[str, Any]:
    """The page's largest form as it stands there, with some inputs changed; None takes one away."""
    page = client.get(url)
    assert page.status_code == 200, f"{url}: {page.status_code}"
    parser = _Forms()
    parser.feed(page.content.decode())
    largest: Data = max(parser.forms, key=len)
    data: dict[str, Any] = {**largest, **changes}
    return {name: value for name, value in data.items() if value is not None}
