"""An agent with many bindings: they are closed until somebody opens one, and what is not sent stays as it is stored."""

import re

import pytest
from django.db import connection
from django.http import QueryDict
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from bindings.admin.card import as_sent
from bindings.admin.sheet import OPEN_AT_ONCE, Sheet
from bindings.admin.told import MOST_LINKS
from bindings.documents import Contract
from bindings.models import Agent
from contracts.documents import BindingDocument, BindingsDocument, RosterAgent
from kpis.models import KPI, Threshold, Unit
from tests.bindings.admin.conftest import binding_data, make_agent
from tests.kpis.conftest import HRV
from tests.verdicts import check_preview

MANY = OPEN_AT_ONCE + 8


def make_many(count: int, name: str = "MANY") -> Agent:
    """An agent that watches so many KPIs, each below 25, which the registry calls critical below 20; every second
    one in the role of a trend check."""
    there = set(KPI.objects.values_list("name", flat=True))
    columns = {
        "unit": Unit.objects.get(code="milliseconds"), "category": HRV["category"], "normal_min": 30, "normal_max": 100,
    }  # fmt: skip
    KPI.objects.bulk_create(
        KPI(name=f"k_{n}", title=f"Value {n}", prometheus_metric=f"auren_k_{n}_ms", position=n + 1, **columns)
        for n in range(count)
        if f"k_{n}" not in there
    )
    new = KPI.objects.filter(name__startswith="k_", thresholds=None)
    Threshold.objects.bulk_create(Threshold(kpi=kpi, severity="critical", condition="< 20") for kpi in new)
    rows = [
        {
            "key": f"k_{n}",
            "role": "trend_check" if n % 2 else "primary_signal",
            "alerting": {"risk_if": "< 25", "actions": [{"name": "rest_today"}]},
            "x-note": f"kept {n}",
        }
        for n in range(count)
    ]
    return make_agent(name, {"agent": name, "kpis_used": rows})


@pytest.fixture
def many(hrv) -> Agent:
    return make_many(MANY)


def url(agent: Agent, page: str = "change", *more: int) -> str:
    return reverse(f"admin:bindings_agent_{page}", args=[agent.pk, *more])


def head(agent: Agent) -> dict[str, str]:
    """What a browser sends of the form with all bindings closed."""
    return {
        "name": agent.name, "code": agent.code, "role": agent.role, "status": agent.status, "enabled": "on", "tags": "",
        "reason": "", "started_from": str(agent.revision),
    }  # fmt: skip


def opened(agent: Agent, number: int, **fields: str) -> dict[str, str]:
    """What it sends beside that of one that is open, with some inputs changed."""
    prefix = f"bindings-{number}"
    data = binding_data(prefix, number, Contract.of(agent).bindings.kpis_used[number])
    return data | {f"{prefix}-{name.replace('__', '-')}": value for name, value in fields.items()}


def keys(agent: Agent) -> list[str]:
    return [row.key for row in now(agent)]


def now(agent: Agent) -> list[BindingDocument]:
    return Contract.of(Agent.objects.whole().get(pk=agent.pk)).bindings.kpis_used


def inputs(page) -> set[str]:
    """The bindings that the page has inputs of."""
    return set(re.findall(r'name="(bindings-\d+)-role"', page.text))


def test_its_page_has_each_binding_in_one_line_and_no_inputs_of_it(many, editor_client):
    page = editor_client.get(url(many))
    assert inputs(page) == set()
    line = page.text.split('id="bindings-3"')[1].split("</section>")[0]
    for text in ("Value 3", "k_3", "critical", "&lt; 25", "1 step", "trend check"):
        assert text in line


def test_an_address_opens_one(many, editor_client):
    assert inputs(editor_client.get(f"{url(many)}?open=bindings-3&open=nonsense")) == {"bindings-3"}


def test_one_with_few_is_open_at_once(hrv, editor_client):
    assert len(inputs(editor_client.get(url(make_many(OPEN_AT_ONCE))))) == OPEN_AT_ONCE


