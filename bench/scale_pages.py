"""``python -m bench.scale_pages``: one page of every kind that the admin leads to, on the site of AUREN_DATA_DIR.

Follows the links from the first page on. Addresses that differ in a number or in a made-up name are of one kind, of
which the first is opened. Prints one line of JSON: the pages, the slowest first, each with processor seconds, bytes
and queries. Files made of a whole release are no pages: the area observability measures them.
"""

from __future__ import annotations

import json
import re
import time
from collections import deque
from collections.abc import Iterator
from html import unescape
from typing import Any, Final
from urllib.parse import urldefrag, urljoin

from django.test import Client

from bench.asked import asked
from bench.scale_site import someone, told_loading

START: Final = "/admin/"
LEFT_OUT: Final = re.compile(r"/(?:logout|jsi18n|download|document|observability|proof)/")
"""Not pages, or the end of the visit."""
MOST: Final = 400
LINK: Final = re.compile(r"""href="([^"]+)\"""")
NAMES: Final = (
    (re.compile(r"measured_value_\d+_\w+?(?=/|$)"), "KPI"),
    (re.compile(r"AGENT_\d+"), "AGENT"),
    (re.compile(r"(?<=/)[0-9a-f]{20}(?=/)"), "MARK"),
)


def kind_of(address: str) -> str:
    """The path of a page with ``N``, ``KPI``, ``AGENT`` and ``MARK`` for what differs among pages of one kind."""
    path = address.partition("?")[0]
    for pattern, word in NAMES:
        path = pattern.sub(word, path)
    return re.sub(r"\d+", "N", path)


def pages(client: Client) -> Iterator[dict[str, Any]]:
    """Each kind that is found, with what its first page took."""
    waiting, known = deque([START]), {kind_of(START)}
    while waiting and len(known) < MOST:
        address = waiting.popleft()
        began = time.process_time()
        with asked() as queries:
            answer = client.get(address)
            content = b"".join(answer)
        seconds = time.process_time() - began
        yield {
            "page": kind_of(address), "seconds": round(seconds, 3), "bytes": len(content),
            "queries": queries.count, "status": answer.status_code,
        }  # fmt: skip
        if answer.get("Content-Type", "").startswith("text/html"):
            for link in LINK.findall(content.decode()):
                following = urldefrag(urljoin(address, unescape(link))).url
                kind = kind_of(following)
                if following.startswith(START) and kind not in known and not LEFT_OUT.search(kind):
                    known.add(kind)
                    waiting.append(following)


def main() -> None:
    """Open them all, with the contract in force at hand."""
    client = someone()
    told_loading()
    found = sorted(pages(client), key=lambda page: -page["seconds"])
    print(json.dumps({"pages": found}))


if __name__ == "__main__":
    main()
