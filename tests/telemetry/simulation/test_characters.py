"""What the simulated agents are like."""

from collections import Counter

from django.conf import settings

from contracts.documents import BindingsDocument
from contracts.loading import load_tree
from telemetry.simulation.characters import ADDED, CHARACTERS, NOTES, addition, intention, reply

STEP = "reduce_training_intensity"
MANY = range(400)
EXAMPLE = load_tree([settings.BASE_DIR / "examples" / "auren"])


def share(agent, outcome):
    return Counter(intention(agent, STEP, number).outcome for number in MANY)[outcome] / len(MANY)


def late(agent):
    return sum(intention(agent, STEP, number).is_late for number in MANY) / len(MANY)


def test_they_do_the_same_in_every_run_and_not_always_the_same():
    assert intention("NEUROS", STEP, "demo-02", 1) == intention("NEUROS", STEP, "demo-02", 1)
    assert len({intention("NEUROS", STEP, "demo-02", number).delay for number in range(9)}) == 9


def test_each_is_known_for_one_thing():
    assert late("CARDIOS") > 0.5 > 0.1 > late("NEUROS")
    assert share("NUTROS", "skipped") > 0.3 > 0.1 > share("NEUROS", "skipped")
    assert share("HYPERTROS", "failed") > 0.25 > 0.1 > share("NEUROS", "failed")
    answers = Counter(reply("SOMNOS", number).answer for number in MANY)
    assert answers["refused"] > 80 < answers["accepted"]
    assert any(reply("CARDIOS", number).answer == "ignored" for number in MANY)
    assert any(addition("AUREN", number) for number in MANY)
    assert not any(addition("NEUROS", number) for number in MANY)


def test_whoever_fails_skips_or_refuses_says_why():
    assert all(intention(agent, STEP, number).note for agent in CHARACTERS for number in MANY)
    assert all(one.words or one.answer == "ignored" for one in (reply("SOMNOS", number) for number in MANY))


def test_each_action_of_the_example_has_its_own_words():
    documents: list[BindingsDocument] = [one.document for one in EXAMPLE.bindings if one.document]
    actions = {action.name for one in documents for row in one.kpis_used for action in row.alerting.actions}
    assert actions | {ADDED, "answer_hand_off"} == set(NOTES)
