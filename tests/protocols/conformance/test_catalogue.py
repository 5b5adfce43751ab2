"""The catalogue of deviations, and the page made of it."""

import re

import pytest

from protocols.conformance import RULES
from protocols.conformance.catalogue import run_rule
from protocols.conformance.examples import EXAMPLES
from scripts.conformance_doc import PAGE, page


@pytest.mark.parametrize("rule", RULES.values(), ids=lambda rule: rule.id)
def test_every_rule_explains_itself(rule):
    assert re.fullmatch(r"RUN[0-9]{3}", rule.id)
    assert re.fullmatch(r"[a-z][a-z0-9_]*", rule.code)
    assert rule.title
    assert rule.pattern
    assert rule.rationale.endswith(".")
    assert rule.example.endswith(".")


def test_ids_stand_in_order_and_each_has_an_example():
    assert list(RULES) == sorted(RULES) == list(EXAMPLES)
    assert len({rule.code for rule in RULES.values()}) == len(RULES)


def test_an_id_is_used_once():
    with pytest.raises(ValueError, match="declared twice"):
        run_rule("RUN001", "again", title="", pattern="", example="")(lambda case: ())


def test_the_page_of_deviations_is_up_to_date():
    assert PAGE.read_text(encoding="utf-8") == page(), "run: python -m scripts.conformance_doc"
