"""Addresses of the pages, below those of releases."""

from django.urls import path

from observability.admin.pages import PAGES
from observability.admin.proof_page import PROOF_PAGE

BELOW = {"": "", "_file": "file/", "_zip": "zip/"}

urlpatterns = [
    path("<row:number>/proof/", PROOF_PAGE, name="observability_release_proof"),
    path("working-copy/proof/", PROOF_PAGE, name="observability_working_copy_proof"),
    *(
        path(f"<row:number>/observability/{below}", PAGES[name], name=f"observability_release{name}")
        for name, below in BELOW.items()
    ),
    *(
        path(f"working-copy/observability/{below}", PAGES[name], name=f"observability_working_copy{name}")
        for name, below in BELOW.items()
    ),
]
