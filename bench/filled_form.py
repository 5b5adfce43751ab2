"""What a browser sends of the form on a page, as it is."""

from __future__ import annotations

from html.parser import HTMLParser


def sent(page: str) -> dict[str, str]:
    """The inputs of a page's forms by name, without buttons, templates and what belongs to a form by its id."""
    reader = _Reader()
    reader.feed(page)
    return reader.found


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: dict[str, str] = {}
        self.templates = 0
        self.open = ""
        """The name of the select or the textarea that one is in."""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        at = {name: value or "" for name, value in attrs}
        self.templates += tag == "template"
        if self.templates or "form" in at:
            return
        name = at.get("name", "")
        if tag == "input" and name and (at.get("type") != "checkbox" or "checked" in at):
            self.found[name] = at.get("value", "on" if at.get("type") == "checkbox" else "")
        elif tag in ("select", "textarea"):
            self.open = name
            self.found[name] = ""
        elif tag == "option" and self.open and "selected" in at:
            self.found[self.open] = at.get("value", "")

    def handle_data(self, data: str) -> None:
        if self.open and self.lasttag == "textarea":
            self.found[self.open] += data

    def handle_endtag(self, tag: str) -> None:
        self.templates -= tag == "template"
        if tag in ("select", "textarea"):
            self.open = ""
