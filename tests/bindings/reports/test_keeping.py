"""Reports in the database."""

from collections import Counter
from datetime import timedelta

from django.utils import timezone

from bindings.models import Trigger, Waiver
from bindings.models.report import ValidationReport
from bindings.reports import keeping
from bindings.reports.judging import judge_all
from bindings.reports.keeping import as_report, entries_in, fixed_in, keep, silence
from kpis.models import KPI
from tests.bindings.reports.conftest import report, told
from tests.kpis.conftest import make


def waiver(rule: str, subject: str, *, days: int = 30) -> Waiver:
    one = Waiver(
        rule=rule,
        subject_kind="kpi",
        subject_name=subject,
        reason="Known.",
        owner="Ines",
        expires=timezone.localdate() + timedelta(days=days),
    )
    one.save()
    return one


def test_the_first_report_calls_nothing_new(neuros):
    first = report()
    assert (first.count("new"), first.count("fixed"), first.previous) == (0, 0, None)
    assert first.counts["kpis"] == 1
    assert first.count("note") == sum(entry.level == "note" for entry in entries_in(first))


def test_the_next_one_says_what_is_new_fixed_and_staying(neuros, hrv):
    hrv.thresholds.filter(severity="critical").update(condition="< 120")
    first = report()
    hrv.thresholds.filter(severity="critical").update(condition="< 20")
    make(name="other", prometheus_metric="auren_other_ms")
    second = report()
    assert ("KPI035", "hrv_rmssd") in {(entry.rule, entry.subject) for entry in fixed_in(second)}
    assert second.count("new") == len(told(second) - told(first)) > 0
    assert second.count("staying") == len(told(second) & told(first))
    assert second.previous == first


def test_a_staying_finding_keeps_the_time_it_was_first_seen(neuros):
    first = entries_in(report())
    ValidationReport.objects.update(at=timezone.now() - timedelta(days=3))
    assert {entry.since for entry in entries_in(report())} <= {entry.since for entry in first}


def test_it_says_when_nothing_was_changed_in_between(neuros):
    report()
    assert report().count("unchanged") == 1
    KPI.objects.update(title="Otherwise")
    assert report().count("unchanged") == 0


def test_a_waived_finding_is_kept_and_does_not_count(neuros):
    rule, subject = sorted(told(report()))[0]
    waiver(rule, subject)
    after = report()
    assert (rule, subject) not in told(after)
    assert after.count("waived") == 1
    assert (after.count("new"), after.count("fixed")) == (0, 0)
    assert any("by Ines: Known." in entry.waived for entry in entries_in(after))


def test_an_expired_waiver_is_an_error_and_silences_nothing(neuros):
    rule, subject = sorted(told(report()))[0]
    waiver(rule, subject, days=-1)
    after = told(report())
    assert {(rule, subject), ("WAV001", subject)} <= after


def test_a_waiver_counts_at_once_in_the_report_on_the_screen(neuros):
    one = report()
    rule, subject = sorted(told(one))[0]
    assert silence(one, waiver(rule, subject)) == 1
    one.refresh_from_db()
    assert (rule, subject) not in told(one)
    assert one.count("waived") == 1
    assert sum(count for _, count in one.levels) == len(told(one))


def test_only_the_newest_are_kept(neuros, monkeypatch):
    monkeypatch.setattr(keeping, "KEPT_REPORTS", 3)
    made = [report().pk for _ in range(5)]
    assert sorted(ValidationReport.objects.values_list("pk", flat=True)) == made[-3:]


def test_of_too_many_findings_the_worst_are_kept_and_all_are_counted(neuros, hrv, monkeypatch):
    hrv.thresholds.filter(severity="critical").update(condition="< 120")
    whole = report()
    monkeypatch.setattr(keeping, "KEPT_ENTRIES", 1)
    cut = report()
    assert [entry.level for entry in entries_in(cut)] == ["error"]
    assert cut.levels == whole.levels
    assert cut.count("left_out") == len(entries_in(whole)) - 1
    mended = hrv.thresholds.filter(severity="critical")
    mended.update(condition="< 20")
    still_cut = report()
    assert (still_cut.count("fixed"), fixed_in(still_cut)) == (0, [])  # what was left out may be what is gone
    mended.update(condition="< 120")
    assert report().count("left_out")
    mended.update(condition="< 20")
    monkeypatch.undo()
    after = report()
    assert (after.count("fixed"), fixed_in(after)) == (0, [])
    mended.update(condition="< 120")
    report()
    monkeypatch.setattr(keeping, "KEPT_ENTRIES", 1)
    mended.update(condition="< 20")
    cut_again = report()
    assert (cut_again.count("fixed"), fixed_in(cut_again)) == (0, [])


def test_a_report_as_the_formats_take_it(neuros):
    one = report()
    shown = as_report(one, entries_in(one))
    assert len(shown.findings) == len(told(one))
    assert "agents/roster.yaml" in shown.files
    assert shown.exit_code() == 0


def test_nothing_looked_at_is_never_clean(registry):
    one = keep(judge_all(), trigger="cli")
    assert as_report(one, entries_in(one)).exit_code() == 3


def test_it_counts_for_each_agent_and_for_the_kpis(neuros, hrv):
    Trigger.objects.update(condition="< 500")
    hrv.thresholds.filter(severity="critical").update(condition="< 120")
    one = report()
    counts = Counter(entry.level for entry in entries_in(one) if entry.agent == "NEUROS")
    assert dict(one.of_agent("NEUROS") or ()) == counts
    assert one.of_agent("NOBODY") == []
    assert one.kpi_counts is not None
    assert one.kpi_counts["counts"]["error"] >= 1
    assert [name for name, _ in one.kpi_counts["worst"]] == ["hrv_rmssd"]


def test_what_is_waived_leaves_the_counts_at_once(neuros):
    Trigger.objects.update(condition="< 500")
    one = report()
    entry = next(entry for entry in entries_in(one) if entry.agent == "NEUROS")
    before = sum(count for _, count in one.of_agent("NEUROS") or ())
    waived = silence(one, waiver(entry.rule, entry.subject))
    one.refresh_from_db()
    assert sum(count for _, count in one.of_agent("NEUROS") or ()) == before - waived
