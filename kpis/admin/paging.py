"""How many rows a list shows: each person's choice, remembered while they are signed in."""

from typing import Any

from django.contrib.admin.views.main import PAGE_VAR, ChangeList
from django.http import HttpRequest, HttpResponseRedirect

SIZES = (25, 50, 100, 200)
SIZE_VAR = "per_page"


class SizedChangeList(ChangeList):
    """A list with as many rows a page as the person chose; ``sizes`` are the links to choose by."""

    def get_results(self, request: HttpRequest) -> None:
        """Take the remembered size before the page is cut."""
        self.list_per_page = request.session.get(SIZE_VAR, self.list_per_page)
        super().get_results(request)
        links = (self.get_query_string({SIZE_VAR: size}, [PAGE_VAR]) for size in SIZES)
        self.sizes = list(zip(SIZES, links, strict=True))


def remember_size(request: HttpRequest) -> HttpResponseRedirect:
    """Keep the size asked for, if it is one we offer, and show the list again from its first page."""
    query: Any = request.GET.copy()
    asked = query.pop(SIZE_VAR)[-1]
    query.pop(PAGE_VAR, None)
    if asked in map(str, SIZES):
        request.session[SIZE_VAR] = int(asked)
    return HttpResponseRedirect(f"{request.path}?{query.urlencode()}")
