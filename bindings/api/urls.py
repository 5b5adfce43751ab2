"""Addresses of agents, bindings, hand-offs, actions and validation."""

from typing import Any

from django.urls import re_path

from bindings.api.actions import ActionResource
from bindings.api.reports import ReportResource
from bindings.api.validating import Validate, Validated
from bindings.api.views import AgentResource, BindingResource, HandOffResource, KpiHandOffResource
from rest.routing import Router

ROW: Any = {"get": "retrieve", "put": "update", "patch": "partial_update", "delete": "destroy"}
LIST: Any = {"get": "list", "post": "create"}

router = Router()
router.register("agents", AgentResource)
router.register("actions", ActionResource)

urlpatterns = [
    *router.urls,
    re_path(r"^bindings/?$", BindingResource.as_view(LIST), name="binding-list"),
    re_path(
        r"^bindings/(?P<agent>[^/]+)/(?P<kpi>[^/]+)/?$", BindingResource.as_view(ROW), name="binding-detail"
    ),
    re_path(r"^handoffs/?$", HandOffResource.as_view(LIST), name="handoff-list"),
    re_path(
        r"^handoffs/(?P<agent>[^/]+)/(?P<severity>critical|warning|info)/(?P<target>[^/]+)/?$",
        HandOffResource.as_view(ROW),
        name="handoff-detail",
    ),
    re_path(
        r"^handoffs/(?P<agent>[^/]+)/(?P<severity>critical|warning|info)/(?P<target>[^/]+)/(?P<kpi>[^/]+)/?$",
        KpiHandOffResource.as_view(ROW),
        name="handoff-detail-kpi",
    ),
    re_path(r"^reports/?$", ReportResource.as_view(LIST), name="report-list"),
    re_path(
        r"^reports/(?P<pk>[0-9]{1,9})/?$", ReportResource.as_view({"get": "retrieve"}), name="report-detail"
    ),
    re_path(r"^validate/?$", Validate.as_view(), name="validate"),
    re_path(r"^validate/(?P<pk>[0-9]{1,9})/?$", Validated.as_view(), name="validated"),
]
