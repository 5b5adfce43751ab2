"""Addresses of resources, with and without a slash at the end."""

from typing import Any

from rest_framework.routers import SimpleRouter


class Router(SimpleRouter):
    """Neither form is redirected: a redirect would lose the body of a write."""

    def __init__(self) -> None:
        super().__init__(trailing_slash=True)
        self.trailing_slash = "/?"

    def get_lookup_regex(self, viewset: Any, lookup_prefix: str = "") -> str:
        """A row's name is anything without a slash; what it may be, the rules say."""
        return f"(?P<{viewset.lookup_url_kwarg or viewset.lookup_field}>[^/]+)"
