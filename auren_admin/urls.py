"""Addresses of the whole site. /livez is answered before these: see `auren_admin.middleware.liveness`."""

from django.contrib import admin
from django.urls import include, path
from django.views.generic import RedirectView

admin.site.site_header = admin.site.site_title = "AUREN Admin"
admin.site.index_title = "Registry"
admin.site.site_url = None  # there is nothing beside the admin to visit
admin.site.enable_nav_sidebar = False  # the theme has its own

handler400 = "auren_admin.errors.unreadable"
handler500 = "auren_admin.errors.failed"

urlpatterns = [
    path("admin/releases/release/", include("observability.urls")),
    path("admin/", admin.site.urls),
    path("api/v1/", include("auren_admin.api")),
    path("", include("telemetry.urls")),
    path("", RedirectView.as_view(pattern_name="admin:index")),
]
