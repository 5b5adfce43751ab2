"""Addresses of the API's first version."""

from django.urls import include, path

from rest.documentation import Description, Page

urlpatterns = [
    path("", include("kpis.api.urls")),
    path("", include("releases.api.urls")),
    path("", include("bindings.api.urls")),
    path("", include("telemetry.api.urls")),
    path("", include("protocols.api.urls")),
    path("", include("observability.api.urls")),
    path("schema/", Description.as_view(), name="api-schema"),
    path("docs/", Page.as_view(), name="api-docs"),
]
