"""The pages of a release's alerts and dashboards."""

from io import BytesIO
from zipfile import ZipFile

import pytest
from django.contrib.auth.models import Permission

from bindings.models import Trigger
from kpis.models import KPI
from tests.conftest import signed_in
from tests.observability.samples import RULES
from tests.releases.samples import person

pytestmark = pytest.mark.usefixtures("generators", "first")
PAGE = "/admin/releases/release/1/observability/"
COPY = "/admin/releases/release/working-copy/observability/"
DASHBOARD = "grafana/dashboards/neuros.json"


@pytest.fixture
def looker(first):
    """Somebody who may see releases, and nothing else."""
    user = person("looker")
    user.user_permissions.set(Permission.objects.filter(codename="view_release"))
    return signed_in(user)


def test_a_release_leads_to_its_files(looker):
    assert PAGE in looker.get("/admin/releases/release/1/").text
    page = looker.get(PAGE).text
    assert "Prometheus: rules" in page
    assert "Grafana: dashboards" in page
    assert 'id="file-text"' in page


def test_the_file_that_was_chosen_is_shown(looker):
    page = looker.get(PAGE, {"path": RULES}).text
    assert "AurenHrvRmssdCritical" in page
    assert page.count("aria-current") >= 1


def test_alert_rules_come_first_and_are_shown_where_no_file_of_the_list_was_chosen(looker):
    for query in ({}, {"path": "../../etc/passwd"}):
        page = looker.get(PAGE, query).text
        assert "AurenHrvRmssdCritical" in page
        assert page.index("Prometheus: rules") < page.index("Grafana: dashboards")


def test_a_file_is_downloaded_as_an_export_writes_it(looker):
    answer = looker.get(f"{PAGE}file/", {"path": RULES})
    assert answer["Content-Disposition"] == 'attachment; filename="kpi-alerts.yml"'
    assert answer.content.startswith(b"groups:\n")
    assert looker.get(f"{PAGE}file/", {"path": "nothing"}).status_code == 404
    assert looker.get(f"{PAGE}file/")["Location"] == PAGE


def test_all_files_come_in_one_archive_with_the_same_bytes_each_time(looker):
    first, again = (looker.get(f"{PAGE}zip/").content for _ in range(2))
    assert first == again
    with ZipFile(BytesIO(first)) as found:
        assert found.namelist() == [RULES, DASHBOARD]


def test_the_working_copy_is_shown_as_a_preview(looker):
    Trigger.objects.filter(severity="critical").update(condition="< 21.5")
    page = looker.get(COPY, {"path": RULES}).text
    assert "A preview." in page
    assert "&lt; 21.5" in page
    assert "&lt; 21.5" not in looker.get(PAGE, {"path": RULES}).text


def test_a_working_copy_that_cannot_be_exported_says_so(looker):
    KPI.objects.filter(name="hrv_rmssd").update(title="\x01")
    assert "cannot be exported" in looker.get(COPY).text


def test_what_could_not_be_made_is_said_in_words(looker):
    Trigger.objects.filter(severity="critical").update(condition="< abc")
    page = looker.get(COPY).text
    assert "What could not be made" in page
    assert "A number is expected" in page


def test_nothing_to_export_says_what_to_do(looker, monkeypatch):
    monkeypatch.setattr("observability.export.GENERATORS", ())
    assert "give an agent a KPI and a trigger" in looker.get(PAGE).text
    assert looker.get(f"{PAGE}zip/")["Location"] == PAGE


@pytest.mark.parametrize("below", ["", "file/", "zip/"])
@pytest.mark.parametrize("page", [PAGE, COPY])
def test_who_may_not_see_releases_sees_none_of_it(first, viewer_client, stranger_client, page, below):
    assert viewer_client.get(page + below).status_code == 403
    assert stranger_client.get(page + below).status_code == 302


@pytest.mark.parametrize("number", [0, 9, 2**63])
def test_a_release_that_is_not_there(looker, number):
    assert looker.get(f"/admin/releases/release/{number}/observability/").status_code == 404
