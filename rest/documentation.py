"""The API's description, and the page that shows it; for those who may use the API."""

from __future__ import annotations

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView
from rest_framework.permissions import IsAuthenticated

from rest.views import Guarded


class Description(Guarded, SpectacularAPIView):
    """The API as OpenAPI 3."""

    permission_classes = (IsAuthenticated,)
    parameters = ("format",)


class Page(SpectacularSwaggerSplitView):
    """The page for people: it needs no inline script, and sends who is not signed in to do so."""

    permission_classes = ()
    url_name = "api-schema"

    def dispatch(self, request: HttpRequest, *args: object, **kwargs: object) -> HttpResponseBase:
        """Ask who it is first."""
        if not request.user.is_authenticated:
            return redirect_to_login(request.get_full_path())
        response: HttpResponseBase = super().dispatch(request, *args, **kwargs)
        return response
