"""The bands as SVG."""

from xml.etree import ElementTree

import pytest
from django.template.loader import render_to_string

from contracts.documents import KpiDocument
from contracts.spec import KpiSpec, compile_kpi
from kpis.pictures import bands_picture, strip_svg
from tests.kpis.conftest import HRV

EVIL = "</title><script>alert(1)</script>"


def spec(**parts) -> KpiSpec:
    return compile_kpi(KpiDocument.model_validate(HRV | parts))


def drawn(kpi: KpiSpec, symbol: str = "ms", uid: str = "bands") -> ElementTree.Element:
    text = render_to_string("kpis/bands.svg", {"picture": bands_picture(kpi, symbol), "uid": uid})
    return ElementTree.fromstring(text)  # noqa: S314


def classes(svg: ElementTree.Element) -> list[str]:
    return [element.get("class", "") for element in svg.iter() if element.tag.endswith("rect")]


def test_the_picture_shows_each_severity_and_says_it_in_a_sentence():
    svg = drawn(spec())
    assert {"b-normal", "b-critical", "b-warning", "b-info"} <= set(classes(svg))
    assert "Critical below 20 ms." in svg.get("aria-label", "")
    assert "< 20" in "".join(svg.itertext())


def test_an_overlap_with_the_normal_range_is_hatched():
    svg = drawn(spec(risk_thresholds={"critical": {"condition": "< 120", "action": "rest"}}))
    hatched = [rect for rect in svg.iter("rect") if rect.get("class") == "b-overlap"]
    assert [rect.get("fill") for rect in hatched] == ["url(#bands-overlap)"]
    assert "30 to 100 ms is normal as well" in svg.get("aria-label", "")


def test_a_gap_is_hatched_and_named():
    svg = drawn(spec(risk_thresholds={"critical": {"condition": "< 20", "action": "rest"}}))
    assert "b-gap" in classes(svg)
    assert "no rule" in "".join(svg.itertext())


def test_two_pictures_on_a_page_share_no_id():
    first, second = (
        {element.get("id") for element in drawn(spec(), uid=uid).iter() if element.get("id")}
        for uid in ("now", "then")
    )
    assert first
    assert first.isdisjoint(second)


@pytest.mark.parametrize("language", ["en-gb", "de", "fr"])
def test_numbers_are_svg_numbers_in_every_language(settings, language):
    settings.LANGUAGE_CODE = language
    assert all("," not in (rect.get("x") or "") for rect in drawn(spec()).iter("rect"))


def test_without_any_number_there_is_a_sentence_and_no_picture():
    bare = spec(absolute_range=None, normal_range=None, risk_thresholds={})
    assert drawn(bare).tag == "p"
    assert str(strip_svg(bare, "")) == '<span class="muted">No ranges and no thresholds yet.</span>'


def test_the_strip_covers_the_axis_from_end_to_end():
    svg = ElementTree.fromstring(strip_svg(spec(), "ms"))  # noqa: S314
    segments = [rect for rect in svg.iter("rect") if rect.get("class") != "s-best"]
    assert [rect.get("class") for rect in segments] == ["s-critical", "s-warning", "s-normal", "s-info"]
    assert sum(float(rect.get("width", 0)) for rect in segments) == pytest.approx(160, abs=0.1)
    assert "Normal 30 to 100 ms, best 50." in "".join(svg.itertext())


def test_a_unit_that_would_like_to_be_a_page_stays_text():
    assert "<script>" not in strip_svg(spec(), EVIL)
    assert "<script>" not in render_to_string(
        "kpis/bands.svg", {"picture": bands_picture(spec(), EVIL), "uid": "u"}
    )


def test_a_strip_is_drawn_anew_for_whatever_changes_what_it_shows():
    other = {"critical": {"condition": "< 19", "action": "rest"}}
    versions = [
        strip_svg(spec(), "ms"),
        strip_svg(spec(), "s"),
        strip_svg(spec(risk_thresholds=other), "ms"),
        strip_svg(spec(normal_range={"min": 30, "max": 100, "optimal": 51}), "ms"),
        strip_svg(spec(normal_range={"min": 31}), "ms"),
        strip_svg(spec(absolute_range={"min": 1, "max": 251}), "ms"),
    ]
    assert len(set(versions)) == len(versions)
    assert strip_svg(spec(title="A new title"), "ms") == versions[0]
