"""Addresses of observations, states and metrics."""

from django.urls import re_path

from telemetry.api.backtests import Backtests, OneBacktest
from telemetry.api.erasures import Erasures
from telemetry.api.observations import Observations

urlpatterns = [
    re_path(r"^observations/?$", Observations.as_view(), name="observations"),
    re_path(r"^backtests/?$", Backtests.as_view(), name="backtests"),
    re_path(r"^backtests/(?P<pk>[0-9]{1,18})/?$", OneBacktest.as_view(), name="backtest"),
    re_path(r"^erasures/?$", Erasures.as_view(), name="erasures"),
]
