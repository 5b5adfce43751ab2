"""Where one can go."""

import pytest

from auren_admin.templatetags.theme import Page, mark_current


def labels(client) -> list[str]:
    text = client.get("/admin/").text
    return [
        part.split("</a>")[0].split(">")[-1]
        for part in text.split("<nav")[1].split("</nav>")[0].split("<a ")[1:]
    ]


def test_an_editor_goes_everywhere_in_the_registry(editor_client):
    assert labels(editor_client) == ["KPIs", "Units", "Settings", "Import", "History"]


def test_a_viewer_is_not_offered_the_import(viewer_client):
    assert labels(viewer_client) == ["KPIs", "Units", "Settings", "History"]


def test_whoever_is_not_signed_in_sees_no_navigation(client, db):
    assert 'aria-label="Main"' not in client.get("/admin/login/").text


@pytest.mark.parametrize(
    ("path", "marked"),
    [
        ("/kpi/", [("KPIs", "page")]),
        ("/kpi/3/change/", [("KPIs", "true")]),
        ("/kpi/import/", [("Import", "page")]),
        ("/kpi/import/7/", [("Import", "true")]),
        ("/", []),
    ],
)
def test_the_nearest_page_is_the_current_one(path, marked):
    pages = [Page("KPIs", "/kpi/"), Page("Import", "/kpi/import/"), Page("Units", "/unit/")]
    mark_current(pages, path)
    assert [(page.label, page.current) for page in pages if page.current] == marked
