"""Bindings and observations, short to write, and strategies for them."""

from hypothesis import strategies as st

from contracts.evaluation import SECOND, Observed, Transition, evaluator, in_order
from contracts.severity import Severity
from contracts.watched import Definition, WatchedAction, WatchedBinding, WatchedTrigger

SAFE = "ok == true"


def trigger(severity="critical", condition="< 20", for_="", keep="", recover=""):
    return WatchedTrigger(Severity(severity), condition, for_, keep, recover)


def watched(*triggers, guard="", missing="", symbol="ms"):
    actions = (WatchedAction("train_less"), WatchedAction("rest_today", on="critical"))
    definition = Definition("hrv_rmssd", symbol=symbol, missing_data=missing)
    return WatchedBinding("NEUROS", "hrv_rmssd", "", True, guard, tuple(triggers), actions, definition)


def at(seconds, value, context=None, source=""):
    """An observation so many seconds after the beginning."""
    return Observed(value, seconds * SECOND, context, source)


def run(binding, memory, *observations):
    """The memory and all transitions after some observations, none of which knows of those before it."""
    found: list[Transition] = []
    for observed in observations:
        memory, more = evaluator(binding).evaluate(memory, observed)
        found += more
    return memory, found


_ends = st.integers(0, 5)
conditions = st.builds(
    "{} {}".format, st.sampled_from(["<", "<=", ">", ">=", "==", "!="]), _ends
) | st.builds(lambda ends: f"{min(ends)}..{max(ends)}", st.tuples(_ends, _ends))
_lengths = st.sampled_from(["", "", "2s", "5s"])
triggers = st.builds(
    trigger, st.sampled_from(Severity), conditions, _lengths, _lengths, st.just("") | conditions
)


_guards = st.sampled_from(["", "", SAFE])


@st.composite
def bindings(draw, guards=_guards):
    found = sorted(draw(st.lists(triggers, max_size=3)), key=lambda one: -one.severity.rank)
    return watched(*found, guard=draw(guards), missing=draw(st.sampled_from(["", "7s", "3s"])))


values = st.integers(0, 12).map(lambda half: half / 2)
contexts = st.sampled_from([{"ok": True}, {"ok": True}, {"ok": True}, {"ok": False}, None])


@st.composite
def histories(draw, least_gap=0, size=12):
    """Observations of a series in their order."""
    found, now = {}, 0
    for gap in draw(st.lists(st.integers(least_gap, 6), max_size=size)):
        now += gap
        found[now] = at(now, draw(values), draw(contexts), "watch")
    return in_order(found.values())
