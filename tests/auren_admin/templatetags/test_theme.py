"""Where one can go."""

import pytest
from django.contrib.auth.models import Permission

from auren_admin.templatetags.theme import Page, mark_current
from tests.kpis.conftest import hrv, registry
from tests.releases.samples import edit, publish

__all__ = ["hrv", "registry"]


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


def test_what_was_edited_since_the_release_waits_at_publish(hrv, editor, editor_client):
    editor.user_permissions.add(*Permission.objects.filter(content_type__app_label="releases"))
    publish()
    assert [label for label in labels(editor_client) if label in ("Publish", "Releases", "Channels")] == [
        "Publish",
        "Releases",
        "Channels",
    ]
    assert "edited since the last release" not in editor_client.get("/admin/").text
    edit("< 25")
    edit("< 26")
    page = editor_client.get("/admin/").text
    assert 'Publish<span class="count">1<span class="visually-hidden"> edited since the last release' in page


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
