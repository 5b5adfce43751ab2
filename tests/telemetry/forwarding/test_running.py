"""What is pushed, when it is pushed again, and what an error may say."""

import base64
from datetime import datetime, timedelta

import pytest
from django.db import connection

from contracts.evaluation import micros
from telemetry import silence
from telemetry.forwarding import running
from telemetry.forwarding.running import forward
from telemetry.forwarding.sending import NotForwarded
from telemetry.models import Forwarding, Series, Standing
from telemetry.subjects import pseudonym
from tests.telemetry.samples import HOUR, MINUTE, NOW, USER, observation, told
from tests.telemetry.test_silence import lasts

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("contract")]
on_sqlite = pytest.mark.skipif(
    connection.vendor != "sqlite", reason="a test's transaction is open on PostgreSQL, and told again"
)
WHO = pseudonym(USER)


def line(value, at: datetime = NOW, who: str = WHO) -> str:
    labels = f'agent="NEUROS",measurement_source="band",user_id="{who}"'
    return f"auren_hrv_rmssd_ms{{{labels}}} {value} {micros(at) // 1000}"


def state(value, at: datetime = NOW, who: str = WHO) -> str:
    return (
        f'auren_binding_state{{agent="NEUROS",kpi="hrv_rmssd",user_id="{who}"}} {value} {micros(at) // 1000}'
    )


def opened(value, at: datetime = NOW, who: str = WHO) -> str:
    return state(value, at, who).replace("auren_binding_state", "auren_binding_open_severity")


def many(count: int) -> list[str]:
    names = [f"u-{n}" for n in range(count)]
    told(*[observation(50, user_id=name) for name in names])
    return names


def test_it_is_off_by_default():
    told(observation(50))
    assert forward() == {"samples": 0, "refused": 0}
    assert not Forwarding.objects.exists()


def test_values_and_states_are_pushed_at_the_moment_they_are_of(cluster):
    told(observation(18, NOW - MINUTE))
    assert forward() == {"samples": 3, "refused": 0}
    assert cluster.lines == [
        line("18.0", NOW - MINUTE), state("3.0", NOW - MINUTE), opened("3.0", NOW - MINUTE)
    ]  # fmt: skip


def test_the_open_severity_lasts_through_silence_and_ends_with_a_value(cluster):
    lasts("1h")
    told(observation(18, NOW - 2 * HOUR))
    forward()
    silence.renew(micros(NOW))
    silence.let_time_pass(micros(NOW))
    cluster.take()
    forward()
    assert [one.split("}")[1] for one in cluster.take()][-2:] == [
        state("-1.0", NOW - HOUR).split("}")[1], opened("3.0", NOW).split("}")[1]
    ]  # fmt: skip
    told(observation(50, NOW))
    forward()
    assert opened("0.0", NOW) in cluster.take()


@on_sqlite
def test_only_what_changed_is_pushed_again(cluster):
    told(observation(50), observation(50, user_id="other"))
    forward()
    cluster.take()
    assert forward() == {"samples": 0, "refused": 0}
    assert cluster.requests == []
    told(observation(51, NOW + MINUTE))
    forward()
    assert cluster.lines == [line("51.0", NOW + MINUTE)]


def test_nobody_is_told_of_where_people_are_left_out(cluster, settings):
    settings.SUBJECT_LABEL = "off"
    told(observation(50))
    assert forward() == {"samples": 0, "refused": 0}
    assert cluster.requests == []


def test_people_are_called_as_in_metrics(cluster, settings):
    settings.SUBJECT_LABEL = "plain"
    told(observation(50))
    forward()
    assert cluster.lines[0] == line("50.0", who=USER)


def test_a_kpi_that_is_not_released_is_left_out(cluster):
    told(observation(50))
    Series.objects.update(kpi="no_longer")
    Standing.objects.update(kpi="no_longer")
    assert forward() == {"samples": 0, "refused": 0}


@pytest.mark.parametrize("status", [500, 503, 429, 401, 404, 302])
def test_what_was_not_taken_is_sent_again(cluster, status):
    told(observation(50))
    cluster.answers = [status]
    with pytest.raises(NotForwarded, match=str(status)):
        forward()
    cluster.take()
    assert forward()["samples"] == 3
    assert cluster.lines[0] == line("50.0")


@on_sqlite
def test_a_batch_that_arrived_is_not_sent_again(cluster, monkeypatch):
    monkeypatch.setattr(running, "AT_ONCE", 2)
    for _ in range(5):
        many(1 + Series.objects.count())  # each in a commit of its own; those before are duplicates
    cluster.answers = [204, 503]
    with pytest.raises(NotForwarded):
        forward()
    first = cluster.take()
    assert len(first) == 2
    assert forward() == {"samples": 14, "refused": 0}  # one row may be told twice: where the batch ended
    second = [one for one in cluster.lines if one.startswith("auren_hrv")]
    assert len({*first, *second}) == 5
    assert len(second) == 4


