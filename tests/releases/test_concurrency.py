"""Many people publish and move at once: one after the other, and nothing is lost in between."""

from concurrent.futures import ThreadPoolExecutor
from functools import partial
from itertools import pairwise

import pytest
from django.db import connection, connections, transaction

from contracts.units import STANDARD_UNITS
from kpis.models import KPI, RegistrySettings, Unit
from releases import services
from releases.models import Channel, ChannelMove, Release, ServingRevision
from releases.services import MoveRefused, PublishRefused
from tests.kpis.conftest import make
from tests.releases.samples import edit, publish

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.postgres]
AT_ONCE = 20


@pytest.fixture
def kpi():
    Unit.objects.bulk_create(map(Unit.of_spec, STANDARD_UNITS.values()), ignore_conflicts=True)
    RegistrySettings.objects.get_or_create(pk=1)
    Channel.objects.get_or_create(name="production")
    connection.pool.resize(1, AT_ONCE + 2)  # type: ignore[attr-defined]  # PostgreSQL's has one
    return make()


def alone(work, n):
    """What this returns, done with a connection of its own."""
    try:
        return work(n)
    finally:
        connections.close_all()


def at_once(work):
    """What each of many threads returned."""
    with ThreadPoolExecutor(AT_ONCE) as pool:
        return list(pool.map(partial(alone, work), range(AT_ONCE)))


def assert_history_is_whole():
    numbers = list(Release.objects.order_by("number").values_list("number", flat=True))
    assert numbers == list(range(1, len(numbers) + 1))
    moves = list(ChannelMove.objects.order_by("pk").values_list("before", "after"))
    assert all(one[1] == other[0] for one, other in pairwise(moves))
    channel = Channel.objects.get()
    assert (channel.revision, channel.release_id) == (len(moves), moves[-1][1])
    assert list(Release.objects.filter(state="published")) == [channel.release]


def test_the_same_content_makes_one_release(kpi):
    done = at_once(lambda n: publish(f"By {n}"))
    assert sum(one.created for one in done) == 1
    assert {one.release.number for one in done} == {1}
    assert_history_is_whole()


def test_different_content_makes_numbers_without_gaps(kpi):
    def work(n):
        KPI.objects.update(description=f"As {n} sees it")
        try:
            return publish(f"By {n}").release.number
        except PublishRefused as refused:
            return refused.code

    done = set(at_once(work))
    assert done - {"stale"} == set(range(1, Release.objects.count() + 1))
    assert_history_is_whole()
    publish()
    assert Release.objects.get(channels__name="production").digest == services.working_copy().digest


def test_moves_follow_each_other_and_a_channel_seen_before_is_stale(kpi):
    publish()
    edit("< 25")
    publish()

    def work(n):
        try:
            return services.move(
                channel="production",
                release=1 + n % 2,
                by=None,
                expected_revision=2,
                reason="Too many alerts.",
            ).kind
        except MoveRefused as refused:
            return refused.code

    done = at_once(work)
    assert done.count("rollback") == 1
    assert set(done) <= {"rollback", "stale", "same_release"}
    assert_history_is_whole()


def test_one_publishes_while_the_others_still_wait(kpi):
    """Whoever publishes waits for the one who holds the lock, and then sees what that one did."""
    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            ServingRevision.hold()
            waiting = pool.submit(alone, lambda n: publish("Later"), 0)
            Release.objects.keep(number=1, text="{}", digest="0", kind="cosmetic", message="First")
        assert waiting.result(timeout=10).release.number == 2