def test_what_is_opened_and_changed_is_saved_and_all_others_stay_to_the_letter(many, editor_client):
    before = now(many)
    data = head(many) | opened(many, 3, critical__condition="< 22")
    assert editor_client.post(url(many), data).status_code == 302
    after = now(many)
    assert after[3].alerting.risk_if == "< 22"
    assert after[:3] + after[4:] == before[:3] + before[4:]
    assert after[3].extra == {"x-note": "kept 3"}


def test_a_form_that_sends_no_binding_changes_none(many, editor_client):
    assert editor_client.post(url(many), head(many)).status_code == 302
    assert Agent.objects.get(pk=many.pk).revision == 1
    assert editor_client.post(url(many), head(many) | {"role": "x"}).status_code == 302
    assert keys(many) == [f"k_{n}" for n in range(MANY)]


def test_only_what_is_named_is_taken_away(many, editor_client):
    assert editor_client.post(url(many), head(many) | {"gone": ["k_3", "nobody"]}).status_code == 302
    assert keys(many) == [f"k_{n}" for n in range(MANY) if n != 3]


def test_an_open_one_changes_places_with_a_closed_one(many, editor_client):
    data = head(many) | opened(many, 3)
    page = editor_client.post(url(many), data | {"_do": "up:bindings-3"})
    assert [card.key for card in page.context["sheet"].cards][1:5] == ["k_1", "k_3", "k_2", "k_4"]
    assert inputs(page) == {"bindings-3"}
    sent = {"bindings-3-place": "2", "bindings-2-kept": "k_2", "bindings-2-place": "3"}
    assert all(f'name="{name}" value="{value}"' in page.text for name, value in sent.items())
    assert editor_client.post(url(many), data | sent).status_code == 302
    assert keys(many)[1:5] == ["k_1", "k_3", "k_2", "k_4"]


def test_without_scripts_one_is_opened_and_nothing_typed_is_lost(many, editor_client):
    data = head(many) | opened(many, 3, critical__condition="< 22") | {"_do": "open:bindings-5"}
    page = editor_client.post(url(many), data)
    assert (inputs(page), page.context["row"]) == ({"bindings-3", "bindings-5"}, "bindings-5")
    assert 'value="&lt; 22"' in page.text
    assert Agent.objects.get(pk=many.pk).revision == 1


def test_without_scripts_one_that_is_taken_away_stays_away_and_can_be_bound_again(many, editor_client):
    data = head(many) | opened(many, 3)
    page = editor_client.post(url(many), data | {"_do": "remove:bindings-3"})
    assert '<input type="hidden" name="gone" value="k_3">' in page.text
    again = {"gone": "k_3", "_do": "binding", "new_kpi": str(KPI.objects.get(name="k_3").pk)}
    page = editor_client.post(url(many), head(many) | again)
    assert page.context["row"] == f"bindings-{MANY}"
    assert page.context["sheet"].cards[-1].key == "k_3"


def test_a_kpi_that_is_bound_is_opened_and_not_added(many, editor_client):
    data = head(many) | {"_do": "binding", "new_kpi": str(KPI.objects.get(name="k_3").pk)}
    page = editor_client.post(url(many), data)
    assert (page.context["row"], inputs(page)) == ("bindings-3", {"bindings-3"})


def test_two_people_at_different_bindings_lose_nothing(many, editor_client):
    mine = head(many) | opened(many, 3, critical__condition="< 22")
    theirs = head(many) | opened(many, 5, critical__condition="< 18") | {"gone": "k_7"}
    assert editor_client.post(url(many), theirs).status_code == 302
    page = editor_client.post(url(many), mine)
    assert page.status_code == 409
    assert not page.context["clashes"]
    page = editor_client.post(url(many, "merge"), mine, follow=True)
    assert inputs(page) == {"bindings-3"}
    data = head(Agent.objects.get(pk=many.pk)) | opened(Agent.objects.get(pk=many.pk), 3)
    editor_client.post(url(many), data | {"bindings-3-critical-condition": "< 22"})
    saved = {row.key: row.alerting.risk_if for row in now(many)}
    assert (saved["k_3"], saved["k_5"], "k_7" in saved) == ("< 22", "< 18", False)


