"""There is a page for each alert that is generated, and what it says to ask can be asked."""

import re

import promql_parser
import pytest
from django.conf import settings

from observability.export import export_files
from observability.options import RuleFormat
from observability.recording_rules import recording_rule_files
from tests.contracts.releases import example_release
from tests.observability.tools import OPTIONS, rules_in

FOLDER = settings.BASE_DIR / "docs" / "runbooks"
PAGES = sorted(page for page in FOLDER.glob("*.md") if page.name != "README.md")
SECTIONS = ["What it means", "Whom it concerns", "What to look at first", "How it ends"]
OTHERS = ("django_", "node_", "otelcol_", "probe_", "prometheus_", "up", "auren_hrv_rmssd_ms")
EXPORT = export_files(example_release(), OPTIONS)


def alerts():
    for path, text in EXPORT.items():
        if path.startswith("prometheus/rules/"):
            yield from (rule for rule in rules_in(text) if "alert" in rule)


def text_of(page):
    return page.read_text(encoding="utf-8")


def queries():
    return [
        pytest.param(query, id=f"{page.stem}-{number}")
        for page in PAGES
        for number, query in enumerate(re.findall(r"```promql\n(.+?)```", text_of(page), re.S))
    ]


def test_the_example_has_alerts_of_people_and_of_the_service():
    assert OPTIONS.rule_format is RuleFormat.PROMETHEUS
    assert {rule["labels"].get("service") for rule in alerts()} == {None, "auren"}


def test_every_alert_leads_to_a_page_that_exists():
    for rule in alerts():
        folder, _, page = rule["annotations"]["runbook_url"].rpartition("/")
        assert folder == OPTIONS.runbook_url
        assert (FOLDER / page).is_file(), rule["alert"]


def test_every_page_is_of_an_alert_and_in_the_list():
    used = {rule["annotations"]["runbook_url"].rpartition("/")[2] for rule in alerts()}
    assert {page.name for page in PAGES} == used
    assert used == set(re.findall(r"\]\(([\w-]+\.md)\)", text_of(FOLDER / "README.md")))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_a_page_says_what_whom_how_and_until_when(page):
    assert re.findall(r"^\*\*(.+?)\.?\*\*", text_of(page), re.M) == SECTIONS


@pytest.mark.parametrize("query", queries())
def test_what_a_page_says_to_ask_can_be_asked(query):
    promql_parser.parse(query)
    metrics = (settings.BASE_DIR / "docs" / "metrics.md").read_text(encoding="utf-8")
    recorded = {
        rule["record"] for rule in rules_in(*recording_rule_files(example_release(), OPTIONS).values())
    }
    bare = re.sub(r"\{[^}]*\}|\[[^]]*\]|\b(by|without|on) \([^)]*\)", "", query)
    for name in re.findall(r"\b[a-z]\w*(?::\w+)*_\w+(?::\w+)*", bare):
        known = name in recorded or f"`{name}`" in metrics or name.startswith(OTHERS)
        assert known or name == "histogram_quantile", name
