"""The list of runs: filters, search and pages that no table is too long for."""

import pytest

from protocols.models import Deviation, ProtocolRun
from protocols.pages import run_list
from tests.conftest import signed_in
from tests.protocols.samples import MINUTE, NOW, observation, opened, reported, told

LIST = "/admin/protocols/protocolrun/"
pytestmark = pytest.mark.django_db


def found(looking, query: str = "") -> list[int]:
    """The numbers of the runs that a page lists."""
    response = looking.get(LIST + query)
    assert response.status_code == 200, response
    return [run.pk for run in response.context["cl"].result_list]


def several(count: int) -> list[int]:
    """As many people fall below, one a minute; the newest first."""
    told(
        *[observation(18, at=NOW + n * MINUTE, user_id=f"p-{n}") for n in range(count)],
        now=NOW + count * MINUTE,
    )
    return list(ProtocolRun.objects.order_by("-opened").values_list("pk", flat=True))


def test_a_run_stands_there_with_what_happened(looking):
    run = opened()
    Deviation.objects.create(run=run, rule="RUN003", place=1, at=run.opened, message="Late.")
    text = looking.get(LIST).text
    for words in ("18 ms is below 25 ms", "NEUROS", "critical", "not begun", "1 not as declared", "nobody"):
        assert words in text


def test_filters(looking, viewer):
    run, mild = opened(18), opened(28, user_id="u-2")
    reported(mild, 1)
    ProtocolRun.objects.filter(pk=run.pk).update(assignee=viewer, assignee_name="Viewer")
    Deviation.objects.create(run=run, rule="RUN003", place=1, at=run.opened, message="Late.")
    first, second = [run.pk], [mild.pk]
    for query, wanted in {
        "state=open": first, "state=ended": second, "state=completed": second, "state=waiting": first,
        "severity=3": first, "severity=2": second, "agent=NEUROS": second + first, "agent=SOMNOS": [],
        "kpi=hrv_rmssd": second + first, "deviation=any": first, "deviation=RUN003": first, "deviation=RUN001": [],
        "whose=mine": first, "whose=others": [], "whose=nobody": second, f"person={run.subject_id}": first,
        f"q={run.pk}": first, "q=hrv": second + first, "q=heart": second + first, "q=nothing": [],
    }.items():  # fmt: skip
        assert found(looking, f"?{query}") == wanted, query


def test_late_is_what_should_have_been_done(looking, at):
    run = opened(18)
    assert found(looking, "?state=late") == []
    at(NOW + 6 * MINUTE)
    assert found(looking, "?state=late") == [run.pk]


def test_pages_lead_from_one_to_the_next_and_back(looking, monkeypatch):
    monkeypatch.setattr(run_list, "PER_PAGE", 3)
    pks = several(8)
    first = looking.get(LIST).context["cl"]
    second = looking.get(LIST + first.older).context["cl"]
    third = looking.get(LIST + second.older).context["cl"]
    assert [[run.pk for run in page.result_list] for page in (first, second, third)] == [
        pks[:3], pks[3:6], pks[6:],
    ]  # fmt: skip
    assert (first.newer, third.older) == ("", "")
    assert found(looking, third.newer) == pks[3:6]
    assert found(looking, second.newer) == pks[:3]


def test_a_page_looks_through_no_more_than_it_may_and_says_so(looking, monkeypatch):
    monkeypatch.setattr(run_list, "LOOKED_AT", 3)
    several(9)
    oldest = ProtocolRun.objects.order_by("opened")[0]
    ProtocolRun.objects.filter(pk=oldest.pk).update(severity=1)
    page = looking.get(f"{LIST}?severity=1")
    assert "None so far" in page.text
    seen = 0
    while not page.context["cl"].result_list:
        seen += 1
        page = looking.get(LIST + page.context["cl"].older)
    assert [run.pk for run in page.context["cl"].result_list] == [oldest.pk]
    assert seen == 2


def test_queries_do_not_grow(looking, steady, django_assert_num_queries, django_assert_max_num_queries):
    several(2)
    with django_assert_max_num_queries(13) as few:
        found(looking)
    told(*[observation(18, user_id=f"more-{n}") for n in range(40)])
    with django_assert_num_queries(len(few)):
        found(looking)


@pytest.mark.parametrize(
    "query",
    [
        "before=1", "before=99999999999999999999-1", "before=-1--1", "after=x-1", "person=99999999999999999999",
        "person=-1", "agent=x", "kpi=%27", "q=%F0%9F%98%80", "q=99999999999999999999", "state=x", "severity=9",
        "whose=x", "deviation=x", "agent=&state=", "before=5-5", "q=%D9%A3",
    ],
)  # fmt: skip
def test_an_address_that_nobody_writes_is_answered(looking, query):
    opened()
    assert looking.get(f"{LIST}?{query}").status_code == 200


def test_no_column_is_looked_into_that_no_filter_offers(looking):
    opened()
    for lookup in ("subject__user_id__startswith=u", "reason__contains=1", "ordering=subject__user_id"):
        assert looking.get(f"{LIST}?{lookup}").status_code in (200, 302, 400)
        assert looking.get(f"{LIST}?{lookup}", follow=True).status_code in (200, 400)


def test_who_may_not_see_runs_sees_none(viewer_client, stranger, protocol):
    assert viewer_client.get(LIST).status_code == 403
    assert signed_in(stranger).get(LIST).status_code == 302
