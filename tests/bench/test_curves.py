"""The picture of growth has what the bench printed."""

from xml.etree import ElementTree

from bench.curves import picture, read

LOG = """bench scale.1k_page_now_s ours=0.5 baseline=0.2 ratio=2.5 goal=1 short
  page_now: 0.6 s by the clock, 100 MB, 9 queries, 50,000 bytes
bench scale.10k_page_now_s ours=0.75 baseline=0.5 ratio=1.5 goal=1 short
"""


def test_each_operation_is_a_panel_with_its_growth_and_its_goal():
    took, goals = read([LOG])
    assert took == {"page_now": {1: 0.5, 10: 0.75}}
    texts = [one.text for one in ElementTree.fromstring(picture(took, goals)).iter() if one.text]  # noqa: S314 - ours
    assert {
        "page now",
        "10 × as much, 1.5 × as long",
        "goal: 0.5 s",
        "0.75 s",
        "1k",
        "10k",
    } <= set(texts)
