"""How a figure is printed and judged, and that both sides take turns."""

from types import SimpleNamespace

import pytest

from bench.__main__ import main
from bench.figures import CannotMeasure, Figure, compare


@pytest.mark.parametrize(("ours", "verdict"), [(0.5, "ok"), (0.51, "short")])
def test_a_figure_says_whether_it_reaches_its_goal(ours, verdict):
    line = str(Figure("contracts.parse", ours=ours, baseline=1.0, goal=0.5))
    assert line == f"bench contracts.parse ours={ours} baseline=1 ratio={ours} goal=0.5 {verdict}"


def test_nothing_to_compare_with_never_reaches_a_goal():
    assert not Figure("contracts.parse", ours=1, baseline=0, goal=100).ok


def test_both_sides_take_turns():
    calls: list[str] = []
    compare(lambda: calls.append("ours"), lambda: calls.append("baseline"), rounds=2)
    assert calls == ["ours", "baseline"] * 2


def test_an_area_that_does_not_exist_is_a_mistake_in_use(capsys):
    assert main(["no_such_area"]) == 2
    assert "No such area: no_such_area" in capsys.readouterr().err


def test_what_cannot_be_measured_is_told_and_the_other_areas_go_on(capsys, monkeypatch):
    areas = {
        "bench_one": SimpleNamespace(run=lambda: (_ for _ in ()).throw(CannotMeasure("wrk is missing"))),
        "bench_two": SimpleNamespace(run=lambda: [Figure("two.figure", 1, 1, 1)]),
    }
    monkeypatch.setattr("bench.__main__.areas", lambda: ["one", "two"])
    monkeypatch.setattr("importlib.import_module", lambda name: areas[name.removeprefix("bench.")])
    assert main([]) == 1
    told = capsys.readouterr()
    assert "bench one is not measured: wrk is missing" in told.err
    assert "two.figure" in told.out
