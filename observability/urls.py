"""Addresses of the pages, below those of releases."""

from django.urls import path

from observability.admin.pages import PAGES

BELOW = {"": "", "_file": "file/", "_zip": "zip/"}

urlpatterns = [
    *(
        path(f"<row:number>/observability/{below}", PAGES[name], name=f"observability_release{name}")
        for name, below in BELOW.items()
    ),
    *(
        path(f"working-copy/observability/{below}", PAGES[name], name=f"observability_working_copy{name}")
        for name, below in BELOW.items()
    ),
]
