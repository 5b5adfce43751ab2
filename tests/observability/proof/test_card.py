from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings

from contracts.severity import Severity
from observability.dashboards.colours import NORMAL, SEVERITY_COLOURS
from observability.options import ExportOptions
from observability.proof.card import proof_cards
from observability.proof.proving import prove
from scripts.proof_doc import PAGE, page
from tests.contracts.releases import example_release
from tests.observability.agreement.lives import document_of
from tests.observability.test_agreement import of_one_source

OPTIONS = ExportOptions()


def card(agent: str, kpi: str, severity: Severity):
    cards = proof_cards(example_release(), OPTIONS, kpi, agent)
    return next(one for one in cards if one.severity is severity)


def test_every_trigger_of_the_example_has_a_card_of_its_own():
    cards = proof_cards(example_release(), OPTIONS)
    assert len({(one.agent, one.kpi, one.severity, one.condition) for one in cards}) == len(cards) == 20


def test_it_says_the_same_in_words_and_in_promql():
    found = card("CARDIOS", "hrv_rmssd", Severity.CRITICAL)
    assert found.words == "below 20 ms"
    assert '(auren_hrv_rmssd_ms{agent="CARDIOS"}) < 20)' in found.rules


def test_grafana_paints_each_side_of_the_boundary_in_its_own_colour():
    found = card("CARDIOS", "hrv_rmssd", Severity.CRITICAL)
    critical, warning = SEVERITY_COLOURS[Severity.CRITICAL], SEVERITY_COLOURS[Severity.WARNING]
    assert [(one.value, one.colour) for one in found.colours] == [
        (19.999999999999996, critical),
        (20.0, warning),
    ]
    assert card("AUREN", "recovery_score", Severity.WARNING).colours[1].colour == NORMAL


def test_the_digest_is_of_everything_on_the_card():
    found = card("CARDIOS", "hrv_rmssd", Severity.CRITICAL)
    again = card("CARDIOS", "hrv_rmssd", Severity.CRITICAL)
    assert found.digest == again.digest
    for name, other in (("words", "x"), ("rules", "x"), ("colours", ()), ("witness_test", "")):
        assert replace(found, **{name: other}).digest != found.digest


def failures(cards):
    return [
        (card.kpi, card.condition, card.timing, case)
        for card, verdicts in prove(cards)
        for verdict in verdicts
        for case in verdict.cases
        if case.failure
    ]


@pytest.mark.monitoring
@pytest.mark.slow
def test_prometheus_flips_where_the_cards_of_the_example_say():
    assert not failures(proof_cards(example_release(), OPTIONS))


@pytest.mark.monitoring
@pytest.mark.slow
@settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck))
@given(of_one_source)
def test_prometheus_flips_where_any_card_says(life):
    assert not failures(proof_cards(document_of([life]), OPTIONS))


@pytest.mark.monitoring
def test_a_rule_that_flips_elsewhere_is_found():
    found = card("CARDIOS", "hrv_rmssd", Severity.CRITICAL)
    other = replace(found, rules=found.rules.replace("< 20", "<= 20"))
    assert failures([other])


def test_the_page_of_the_documentation_is_that_of_the_example():
    assert PAGE.read_text(encoding="utf-8") == page(), "run: make docs"