def test_two_people_at_one_binding_are_both_shown(many, editor_client):
    mine = head(many) | opened(many, 3, critical__condition="< 22")
    theirs = head(many) | opened(many, 3, critical__condition="< 18")
    editor_client.post(url(many), theirs)
    page = editor_client.post(url(many), mine)
    assert (page.status_code, page.context["clashes"]) == (409, 1)
    assert now(many)[3].alerting.risk_if == "< 18"


def test_a_binding_is_opened_as_it_was_when_the_form_was(many, editor_client):
    editor_client.post(url(many), head(many) | opened(many, 3, critical__condition="< 18") | {"gone": "k_0"})
    then = editor_client.get(url(many, "card", 3), {"revision": "1"})
    assert inputs(then) == {"bindings-3"}
    assert 'value="&lt; 25"' in then.text
    assert 'value="k_4"' in editor_client.get(url(many, "card", 3), {"revision": "2"}).text
    for number, revision in ((MANY, "1"), (3, "7"), (3, ""), (3, "x")):
        assert editor_client.get(url(many, "card", number), {"revision": revision}).status_code == 404


def test_who_may_only_look_opens_a_binding_without_inputs(many, viewer_client, stranger_client):
    page = viewer_client.get(url(many))
    assert '<a href="?open=bindings-3#bindings-3" data-open>' in page.text
    for answer in (
        viewer_client.get(f"{url(many)}?open=bindings-3"),
        viewer_client.get(url(many, "card", 3), {"revision": "1"}),
    ):
        assert "rest_today" in answer.text
        assert inputs(answer) == set()
    assert stranger_client.get(url(many, "card", 3), {"revision": "1"}).status_code in (302, 403)


def test_what_is_wrong_with_a_closed_one_is_said_and_opens_it(many, editor_client):
    wrong = {"bindings-3-critical-condition": "< abc"}
    data = head(many) | opened(many, 3) | wrong
    page = editor_client.post(url(many), data)
    assert (page.status_code, inputs(page)) == (200, {"bindings-3"})
    Agent.objects.get(pk=many.pk).bindings.get(kpi__name="k_5").triggers.update(condition="< abc")
    page = editor_client.post(url(many), head(many) | {"role": "x"})
    assert (page.status_code, inputs(page)) == (200, {"bindings-5"})
    assert 'id="id_bindings-5-critical-condition_error"' in page.text


def test_the_preview_says_of_closed_ones_what_a_save_does(many, editor_client):
    Agent.objects.get(pk=many.pk).bindings.get(kpi__name="k_5").triggers.update(condition="< abc")
    data = head(many) | opened(many, 3, critical__condition="< 22")
    assert not check_preview(editor_client, url(many, "preview"), url(many), data)
    answer = editor_client.post(url(many, "preview"), data).json()
    assert list(answer["errors"]) == ["bindings-5-critical-condition"]
    assert "1 error" in answer["told"]["bindings-5"]["chips"]
    assert "problems" in answer["told"]["bindings-5"]["marks"].split()
    assert "bindings-3-says" in answer["parts"]
    assert "bindings-5-says" not in answer["parts"]


def test_the_same_about_many_is_said_once_with_a_count_and_ways_to_them(many, editor_client):
    page = editor_client.get(url(many))
    (entry,) = page.context["told"]
    assert (entry.finding.rule, entry.count) == ("BND016", MANY)
    assert page.text.count('data-at="id_bindings-') == MOST_LINKS
    assert (
        '<a href="#bindings-3" data-at="id_bindings-3-critical-condition"><code>k_3</code></a>' in page.text
    )


