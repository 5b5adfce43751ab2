"""What time alone brings."""

import logging

import pytest
from django.db import OperationalError

from contracts.evaluation import micros
from protocols.models import HandOffOffer, ProtocolRun
from protocols.services import sweeping
from protocols.services.sweeping import sweep
from tests.protocols.samples import MINUTE, NOW, opened

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("protocol")]
LATE = micros(NOW + 11 * MINUTE)


@pytest.fixture
def stubborn(monkeypatch):
    """A run that cannot be brought up to now, between two that can."""
    runs = [opened(user_id=user) for user in ("u-1", "u-2", "u-3")]
    let_pass = sweeping._let_pass

    def refuse(work, held, unanswered):
        if held.run.pk == runs[1].pk:
            raise ValueError("somehow")
        let_pass(work, held, unanswered)

    monkeypatch.setattr(sweeping, "_let_pass", refuse)
    return runs


def test_a_run_that_cannot_be_swept_holds_no_other_up(stubborn, caplog):
    with caplog.at_level(logging.ERROR):
        assert sweep(LATE) == {"runs": 3}
    roots = set(HandOffOffer.objects.values_list("step__run", flat=True))
    assert roots == {stubborn[0].pk, stubborn[2].pk}
    assert ProtocolRun.objects.get(pk=stubborn[1].pk).due == LATE + sweeping.LATER
    assert f"Run {stubborn[1].pk} cannot be brought up to now" in caplog.text
    assert "u-2" not in caplog.text


def test_a_database_that_is_away_is_no_runs_fault(monkeypatch):
    run = opened()

    def away(*_):
        raise OperationalError("away")

    monkeypatch.setattr(sweeping, "_let_pass", away)
    with pytest.raises(OperationalError):
        sweep(LATE)
    assert (ProtocolRun.objects.get(pk=run.pk).due or 0) <= LATE


def test_who_is_swept_again_is_left_as_it_is():
    opened()
    sweep(LATE)
    offers = list(HandOffOffer.objects.values_list("pk", flat=True))
    assert sweep(LATE) == {"runs": 0}
    assert list(HandOffOffer.objects.values_list("pk", flat=True)) == offers
