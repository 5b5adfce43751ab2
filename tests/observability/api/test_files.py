"""Files of a release by REST."""

from hashlib import sha256

import pytest

from observability import export
from observability.generated import cache
from releases.models import Channel
from rest import concurrency
from tests.bindings.api.conftest import bearer
from tests.observability.samples import RULES
from tests.releases.samples import released
from tests.rest.calls import call

pytestmark = pytest.mark.usefixtures("generators", "first")
LIST = "releases/1/observability/"


@pytest.fixture
def reader(first):
    return bearer("registry:read")


def test_the_list_names_each_file_and_its_hash(reader):
    answer = call(reader, "GET", LIST).json()
    assert (answer["release"], answer["format"], answer["left_out"]) == (1, "prometheus", [])
    assert [one["path"] for one in answer["files"]] == ["grafana/dashboards/neuros.json", RULES]
    body = call(reader, "GET", LIST + RULES)
    (entry,) = [one for one in answer["files"] if one["path"] == RULES]
    assert entry["sha256"] == sha256(body.content).hexdigest()
    assert entry["size"] == len(body.content)


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        (RULES, "application/yaml"),
        ("grafana/dashboards/neuros.json", "application/json"),
        ("", "application/json"),
    ],
)
def test_who_has_it_gets_304(reader, path, kind):
    answer = call(reader, "GET", LIST + path)
    assert (answer.status_code, answer["Content-Type"]) == (200, kind)
    again = call(reader, "GET", LIST + path, if_none_match=answer["ETag"])
    assert (again.status_code, again.content, again["ETag"]) == (304, b"", answer["ETag"])


def test_another_release_has_another_tag_for_what_changed_only(reader):
    before = {
        path: call(reader, "GET", LIST + path)["ETag"] for path in (RULES, "grafana/dashboards/neuros.json")
    }
    released("< 22")
    after = {path: call(reader, "GET", LIST.replace("1", "2") + path)["ETag"] for path in before}
    assert after["grafana/dashboards/neuros.json"] == before["grafana/dashboards/neuros.json"]


def test_a_channel_leads_to_its_release(first):
    reader = bearer("registry:read")
    assert call(reader, "GET", "channels/production/observability/").json()["release"] == 1
    released("< 22")
    answer = call(reader, "GET", f"channels/production/observability/{RULES}")
    assert (answer.status_code, answer["Auren-Release"]) == (200, "2")


def test_files_tell_the_number_of_their_own_release(reader, monkeypatch):
    monkeypatch.setattr(export, "GENERATORS", (lambda document, options: {"a.txt": f"{options.release}"},))
    released("< 22")
    for number in (1, 2):
        assert call(reader, "GET", f"releases/{number}/observability/a.txt").content == str(number).encode()


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("releases/9/observability/", 404),
        ("channels/nowhere/observability/", 404),
        (f"{LIST}prometheus/rules/kpi-alert.yml", 404),
        (f"{LIST}../../../etc/passwd", 404),
        (f"{LIST}?format=yaml", 400),
        (f"{LIST}?format=mimir,prometheus", 400),
        (f"{LIST}?release=2", 400),
    ],
)
def test_what_is_not_there_is_a_problem(reader, path, status):
    answer = call(reader, "GET", path)
    assert (answer.status_code, answer["Content-Type"]) == (status, "application/problem+json")


def test_a_near_miss_is_named(reader):
    assert RULES in call(reader, "GET", f"{LIST}prometheus/rules/kpi-alert.yml").json()["detail"]


def test_what_reads_no_releases_reads_none_of_this(first, stranger_client, client):
    for path in (LIST, LIST + RULES, "channels/production/observability/"):
        assert call(bearer("observations:write"), "GET", path).status_code == 403
        assert call(stranger_client, "GET", path).status_code == 403
        assert call(client, "GET", path).status_code == 401


def test_a_channel_without_a_release_says_so(reader):
    Channel.objects.create(name="empty")
    answer = call(reader, "GET", "channels/empty/observability/")
    assert (answer.status_code, "released to empty yet" in answer.json()["detail"]) == (404, True)


def test_who_asks_for_too_much_at_once_is_told_and_what_is_at_hand_is_served(reader, monkeypatch):
    call(reader, "GET", LIST)
    monkeypatch.setattr(concurrency, "most", lambda: 0)
    assert call(reader, "GET", LIST).status_code == 200
    cache.clear()
    answer = call(reader, "GET", LIST)
    assert (answer.status_code, answer["Retry-After"]) == (429, "2")
