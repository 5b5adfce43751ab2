"""What a change would have meant, on the page to publish from."""

from django.contrib.auth.models import User

from jobs.models import Job
from kpis.models import KPI
from telemetry.models import Series
from tests.conftest import signed_in
from tests.releases.samples import edit

PUBLISH = "/admin/releases/release/publish/"


def page_of(django_user_model) -> str:
    boss = User.objects.create_superuser("boss", password="boss")
    return signed_in(boss).get(PUBLISH).text


def test_a_change_that_judges_differently_is_told_with_what_it_would_have_done(history, django_user_model):
    edit("< 28")
    page = page_of(django_user_model)
    assert "Over the last 30 days" in page
    assert "by its own thresholds" in page
    assert "2 people, 3 h, 2 times" in page
    assert "2 people would be critical for 3 h (2 times); now nobody is." in page


def test_a_change_of_words_says_nothing(history, django_user_model):
    KPI.objects.filter(name="hrv_rmssd").update(title="HRV")
    assert "Over the last" not in page_of(django_user_model)


def test_where_nothing_was_measured_it_says_so(history, django_user_model):
    edit("< 28")
    Series.objects.all().delete()
    assert "Nothing has been measured that would show" in page_of(django_user_model)
    assert not Job.objects.exists()


def test_a_large_history_is_looked_at_in_the_background_once(history, django_user_model, monkeypatch):
    monkeypatch.setattr("telemetry.backtest.running.QUICK", 1)
    edit("< 28")
    assert "data-progress" in page_of(django_user_model)
    signed_in(User.objects.get(username="boss")).get(PUBLISH)
    assert Job.objects.filter(kind="backtest").count() == 1