def test_a_commit_larger_than_a_batch_is_pushed_whole(cluster, monkeypatch):
    monkeypatch.setattr(running, "AT_ONCE", 3)
    names = many(10)
    assert forward() == {"samples": 30, "refused": 0}
    assert {line("50.0", who=pseudonym(name)) for name in names} < set(cluster.lines)
    assert len(cluster.requests) == 12


def test_another_cluster_is_told_everything(cluster, settings):
    told(observation(50))
    forward()
    cluster.take()
    settings.FORWARD_TENANT = "other"
    assert forward()["samples"] == 3
    assert Forwarding.objects.count() == 6


def test_a_password_that_changes_makes_no_other_cluster(cluster, settings):
    told(observation(50))
    forward()
    settings.FORWARD_URL = settings.FORWARD_URL.replace("://", "://user:new@")
    forward()
    assert Forwarding.objects.count() == 3


def test_after_a_restore_everything_is_pushed_once_more(cluster):
    told(observation(50))
    forward()
    cluster.take()
    Forwarding.objects.update(cursor=2**60)
    assert forward()["samples"] == 3
    assert all(one.cursor < 2**60 for one in Forwarding.objects.all())


def test_numbers_that_are_still_to_come_do_not_hold_up_what_is_new(cluster, monkeypatch):
    monkeypatch.setattr(running, "AT_ONCE", 2)
    many(5)
    Series.objects.update(changed=2**60)  # restored into a database that counts from the beginning
    assert forward()["samples"] == 15
    told(observation(51, NOW + MINUTE, user_id="u-3"))
    cluster.take()
    forward()
    assert line("51.0", NOW + MINUTE, pseudonym("u-3")) in cluster.lines


def test_of_two_that_push_at_once_one_ends(cluster, monkeypatch):
    monkeypatch.setattr(running, "AT_ONCE", 2)
    many(6)

    def progress(done, total, message):
        if message == "forwarding values" and done == 2:
            Forwarding.objects.filter(feed="values").update(samples=100)

    forward(progress)
    assert Forwarding.objects.get(feed="values").samples == 100
    assert Forwarding.objects.get(feed="states").samples == 6


def test_who_pushes_says_so_by_token_tenant_or_password(cluster, settings):
    settings.FORWARD_TOKEN, settings.FORWARD_TENANT = "long-token", "clinic"
    told(observation(50))
    forward()
    headers, _ = cluster.requests[0]
    assert headers["Authorization"] == "Bearer long-token"
    assert headers["X-Scope-OrgID"] == "clinic"
    settings.FORWARD_TOKEN = ""
    settings.FORWARD_URL = settings.FORWARD_URL.replace("://", "://user:p%40ss@")
    Forwarding.objects.all().delete()
    forward()
    headers, _ = cluster.requests[-1]
    assert headers["Authorization"] == f"Basic {base64.b64encode(b'user:p@ss').decode()}"


def test_remote_write_that_is_refused_in_part_goes_on_with_the_others(cluster, settings):
    settings.FORWARD_URL = f"{cluster.url}/api/v1/push"
    many(4)
    cluster.answers = [400, 204, 400, 400, 204]  # of all values; the first two; the others; each of them
    assert forward() == {"samples": 12, "refused": 1}
    assert [headers["Content-Encoding"] for headers, _ in cluster.requests] == ["snappy"] * 7
    assert all(one.cursor for one in Forwarding.objects.all())


def test_text_that_is_refused_is_an_error(cluster):
    told(observation(50))
    cluster.answers = [400]
    with pytest.raises(NotForwarded, match="answered 400"):
        forward()


@pytest.mark.parametrize("path", ["/api/v1/import/prometheus", "/api/v1/push"])
def test_an_error_names_neither_place_nor_secret_nor_person(settings, path):
    settings.FORWARD_URL, settings.SUBJECT_LABEL = f"http://user:hush@127.0.0.1:1{path}", "plain"
    settings.FORWARD_TOKEN = "long-\ntoken"
    told(observation(50))
    with pytest.raises(NotForwarded) as refused:
        forward()
    text = f"{refused.value!r} {refused.value.__cause__!r}"
    assert not any(word in text for word in ("hush", "127.0.0.1", "token", USER))
    assert refused.value.__suppress_context__


def test_days_that_nobody_could_be_reached_end_with_the_latest_value(cluster):
    cluster.answers = [503] * 3
    for day in range(3):
        told(observation(50 + day, NOW + timedelta(hours=day)), now=NOW + timedelta(hours=day))
        with pytest.raises(NotForwarded):
            forward()
    forward()
    assert cluster.lines[0] == line("52.0", NOW + timedelta(hours=2))
