"""What every page says, read for slips that no sentence should have."""

import re
from datetime import UTC, datetime
from html import unescape

import pytest
from django.contrib.auth.models import User
from django.test import Client

from tests.browser.everything import fill, pages
from tests.telemetry.conftest import nothing_known
from tests.telemetry.samples import HOUR, observation, publish_with_settings, told

__all__ = ["nothing_known"]
pytestmark = pytest.mark.slow

SLIPS = {
    "a number with needless zeros": r"\d\.\d*0{3,}\b",
    "words run together": r"primarysignal|trendcheck|compositegate",
    "a value said to be at most itself": r"(\S+ \w+) is at (most|least) \1",
    "two full stops": r"\w\.\.(\s|$)",
    "a word of the format": r"\bat (risk|caution)\b|\b(risk|caution)_if\b",
    "acted on by nobody": r"acts no more|asks no more",
    "to mend": r"\b[Mm]end\b",
}
EMPTY = {"_save": "Save"} | {
    f"{rows}-{count}_FORMS": "0"
    for rows in ("thresholds", "validation_rules")
    for count in ("TOTAL", "INITIAL")
}
TWO_ERRORS = re.compile(
    r'(?s)<ul class="errorlist[^>]*>((?:(?!</ul>).)*<li>(?:(?!</ul>).)*<li>(?:(?!</ul>).)*)</ul>'
)


@pytest.fixture
def everything(transactional_db):
    """Somebody who may see all there is, on a site with something of every kind."""
    publish_with_settings()
    now = datetime.now(UTC).replace(microsecond=0)
    told(*[observation(45 + n % 9, now - n * 6 * HOUR) for n in range(1, 40)], now=now)
    told(observation(18, now), now=now)
    root = User.objects.create_superuser("ines")
    fill(root)
    client = Client()
    client.force_login(root)
    return client


def words_of(page: bytes) -> str:
    """What a page says, and what its fields hold."""
    text = re.sub(r"(?s)<(script|style)\b.*?</\1>", " ", page.decode())
    values = re.findall(r'\b(?:value|placeholder|title|aria-label)="([^"]*)"', text)
    return unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", text)) + " | ".join(values))


def slips(path: str, page: bytes) -> list[str]:
    said = words_of(page)
    return [
        f"{path}: {what}: …{said[max(0, found.start() - 60) : found.end() + 40]}…"
        for what, pattern in SLIPS.items()
        if (found := re.search(pattern, said))
    ]


def test_no_page_says_what_nobody_would_nor_does_a_form_that_was_sent_empty(everything):
    found = []
    for path in pages(everything):
        found += slips(path, everything.get(path).content)
        if path.endswith("/add/"):
            refused = everything.post(path, EMPTY).content
            told_twice = [f"{path}: {each}" for each in TWO_ERRORS.findall(refused.decode())]
            found += [*slips(path, refused), *told_twice]
    assert not found, "\n".join(found)
