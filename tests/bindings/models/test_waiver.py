"""What the database and the gate refuse about waivers."""

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone

from bindings.models import Waiver


def waiver(**parts) -> Waiver:
    usual = {"rule": "KPI038", "subject_name": "hrv_rmssd", "reason": "Known.", "owner": "Cardiology"}
    return Waiver(**{**usual, "expires": timezone.localdate(), **parts})


def test_it_knows_what_it_is_about(db):
    row = waiver(rule="BND016", subject_name="NEUROS/hrv_rmssd")
    row.full_clean()
    row.save()
    assert (row.subject_kind, str(row)) == ("binding", "BND016 about NEUROS/hrv_rmssd")
    assert [spec.rule for spec in Waiver.objects.active().as_specs()] == ["BND016"]


REFUSED = {
    "unknown_rule": {"rule": "KPI999"},
    "a waiver of expired waivers": {"rule": "WAV001"},
    "expires_too_late": {"expires": timezone.localdate() + timedelta(days=400)},
    "no reason": {"reason": ""},
    "no owner": {"owner": ""},
    "invalid_text": {"reason": "\u202e"},
}


@pytest.mark.parametrize("parts", REFUSED.values(), ids=REFUSED.keys())
def test_what_makes_no_sense_is_refused(db, parts):
    with pytest.raises(ValidationError):
        waiver(**parts).full_clean()


def test_the_database_keeps_one_of_each(db):
    waiver(subject_kind="kpi").save()
    with pytest.raises(ValidationError, match="waived already"):
        waiver().full_clean()
    with pytest.raises(IntegrityError), transaction.atomic():
        waiver(subject_kind="kpi").save()
