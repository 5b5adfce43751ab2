"""Every setting and every check is explained where people look for it."""

import re

import pytest
from django.conf import settings

NAMES = sorted(settings.ENVIRONMENT_NAMES)


def words(file):
    return set(re.findall(r"[A-Za-z_.0-9]+", (settings.BASE_DIR / file).read_text(encoding="utf-8")))


@pytest.mark.parametrize("name", NAMES)
def test_a_setting_is_documented(name):
    assert name in words("docs/settings.md")


@pytest.mark.parametrize("name", [name for name in NAMES if name != "AUREN_ENV_FILE"])
def test_a_setting_is_in_the_example_file(name):
    assert name in words(".env.example")


def test_no_setting_is_documented_that_does_not_exist():
    for file in ("docs/settings.md", ".env.example"):
        known = {word for word in words(file) if word.startswith("AUREN_") and word != "AUREN_"}
        assert known <= settings.ENVIRONMENT_NAMES


def test_each_system_check_is_documented():
    sources = "".join(
        path.read_text(encoding="utf-8") for path in (settings.BASE_DIR / "auren_admin").rglob("*.py")
    )
    ids = set(re.findall(r"auren_admin\.[EWI]\d{3}", sources))
    assert ids
    assert ids <= words("docs/settings.md")


def test_a_file_that_contributors_are_sent_to_exists():
    text = (settings.BASE_DIR / "CONTRIBUTING.md").read_text(encoding="utf-8")
    for path in re.findall(r"`([\w./]+/[\w./]+)`", text):
        assert (settings.BASE_DIR / path).exists(), path


def test_a_link_in_the_docs_leads_somewhere():
    pages = [settings.BASE_DIR / "README.md", settings.BASE_DIR / "CONTRIBUTING.md"]
    pages += (settings.BASE_DIR / "docs").rglob("*.md")
    for page in pages:
        for target in re.findall(r"\]\((?!https?:|#|mailto:)([^)#\s]+)", page.read_text(encoding="utf-8")):
            assert (page.parent / target).exists(), f"{page.name} links to {target}"
