"""The document names everything that is scraped."""

import re

import pytest
from django.conf import settings

from tests.telemetry.exposition.samples import text
from tests.telemetry.samples import observation, told

DOCUMENT = settings.BASE_DIR / "docs" / "metrics.md"


@pytest.mark.django_db
@pytest.mark.usefixtures("contract")
@pytest.mark.parametrize("mode", ["pseudonym", "off"])
def test_every_family_is_in_the_document_with_its_labels(settings, mode):
    settings.SUBJECT_LABEL = mode
    told(*[observation(18, user_id=f"u-{n}") for n in range(6)])
    told_of = DOCUMENT.read_text(encoding="utf-8")
    scraped = text()
    for name in re.findall(r"^# TYPE (auren_\w+)", scraped, re.M):
        assert f"`{name}`" in told_of or name.startswith("auren_hrv"), name
    for name, labels in re.findall(r"^(auren_\w+)\{(.*)\} ", scraped, re.M):
        (line,) = {
            line for line in told_of.splitlines() if line.startswith("| ") and f"`{name}`" in line
        } or {""}
        if line:
            assert set(re.findall(r'(\w+)="', labels)) <= set(re.findall(r"`(\w+)`", line)), name
