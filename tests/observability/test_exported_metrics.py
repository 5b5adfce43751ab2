"""Under which metric values are exported."""

from observability.exported_metrics import exported_metrics
from tests.contracts.samples import kpi


def test_a_metric_that_prometheus_does_not_take_is_none():
    assert exported_metrics([kpi(prometheus_metric='x"} or up{a="')]) == {"hrv_rmssd": ""}
    assert exported_metrics([kpi(prometheus_metric="auren_kpi")]) == {"hrv_rmssd": ""}


def test_of_two_with_one_metric_the_first_by_name_keeps_it():
    kpis = [kpi(name="b"), kpi(name="a")]
    assert exported_metrics(kpis) == {"a": "auren_hrv_rmssd_ms", "b": ""}
