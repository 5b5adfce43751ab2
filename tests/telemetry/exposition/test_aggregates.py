"""What is scraped where people are left out."""

import pytest

from kpis.models import KPI
from telemetry.exposition.held import held
from telemetry.subjects import pseudonym
from tests.releases.samples import publish
from tests.telemetry.exposition.samples import VALUE, scraped, text
from tests.telemetry.samples import HOUR, NOW, observation, told

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("contract")]
ALL = ("NEUROS", "hrv_rmssd", "band")


@pytest.fixture(autouse=True)
def without_people(settings):
    settings.SUBJECT_LABEL = "off"


def test_nobody_is_there_by_any_name():
    told(observation(18, user_id="marked"))
    found = text()
    assert "marked" not in found
    assert pseudonym("marked") not in found
    assert VALUE not in scraped()
    assert not held.series


def test_how_many_there_are_and_their_mean():
    told(*[observation(50 + n, user_id=f"u-{n}") for n in range(5)])
    found = scraped()
    assert (found["auren_kpi_series"], found["auren_kpi_mean"]) == ({ALL: 5}, {ALL: 52})


def test_the_mean_of_a_few_is_not_told():
    told(*[observation(50 + n, user_id=f"u-{n}") for n in range(4)])
    found = scraped()
    assert (found["auren_kpi_series"], found.get("auren_kpi_mean")) == ({ALL: 4}, None)


def test_how_many_stand_where():
    told(*[observation(value, user_id=str(value)) for value in (18, 19, 50)])
    assert scraped()["auren_binding_people"] == {
        ("NEUROS", "hrv_rmssd", "critical"): 2,
        ("NEUROS", "hrv_rmssd", "normal"): 1,
    }


def test_silent_series_do_not_count():
    KPI.objects.filter(name="hrv_rmssd").update(missing_data="1h")
    publish()
    told(observation(18))
    assert len(scraped(NOW)["auren_kpi_series"]) == 1
    assert "auren_kpi_series" not in scraped(NOW + HOUR)
