"""Addresses of runs, inboxes and pauses."""

from typing import Any

from django.urls import re_path

from protocols.api.inbox import Inbox
from protocols.api.people import Interventions, Judgements, Lifted, Pauses
from protocols.api.runs import Acceptance, OneRun, ReportedStep, Runs, UndeclaredStep

LIST: Any = {"get": "list"}
RUN = r"^runs/(?P<pk>[0-9]{1,18})"

urlpatterns = [
    re_path(r"^runs/?$", Runs.as_view(LIST), name="runs"),
    re_path(rf"{RUN}/?$", OneRun.as_view(), name="run"),
    re_path(rf"{RUN}/steps/?$", UndeclaredStep.as_view(), name="run-steps"),
    re_path(rf"{RUN}/steps/(?P<number>[0-9]{{1,9}})/?$", ReportedStep.as_view(), name="run-step"),
    re_path(rf"{RUN}/acceptance/?$", Acceptance.as_view(), name="run-acceptance"),
    re_path(rf"{RUN}/interventions/?$", Interventions.as_view(), name="run-interventions"),
    re_path(
        rf"{RUN}/deviations/(?P<rule>[A-Za-z0-9]{{1,10}})/?$", Judgements.as_view(), name="run-deviation"
    ),
    re_path(r"^pauses/?$", Pauses.as_view({"get": "list", "post": "create"}), name="pauses"),
    re_path(r"^pauses/(?P<pk>[0-9]{1,18})/lift/?$", Lifted.as_view(), name="pause-lift"),
    re_path(r"^agents/(?P<agent>[^/]+)/inbox/?$", Inbox.as_view(), name="agent-inbox"),
]
