"""Of many KPIs and agents, what needs a look comes first, and the rest is asked for."""

import pytest

from contracts.watched import Definition, WatchedBinding
from telemetry.contracts_now import Released, Watched
from telemetry.pages.grid import CELLS_AT_MOST, PER_PAGE, Asked, Overview
from telemetry.pages.overview import KINDS, Look, Seen

NOW_URL = "/admin/telemetry/standing/now/"
AGENTS = [f"A_{number}" for number in range(20)]
KPIS = [f"k_{number}" for number in range(50)]


def seen(**counts: int) -> Seen:
    """So many people in each state; whoever is critical, in warning or unknown needs a look."""
    needing = sum(counts.get(kind, 0) for kind in ("critical", "warning", "unknown"))
    return Seen([counts.get(kind, 0) for kind in KINDS], needing, last=1)


def watched(agent: str, kpi: str) -> Watched:
    definition = Definition(kpi, title=f"Title of {kpi}")
    return Watched(
        WatchedBinding(
            agent, kpi, role="", enabled=True, guard="", triggers=(), actions=(), definition=definition
        ),
        definition,
        None,
        1,
        0,
        1,
    )


def a_look(values: dict[tuple[str, str], Seen], kpis=KPIS, agents=AGENTS) -> Look:
    """Every agent watches every KPI; some have values."""
    pairs = {(agent, kpi): watched(agent, kpi) for agent in agents for kpi in kpis}
    found: dict[str, dict[str, Seen]] = {}
    for (agent, kpi), one in values.items():
        found.setdefault(kpi, {})[agent] = one
    return Look(
        released=Released(1, pairs, {kpi: Definition(kpi, title=f"Title of {kpi}") for kpi in kpis}),
        watchers=dict.fromkeys(kpis, agents),
        agents=tuple(agents),
        seen=found, attention=(), people=1, counts=(), needing=0, last=None,
    )  # fmt: skip


VALUES = {
    ("A_1", "k_7"): seen(normal=5),
    ("A_2", "k_7"): seen(warning=1),
    ("A_3", "k_9"): seen(critical=1),
    ("A_4", "k_9"): seen(normal=1),
    ("A_5", "k_2"): seen(normal=9),
    ("A_5", "k_4"): seen(unknown=2),
}


def shown(**asked: str) -> list[tuple[str, list[str]]]:
    """KPIs, and of each the agents that have a cell."""
    rows = Overview(a_look(VALUES), Asked.of(asked)).rows
    return [(row.definition.name, [cell.agent for cell in row.cells if cell]) for row in rows]


def test_of_many_those_with_values_are_shown_and_the_worst_is_first():
    assert shown() == [
        ("k_9", ["A_3", "A_4"]), ("k_7", ["A_2", "A_1"]), ("k_4", ["A_5"]), ("k_2", ["A_5"]),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("asked", "kpis"),
    [
        ({"q": "TITLE of k_7"}, [("k_7", ["A_2", "A_1"])]),
        ({"agent": "A_5"}, [("k_4", ["A_5"]), ("k_2", ["A_5"])]),
        ({"state": "warning"}, [("k_7", ["A_2"])]),
        ({"state": "look"}, [("k_9", ["A_3"]), ("k_7", ["A_2"]), ("k_4", ["A_5"])]),
        ({"state": "unheard-of", "agent": "A_2"}, [("k_7", ["A_2"])]),
        ({"agent": "NOBODY"}, []),
        ({"kpi": "k_9", "state": "normal"}, [("k_9", ["A_4"])]),
    ],
)
def test_it_is_narrowed_by_kpi_agent_and_state(asked, kpis):
    assert shown(**asked) == kpis


def test_what_has_no_values_is_counted_and_shown_to_whoever_asks():
    first = Overview(a_look(VALUES), Asked())
    assert (first.folds, first.silent) == (True, len(AGENTS) * len(KPIS) - len(VALUES))
    assert len(shown(state="none")) == PER_PAGE
    assert len(shown(state="all", p="3")) == len(KPIS) - 2 * PER_PAGE
    (_, agents) = next(row for row in shown(state="none", q="k_9"))
    assert {"A_3", "A_4"}.isdisjoint(agents)


def test_a_kpi_names_a_few_agents_beside_others_and_all_of_them_alone():
    assert {len(agents) for _, agents in shown(state="all")} == {CELLS_AT_MOST}
    rows = Overview(a_look(VALUES), Asked.of({"state": "all"})).rows
    assert rows[0].more == len(AGENTS) - CELLS_AT_MOST
    assert [len(agents) for _, agents in shown(state="all", kpi="k_9")] == [len(AGENTS)]


def test_without_any_values_everything_watched_is_there():
    found = Overview(a_look({}), Asked())
    assert (found.folds, found.page.paginator.count) == (False, len(KPIS))


def test_states_are_offered_only_where_somebody_is_in_one():
    offered = [label for _, label in Overview(a_look({}), Asked()).choices]
    assert offered == ["All states"]
    assert "Critical" in [label for _, label in Overview(a_look(VALUES), Asked()).choices]


def test_few_stay_in_the_registrys_order_as_a_grid():
    found = Overview(a_look(VALUES, KPIS[:10], AGENTS[:6]), Asked())
    assert (found.is_small, found.can_be_narrowed) == (True, False)
    assert [row.definition.name for row in found.rows] == KPIS[:10]
    assert found.columns == tuple(AGENTS[:6])


def test_an_address_keeps_what_was_asked_for():
    asked = Asked.of({"q": "heart & rate", "agent": "A_1", "state": "look", "p": "2"})
    assert asked.whole_query == "q=heart+%26+rate&agent=A_1&state=look&p=2"
    assert (Asked().whole_query, Asked().is_first, asked.is_first) == ("", True, False)


def test_the_part_that_goes_on_by_itself_stays_narrow(critical, client):
    page = client.get("/admin/?state=warning").text
    assert f'data-live="{NOW_URL}?state=warning"' in page
    part = client.get(f"{NOW_URL}?state=warning").text
    assert "Nothing that agents watch matches." in part
    assert "18 ms is below 25 ms" not in part
    assert "ln_rmssd" in client.get(f"{NOW_URL}?state=none").text


def test_a_long_list_offers_to_narrow_it_and_pages(critical, client, monkeypatch):
    monkeypatch.setattr("telemetry.pages.grid.SMALL", 0)
    monkeypatch.setattr("telemetry.pages.grid.PER_PAGE", 1)
    monkeypatch.setattr("telemetry.pages.grid.COLUMNS_AT_MOST", 0)
    page = client.get("/admin/").text
    assert 'role="search" aria-label="What agents watch"' in page
    assert "4 bindings have no values yet." in page
    page = client.get("/admin/?state=all").text
    assert "Page 1 of 5" in page
    assert 'href="?state=all&amp;p=2"' in page
