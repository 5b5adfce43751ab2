"""Addresses outside the API: where Prometheus looks by itself."""

from django.urls import re_path

from telemetry.api.metrics import KPIMetrics, Metrics, ProcessMetrics

urlpatterns = [
    re_path(r"^metrics/?$", Metrics.as_view(), name="metrics"),
    re_path(r"^metrics/kpis/?$", KPIMetrics.as_view(), name="metrics-kpis"),
    re_path(r"^metrics/process/?$", ProcessMetrics.as_view(), name="metrics-process"),
]
