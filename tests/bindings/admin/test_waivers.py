"""The list of waivers."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import Permission
from django.utils import timezone

from bindings.models import Waiver
from tests.conftest import signed_in

PAGE = "/admin/bindings/waiver/"


@pytest.fixture
def keeper(editor):
    editor.user_permissions.add(*Permission.objects.filter(content_type__app_label="bindings"))
    return signed_in(editor)


def data(**fields) -> dict[str, str]:
    today = timezone.localdate()
    return {
        "rule": "KPI016", "subject_name": "hrv_rmssd", "reason": "We know.", "owner": "Ines", "expires": str(today),
    } | fields  # fmt: skip


def test_a_waiver_is_made_by_hand_and_knows_who_decided(keeper):
    assert keeper.post(f"{PAGE}add/", data()).status_code == 302
    waiver = Waiver.objects.get()
    assert (waiver.subject_kind, str(waiver.author)) == ("kpi", "editor")


@pytest.mark.parametrize("fields", [{"rule": "KPI999"}, {"expires": "2999-01-01"}, {"reason": ""}])
def test_one_that_is_not_fit_is_refused(keeper, fields):
    assert keeper.post(f"{PAGE}add/", data(**fields)).status_code == 200
    assert not Waiver.objects.exists()


def test_an_expired_one_stands_out(keeper):
    keeper.post(f"{PAGE}add/", data())
    assert "expired" not in keeper.get(PAGE).content.decode()
    Waiver.objects.update(expires=timezone.localdate() - timedelta(days=1))
    assert "expired" in keeper.get(PAGE).content.decode()
