"""The picture of a binding: the agent's triggers and the registry's thresholds on one axis."""

from typing import Any

from contracts.agents import AgentContext, compile_agent
from contracts.bands import INHERITS, watched_picture
from contracts.documents import BindingsDocument, KpiDocument
from contracts.spec import compile_kpi

HRV: dict[str, Any] = {
    "name": "hrv", "unit": "milliseconds", "prometheus_metric": "auren_hrv_ms",
    "absolute_range": {"min": 0, "max": 200}, "normal_range": {"min": 30, "max": 100},
    "risk_thresholds": {"critical": {"condition": "< 20"}, "elevated": {"condition": "> 100"}},
}  # fmt: skip


def drawn(width: float = 280, **alerting):
    kpi = compile_kpi(KpiDocument.model_validate(HRV))
    row = {"key": "hrv", "alerting": alerting}
    document = BindingsDocument.model_validate({"agent": "NEUROS", "kpis_used": [row]})
    (binding,) = compile_agent(document, AgentContext.of(kpis=[kpi], agents=None)).bindings
    return watched_picture(kpi, binding.triggers, "NEUROS", "ms", width)


def test_each_severity_has_a_row_with_the_agents_bar_and_the_registrys_thin_below():
    rows = {row.kind: row for row in drawn(risk_if="< 25").rows}
    assert list(rows) == ["normal", "critical", "info"]
    assert rows["critical"].bars[0].width > rows["critical"].registry[0].width
    assert rows["critical"].bars[0].x == rows["critical"].registry[0].x
    assert (rows["info"].bars, rows["info"].labels[0].text) == ((), "registry only")


def test_without_triggers_of_its_own_the_registrys_thresholds_are_drawn_and_said_so():
    picture = drawn()
    assert picture.sentence.startswith(INHERITS)
    assert [len(row.bars) for row in picture.rows] == [1, 1, 1]
    assert not any(row.registry for row in picture.rows)


def test_the_axis_has_room_for_numbers_of_both():
    assert {"20", "100"} <= {tick.text for tick in drawn(width=600, risk_if="< 55").ticks}
    assert "55" in {tick.text for tick in drawn(width=600, risk_if="< 55").ticks}


def test_the_sentence_tells_what_the_agent_does_and_what_the_registry_says():
    sentence = drawn(risk_if="< 25").sentence
    assert sentence.startswith("NEUROS acts: Critical below 25 ms. The registry: Normal 30 to 100 ms.")


def test_a_trigger_that_cannot_be_read_and_one_that_is_a_change_have_a_row_with_words():
    rows = drawn(risk_if="abc", caution_if="drop >= 10% over 7d").rows
    assert [row.labels[0].text for row in rows[1:3]] == ["cannot be read", "drop >= 10% over 7d"]


def test_rows_stand_below_each_other():
    tops = [row.y for row in drawn(risk_if="< 25", caution_if="< 28", elevated_if="> 120").rows]
    assert tops == sorted(set(tops))
