"""Sending what changed, and keeping how far it has come. At least once: a batch is done when it was answered."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence

from django.conf import settings
from django.db.models import Q
from django.db.models.functions import Now

from telemetry import contracts_now, cursors
from telemetry.forwarding.samples import FEEDS, Contract, Feed, Row, Sample
from telemetry.forwarding.sending import Cluster
from telemetry.models import Forwarding
from telemetry.progress import Progress, no_progress

AT_ONCE = 5000
"""Rows of one request."""


def forward(progress: Progress = no_progress) -> dict[str, int]:
    """Send every value and state that changed since the last time. How many samples, and how many were refused.

    Nothing where nowhere to is set, or where people are left out of metrics. Raises NotForwarded.
    """
    found = Counter({"samples": 0, "refused": 0})
    if not settings.FORWARD_URL or settings.SUBJECT_LABEL == "off":
        return dict(found)
    with Cluster() as cluster:
        for feed in FEEDS:
            for sent in _sent(feed, cluster, progress):
                found.update(sent)
    return dict(found)


def _sent(feed: Feed, cluster: Cluster, progress: Progress) -> Iterator[dict[str, int]]:
    """Send a feed, a batch at a time. Ends where changes are that may still be under way: the next time has them."""
    place, _ = Forwarding.objects.get_or_create(cluster=cluster.key, feed=feed.name)
    # A cursor from the future: the database was restored from a copy, or moved.
    start = place.cursor if place.cursor <= cursors.now() else cursors.START
    last, head, so_far = (start, 0), 0, 0

    def still_here() -> None:
        progress(so_far, 0, f"forwarding {feed.name}")

    while True:
        following = cursors.now()  # before the rows are read: see there
        rows = _rows(feed, last)
        contract = Contract.of(contracts_now.current())
        samples = [sample for row in rows if (sample := feed.sample(row, contract))]
        refused = _refused(cluster, samples, still_here)
        last = (rows[-1][0], rows[-1][1]) if rows else last
        is_beyond = last[0] >= following
        is_over = len(rows) < AT_ONCE or (is_beyond and start != cursors.START)
        if is_beyond or is_over:
            head = head or following
        # Restored rows carry numbers that are still to come: all are told once, and only then is that kept.
        reached = last[0] if not head else head if is_over else place.cursor
        if not _kept(place, reached, len(samples)):
            return  # somebody else forwards too, and goes on from where they are
        so_far += len(samples)
        yield {"samples": len(samples), "refused": refused}
        if is_over:
            return


def _refused(cluster: Cluster, samples: Sequence[Sample], still_here: Callable[[], None]) -> int:
    """Send some; how many the cluster will never take. One of them may have kept out all others: they go apart."""
    if not samples:
        return 0
    still_here()
    if cluster.send(samples):
        return 0
    if len(samples) == 1:
        return 1
    middle = len(samples) // 2
    return sum(_refused(cluster, some, still_here) for some in (samples[:middle], samples[middle:]))


def _rows(feed: Feed, last: tuple[int, int]) -> list[Row]:
    """The next that changed, in the order in which they did."""
    changed, pk = last
    later = Q(changed__gt=changed) | Q(pk__gt=pk)
    found = feed.rows().filter(later, changed__gte=max(changed, 1)).order_by("changed", "pk")
    return list(found[:AT_ONCE])


def _kept(place: Forwarding, cursor: int, samples: int) -> bool:
    """Keep how far it is, unless somebody else did meanwhile: whoever is later may be behind."""
    mine = Forwarding.objects.filter(pk=place.pk, cursor=place.cursor, samples=place.samples)
    values = {"cursor": cursor, "samples": place.samples + samples}
    is_mine = bool(mine.update(**values, sent=Now()))
    place.cursor, place.samples = cursor, place.samples + samples
    return is_mine
