"""Answers prepared for the front: for each address its bytes and headers, so that a poll computes nothing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from releases.models.channel import PRODUCTION
from releases.serving.bodies import Body, Variant
from releases.serving.shelf import Stock

Headers = list[tuple[str, str]]

ROOT = "/api/v1/"
RELEASE, CHANNEL, AGE = "Auren-Release", "Auren-Channel", "Auren-Age"
RETENTION = "Auren-Retention-Days"
"""For how many days observations are kept: an older one is refused, and a client that knows says so on the spot."""
BINDINGS, REGISTRY = "bindings:read", "registry:read"


@dataclass(frozen=True, slots=True)
class Sheet:
    """One variant of an answer: its tag, its body as WSGI has it, and the headers with it and without (304)."""

    etag: str
    body: list[bytes]
    headers: Headers
    headers_unchanged: Headers


@dataclass(frozen=True, slots=True)
class Page:
    """An answer to one address. ``has_age`` says that it tells how long ago the database confirmed it."""

    plain: Sheet
    packed: Sheet
    has_age: bool = True


Pages = Mapping[str, Page]
"""By path, with and without a slash at the end."""


@dataclass(frozen=True, slots=True)
class Ask:
    """Which way somebody reads: by the channel of their own or "", or by one chosen in the address, or a release."""

    scopes: frozenset[str]
    channel: str = ""
    release: int | None = None
    is_chosen: bool = False


@dataclass(frozen=True, slots=True)
class Press:
    """Makes pages, with the headers that all of them have."""

    always: tuple[tuple[str, str], ...]
    always_unchanged: tuple[tuple[str, str], ...]

    def pages(self, stock: Stock, ask: Ask) -> Pages:
        """Everything that may be read in one way; made once for each stock."""
        if ask not in stock.pages:
            stock.pages[ask] = dict(self._pages(stock, ask))
        found: Pages = stock.pages[ask]
        return found

    def _pages(self, stock: Stock, ask: Ask) -> Iterator[tuple[str, Page]]:
        for address, (number, name) in _sources(stock, ask.channel, ask.release).items():
            body = stock.body(number, address)
            if body is not None and (REGISTRY if address.startswith("registry") else BINDINGS) in ask.scopes:
                page = self._page(body, number, name)
                yield ROOT + address, page
                yield ROOT + address + "/", page
        if BINDINGS in ask.scopes and not ask.is_chosen:
            for name, pointer in stock.pointers.items():
                page = self._page(pointer.body, pointer.number, name)
                yield f"{ROOT}channels/{name}", page
                yield f"{ROOT}channels/{name}/", page

    def _page(self, body: Body, number: int | None, channel: str) -> Page:
        where = [(RELEASE, str(number))] if number else []
        where += [(CHANNEL, channel)] if channel else []
        plain = self._sheet(body.plain, body.content_type, where)
        return Page(
            plain, plain if body.packed is body.plain else self._sheet(body.packed, body.content_type, where)
        )

    def _sheet(self, variant: Variant, content_type: str, where: Headers) -> Sheet:
        own = [("ETag", variant.etag), *where]
        kind = [("Content-Type", content_type), ("Content-Length", str(len(variant.data)))]
        kind += [("Content-Encoding", variant.encoding)] if variant.encoding else []
        return Sheet(
            variant.etag,
            [variant.data],
            [*kind, *own, *self.always],
            [*own, *self.always_unchanged],
        )


def _sources(stock: Stock, channel: str, release: int | None) -> dict[str, tuple[int, str]]:
    """For each address, the release it is answered from and the channel that led there."""
    if release is not None:
        return dict.fromkeys(stock.releases.get(release, ()), (release, ""))
    found = _of_channel(stock, channel or PRODUCTION)
    if channel:
        return found
    for agent, followed in stock.following.items():
        for address in (f"agents/{agent}/bindings", f"agents/{agent}/bindings.yaml"):
            found.pop(address, None)
            pointer = stock.pointer(followed)
            if pointer and pointer.number and stock.body(pointer.number, address):
                found[address] = pointer.number, followed
    return found


def _of_channel(stock: Stock, name: str) -> dict[str, tuple[int, str]]:
    pointer = stock.pointer(name)
    if pointer is None or pointer.number is None:
        return {}
    return dict.fromkeys(stock.releases.get(pointer.number, ()), (pointer.number, name))
