"""A real VictoriaMetrics is pushed to, by text and by remote write."""

from datetime import UTC, datetime, timedelta

import pytest

from contracts.evaluation import micros
from telemetry.forwarding.running import forward
from telemetry.forwarding.sending import NotForwarded
from telemetry.models import Forwarding
from telemetry.subjects import pseudonym
from tests.telemetry.monitoring import asked, kept, running, victoria
from tests.telemetry.samples import MINUTE, observation, told

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("contract"), pytest.mark.monitoring]
WAYS = ("/api/v1/import/prometheus", "/api/v1/write")
AT = datetime.now(UTC).replace(microsecond=123_000)
"""It forgets what is older than it keeps, and refuses what is to come."""


def report(value: float, at: datetime, user: str = "a") -> None:
    told(observation(value, at, user_id=user), now=AT)


def key(metric: str, user: str, *more: str) -> tuple[str, ...]:
    """The values of the labels, in order of their names: __name__, agent, …, user_id."""
    return (metric, "NEUROS", *more, pseudonym(user))


def ms(at: datetime) -> int:
    return micros(at) // 1000


@pytest.mark.parametrize("way", WAYS)
def test_every_value_arrives_at_its_moment(tmp_path, settings, way):
    server, port = victoria(tmp_path)
    settings.FORWARD_URL = f"http://127.0.0.1:{port}{way}"
    with running(server, port, "/health"):
        report(50, AT - 3 * MINUTE)
        report(18, AT - 3 * MINUTE, "ünï")
        forward()
        report(18, AT - 2 * MINUTE)
        forward()
        assert kept(port, "auren_hrv_rmssd_ms") == {
            key("auren_hrv_rmssd_ms", "a", "band"): [(ms(AT - 3 * MINUTE), 50), (ms(AT - 2 * MINUTE), 18)],
            key("auren_hrv_rmssd_ms", "ünï", "band"): [(ms(AT - 3 * MINUTE), 18)],
        }
        states = kept(port, "auren_binding_state")
        assert states[key("auren_binding_state", "a", "hrv_rmssd")] == [
            (ms(AT - 3 * MINUTE), 0),
            (ms(AT - 2 * MINUTE), 3),
        ]
        # Over an hour: a question without it looks back five minutes from whenever this test has its turn.
        found = asked(port, 'last_over_time(auren_hrv_rmssd_ms{agent="NEUROS"}[1h])')
        assert {(one["measurement_source"], value) for one, _, value in found} == {("band", 18)}


@pytest.mark.parametrize("way", WAYS)
def test_nothing_is_lost_while_it_is_away(tmp_path, settings, way):
    server, port = victoria(tmp_path)
    settings.FORWARD_URL = f"http://127.0.0.1:{port}{way}"
    people = [f"u-{n}" for n in range(20)]
    told(*[observation(50, AT - timedelta(hours=1), user_id=name) for name in people], now=AT)
    with pytest.raises(NotForwarded, match="cannot be reached"):
        forward()
    with running(server, port, "/health"):
        forward()
        assert len(kept(port, "auren_hrv_rmssd_ms")) == 20
    told(*[observation(51, AT - MINUTE, user_id=name) for name in people], now=AT)
    with pytest.raises(NotForwarded):
        forward()
    with running(server, port, "/health"):
        forward()
        found = kept(port, "auren_hrv_rmssd_ms")
        assert {values[-1] for values in found.values()} == {(ms(AT - MINUTE), 51)}
        assert len(found) == 20


@pytest.mark.parametrize("way", WAYS)
def test_what_arrives_twice_is_kept_once(tmp_path, settings, way):
    server, port = victoria(tmp_path)
    settings.FORWARD_URL = f"http://127.0.0.1:{port}{way}"
    report(18, AT - MINUTE)
    with running(server, port, "/health"):
        assert forward() == {"samples": 3, "refused": 0}
        Forwarding.objects.update(cursor=0)
        assert forward() == {"samples": 3, "refused": 0}
        assert list(kept(port, "auren_hrv_rmssd_ms").values()) == [[(ms(AT - MINUTE), 18)]]
        found = asked(port, "last_over_time(auren_binding_state[400d]) == 3")
        assert [labels["user_id"] for labels, _, _ in found] == [pseudonym("a")]