def test_many_errors_open_the_first_and_the_list_leads_to_all(hrv, editor_client):
    agent = make_many(40)
    for binding in agent.bindings.all():
        binding.triggers.update(condition="< abc")
    page = editor_client.post(url(agent), head(agent) | {"role": "x"})
    assert (page.status_code, len(inputs(page))) == (200, 20)
    (entry,) = (one for one in page.context["told"] if one.finding.level == "error")
    assert (entry.count, len(entry.shown)) == (40, MOST_LINKS)
    assert f'data-show="{entry.finding.rule}">Show all 40 in the list</a>' in page.text
    found = editor_client.get(url(agent), {"show": entry.finding.rule})
    assert found.context["find"]["left"] == 40


@pytest.mark.parametrize(
    ("asked", "left"),
    [
        ({"q": "value 1"}, 11),
        ({"q": "K_3"}, 1),
        ({"q": "nobody"}, 0),
        ({"show": "critical"}, MANY),
        ({"show": "off"}, 1),
        ({"show": "off", "q": "k_3"}, 0),
        ({"show": "nonsense"}, 0),
    ],
)
def test_the_list_is_narrowed_by_name_and_by_what_it_says(many, editor_client, asked, left):
    many.bindings.filter(kpi__name="k_5").update(enabled=False)
    page = editor_client.get(url(many), asked)
    assert page.context["find"]["left"] == left
    assert len(re.findall(r'<section class="card binding[^>]* hidden>', page.text)) == MANY - left


def counted(client, agent: Agent) -> list[int]:
    """The queries of looking at it, of opening one binding, of the preview and of saving a change of one."""
    data = head(agent) | opened(agent, 3, critical__condition="< 22")
    counts = []
    for ask in (
        lambda: client.get(url(agent)),
        lambda: client.get(url(agent, "card", 3), {"revision": "1"}),
        lambda: client.post(url(agent, "preview"), data),
        lambda: client.post(url(agent), data),
    ):
        with CaptureQueriesContext(connection) as queries:
            assert ask().status_code in (200, 302)
        counts.append(len(queries))
    return counts


def test_looking_opening_previewing_and_saving_take_the_same_queries_for_twenty_and_for_two_hundred(
    hrv, editor_client
):
    few, lots = make_many(20, "FEW"), make_many(200, "LOTS")
    editor_client.get(url(few))
    assert counted(editor_client, few) == counted(editor_client, lots)


@pytest.mark.slow
def test_one_with_as_many_as_there_may_be_is_looked_at_and_saved(hrv, editor_client):
    agent = make_many(2000)
    page = editor_client.get(url(agent))
    assert len(page.content) < 2_000_000
    data = head(agent) | opened(agent, 1999, critical__condition="< 22") | {"gone": "k_0"}
    assert editor_client.post(url(agent), data).status_code == 302
    assert now(agent)[-1].alerting.risk_if == "< 22"
    assert len(now(agent)) == 1999


documents = st.lists(st.sampled_from([f"k_{n}" for n in range(30)]), unique=True, max_size=30).map(
    lambda names: BindingsDocument.model_validate(
        {"agent": "MANY", "kpis_used": [{"key": name, "role": name.upper(), "x": name} for name in names]}
    )
)


@given(documents, st.sets(st.integers(0, 29)), st.sets(st.integers(0, 29)), st.randoms())
def test_whatever_is_opened_the_form_says_what_is_stored_without_what_is_taken_away(
    document, open_ones, gone, random
):
    contract = Contract(document, RosterAgent())
    sheet = Sheet.of_contract(
        Agent(name="MANY"), contract, contract, [f"bindings-{number}" for number in open_ones]
    )
    data = QueryDict(mutable=True)
    data["name"] = "MANY"
    taken = [card.key for card in sheet.cards if card.number in gone]
    data.setlist("gone", taken)
    sent = [as_sent(card.inputs) for card in sheet.cards if card.inputs and card.key not in taken]
    random.shuffle(sent)
    for inputs_of_one in sent:
        data.update(inputs_of_one)
    after = Sheet.of_post(data, contract).document().kpis_used
    assert after == [row for row in document.kpis_used if row.key not in taken]
