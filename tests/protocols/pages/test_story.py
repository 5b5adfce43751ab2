"""What is told of runs: the sentences, and what is left for a person."""

import pytest

from protocols.pages.run.left import left
from protocols.pages.run.story import story
from tests.protocols.pages.stories import AT, MINUTE, asking, child, facts, offer, pause, run, said, step

BEGAN = "At 12:00 today heart-rate variability fell to 18 ms, below 25 ms, which its contract calls critical."
TWO = (step(1), step(2, "review_sleep", deadline=600))
DONE = (step(1, state="done"), step(2, "review_sleep", "done", after=110))
NOTHING = "Nothing."

STORIES = {
    "not begun": (
        facts(*TWO, of=run(state="waiting"), after=60),
        "NEUROS has not begun: it has to reduce training intensity by 12:05 and review sleep by 12:10.",
        "Nothing yet.",
    ),
    "begun": (
        facts(step(1, state="started", started=AT + MINUTE)),
        "NEUROS began to reduce training intensity at 12:01.",
        "Nothing yet.",
    ),
    "one done": (
        facts(step(1, state="done"), TWO[1]),
        "NEUROS reduced training intensity after 40 seconds. NEUROS still has to review sleep by 12:10.",
        "Nothing yet.",
    ),
    "all done": (
        facts(*DONE, of=run(state="completed", after=110)),
        "NEUROS reduced training intensity after 40 seconds and reviewed sleep after 1 minute 50 seconds. By 12:01 all "
        "that was asked for was done. The value has not recovered yet.",
        "Nothing has to be done.",
    ),
    "all done, and recovered": (
        facts(*DONE, of=run(state="completed", after=110, episode_ended=AT + 50 * MINUTE)),
        "all that was asked for was done. The value recovered at 12:50.",
        "Nothing has to be done.",
    ),
    "done late": (
        facts(step(1, state="done", after=720), of=run(state="completed", after=720), after=800),
        "NEUROS reduced training intensity after 12 minutes, 7 minutes late.",
        "Say whether it was right.",
    ),
    "overdue": (
        facts(step(1), of=run(state="waiting"), after=1020),
        "it has to reduce training intensity, 12 minutes overdue.",
        "Find out why NEUROS does not reduce training intensity, or do it yourself.",
    ),
    "failed": (
        facts(step(1, state="failed", note="The plan is locked."), of=run(state="failed", after=40)),
        "NEUROS could not reduce training intensity: “The plan is locked.” It ended at 12:00 with a step that failed.",
        "Decide who has to reduce training intensity.",
    ),
    "skipped": (
        facts(step(1, state="skipped", note="Rest day.")),
        "NEUROS skipped “reduce training intensity”: “Rest day.”",
        "Check whether it was right not to reduce training intensity.",
    ),
    "not declared": (
        facts(step(1, "order_ecg", "done", declared=False, deadline=None)),
        "NEUROS ordered ecg after 40 seconds, which no contract asks for.",
        "Nothing yet.",
    ),
    "no verb": (
        facts(step(1, "sleep_review", "done")),
        "NEUROS took the step “sleep review” after 40 seconds.",
        "Nothing yet.",
    ),
    "asked, no answer": (
        facts(asking(1, "CARDIOS"), offers={1: offer("CARDIOS", reason="It may be the heart.")}, after=1140),
        "NEUROS asked CARDIOS for help (“It may be the heart.”); CARDIOS has not answered yet (until 12:31).",
        "Decide whether CARDIOS is still needed.",
    ),
    "asked, accepted": (
        facts(asking(1, "SOMNOS", "done"), offers={1: offer("SOMNOS", "accepted", 300)}, children={1: child("SOMNOS")}),
        "SOMNOS accepted after 4 minutes and is looking into it.",
        "Nothing yet.",
    ),
    "asked, reviewed": (
        facts(
            asking(1, "SOMNOS", "done"), offers={1: offer("SOMNOS", "accepted", 300)},
            children={1: child("SOMNOS", "completed", after=700)},
            steps_of={9: [step(1, "answer_hand_off", "done", kind="review", note="Poor sleep.")]},
        ),
        "SOMNOS accepted after 4 minutes and finished its review: “Poor sleep.”",
        "Nothing yet.",
    ),
    "asked, refused": (
        facts(asking(1, "SOMNOS", "failed"), offers={1: offer("SOMNOS", "refused", 180, answer="No data.")}),
        "NEUROS asked SOMNOS for help; SOMNOS refused after 2 minutes: “No data.”",
        "Decide who helps instead of SOMNOS.",
    ),
    "asked, ignored": (
        facts(
            asking(1, "SOMNOS", "failed"), offers={1: offer("SOMNOS", "ignored", 1860)},
            of=run(state="failed", after=1860), after=2000,
        ),
        "SOMNOS did not answer within 30 minutes. It ended at 12:31 with a request for help that led nowhere.",
        "Decide who helps instead of SOMNOS.",
    ),
    "asked, withdrawn": (
        facts(
            asking(1, "SOMNOS", "not_needed"), offers={1: offer("SOMNOS", "withdrawn", 300)},
            of=run(state="recovered", after=300),
        ),
        "no answer is wanted any more. At 12:05 the value recovered.",
        "Nothing has to be done.",
    ),
    "yet to ask": (
        facts(step(1), asking(2, "SOMNOS", "pending")),
        "After that it asks SOMNOS for help.",
        "Nothing yet.",
    ),
    "recovered first": (
        facts(*(step(n, state="not_needed") for n in (1, 2)), of=run(state="recovered", after=600)),
        f"{BEGAN} At 12:10 the value recovered; 2 steps were no longer needed.",
        "Nothing has to be done.",
    ),
    "timed out": (
        facts(step(1, state="not_needed"), of=run(state="timed_out", after=86_400), after=90_000),
        "Nobody finished it within 1 day, and it was closed at 12:00 on 25 Nov. The value has not recovered yet.",
        "Decide what becomes of it.",
    ),
    "overridden": (
        facts(
            step(1, state="overridden"), of=run(state="overridden", after=120),
            said=[said("override", reason_code="wrong_reading", words="The strap was loose.")],
        ),
        "At 12:02 Ines Okafor overrode it: the reading is wrong (“The strap was loose.”).",
        NOTHING,
    ),
    "taken over": (
        facts(
            step(1, state="not_needed"), of=run(state="taken_over", after=120, assignee_name="Ines Okafor"),
            said=[said("take_over", reason_code="known")],
        ),
        "At 12:02 Ines Okafor took over: known, and being looked after.",
        "Ines Okafor has taken this over.",
    ),
    "one step overridden": (
        facts(
            step(1, state="overridden"), TWO[1],
            said=[said("override", reason_code="too_much", step=step(1))],
        ),
        "Ines Okafor overrode “reduce training intensity” at 12:02 (too much for this reading).",
        "Nothing yet.",
    ),
    "agreed": (
        facts(step(1, state="failed"), of=run(state="failed", after=40), said=[said("agree", reason_code="right")]),
        "NEUROS could not reduce training intensity.",
        NOTHING,
    ),
    "agreed before it failed": (
        facts(step(1, state="failed", after=170), said=[said("agree", after=60)]),
        "NEUROS could not reduce training intensity.",
        "Decide who has to reduce training intensity.",
    ),
    "withdrawn": (
        facts(step(1, state="not_needed"), of=run(state="withdrawn", after=600)),
        "At 12:10 it was withdrawn: a value that came late or was corrected showed",
        NOTHING,
    ),
    "paused": (
        facts(step(1), pauses=[pause(60, 3660)]),
        "NEUROS is paused by Ines Okafor from 12:01 until 13:01 (planned work).",
        "Decide who acts while NEUROS is paused.",
    ),
    "was paused": (
        facts(step(1, state="done", after=400, recorded=AT + 401_000_000), pauses=[pause(60, 360)], after=500),
        "NEUROS reduced training intensity after 6 minutes. NEUROS was paused by Ines Okafor from 12:01 to 12:06",
        "Nothing yet.",
    ),
    "nothing declared": (
        facts(of=run(state="waiting")),
        "Its contract asks for nothing to be done, so this goes on until the value recovers.",
        "Decide what to do.",
    ),
    "from history": (
        facts(step(1, due=AT + 185 * MINUTE), of=run(recorded=AT + 180 * MINUTE), after=181 * 60),
        "The server learnt of it 3 hours later, at 15:00; NEUROS could not know before.",
        "Nothing yet.",
    ),
    "of an earlier day": (
        facts(of=run(state="recovered", after=600), after=3 * 86_400),
        "At 12:00 on 24 November heart-rate variability fell to 18 ms",
        "Nothing has to be done.",
    ),
    "grew worse": (
        facts(step(1, severity=2), step(2, "review_sleep", added=AT + 25 * MINUTE, due=AT + 35 * MINUTE)),
        "which its contract calls warning. At 12:25 it grew worse, to critical.",
        "Nothing yet.",
    ),
    "by a change": (
        facts(of=run(state="waiting", reason="18 ms is a drop of 16 % from 21.4 ms, the mean over 7 days")),
        "heart-rate variability fell to 18 ms, a drop of 16 % from 21.4 ms, the mean over 7 days",
        "Decide what to do.",
    ),
    "after a while": (
        facts(of=run(state="waiting", reason="18 ms is below 25 ms, for 10 minutes now")),
        "heart-rate variability had been 18 ms, below 25 ms, for 10 minutes, which",
        "Decide what to do.",
    ),
    "without a value": (
        facts(of=run(state="waiting", inputs={}, reason="")),
        "At 12:00 today NEUROS had to act on heart-rate variability, which",
        "Decide what to do.",
    ),
    "asked by another": (
        facts(
            step(1, "answer_hand_off", kind="review", deadline=None),
            of=run(agent="SOMNOS", state="offered", depth=1, offer=offer("SOMNOS", reason="Poor sleep.")),
        ),
        "At 12:00 today NEUROS asked SOMNOS for help: “Poor sleep.” Heart-rate variability had fallen to 18 ms, below "
        "25 ms. SOMNOS has not answered yet; it has until 12:31.",
        "Nothing yet.",
    ),
    "refused another": (
        facts(
            step(1, "answer_hand_off", "not_needed", kind="review", deadline=None),
            of=run(
                agent="SOMNOS", state="refused", after=180, depth=1,
                offer=offer("SOMNOS", "refused", 180, answer="No data."),
            ),
        ),
        "SOMNOS refused after 2 minutes: “No data.”",
        "Decide who helps NEUROS instead.",
    ),
    "ignored another": (
        facts(
            of=run(agent="SOMNOS", state="ignored", after=1860, depth=1, offer=offer("SOMNOS", "ignored", 1860)),
            after=2000,
        ),
        "SOMNOS did not answer within 30 minutes.",
        "Decide who helps NEUROS instead.",
    ),
    "many steps": (
        facts(*(step(n, f"adjust_dose_{n}", "done", after=n) for n in range(1, 501)), after=600),
        "NEUROS adjusted dose 301 after 5 minutes, 1 second late, adjusted dose 302 after 5 minutes, 2 seconds late, "
        "adjusted dose 303 after 5 minutes, 3 seconds late and took 497 more steps.",
        "Nothing yet.",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("found", "told", "head"), STORIES.values(), ids=STORIES)
def test_what_happened_and_what_is_left(found, told, head):
    text = story(found).text
    assert told in text
    assert left(found).head == head
    assert ".." not in text
    assert "”." not in text or text.count(".”.") == 0


def test_the_title_is_the_value():
    assert story(facts()).title == "Heart-rate variability fell to 18 ms"


def test_markup_is_text():
    note = "<b>\x02bold\x03</b>"
    found = facts(step(1, state="failed", note=note))
    assert "<b>bold</b>" in story(found).text.replace("\x02", "").replace("\x03", "")
    assert [piece.text for piece in story(found).pieces if piece.is_strong][-1] != "bold"
