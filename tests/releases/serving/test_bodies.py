import gzip
import json

import pytest
import yaml

from contracts.documents import as_data, write_registry
from contracts.release import EMPTY
from contracts.release_pieces import release_pieces
from releases import services
from releases.models import Channel
from releases.serving.bodies import GZIP_FROM, JSON_TYPE, Body, Renderer, as_json, channel_body, of_agent
from tests.releases.serving.conftest import copy, first, hrv, kpis, neuros, registry, somnos

__all__ = ["copy", "first", "hrv", "kpis", "neuros", "registry", "somnos"]


def test_packed_bytes_are_the_same_every_time_and_have_their_own_tag():
    text = '{"a":"' + "b" * 5000 + '"}'
    body = Body.of(text, JSON_TYPE)
    assert body == Body.of(text, JSON_TYPE)
    assert gzip.decompress(body.packed.data).decode() == text
    assert body.packed.etag != body.plain.etag


def test_what_is_short_is_not_packed():
    body = Body.of("{}", JSON_TYPE)
    assert body.packed is body.plain


def test_the_longest_channel_is_short():
    channel = Channel(name="c" * 40, revision=2**31 - 1, moved_by="\U0001f600" * 200)
    assert len(channel_body(channel).plain.data) < GZIP_FROM


def test_everything_of_a_release_is_rendered(first):
    bodies = Renderer(first.as_pieces()).all()
    assert {"registry", "registry.yaml", "agents/NEUROS/bindings", "agents/NEUROS/bindings.yaml"} <= set(
        bodies
    )
    assert json.loads(bodies["agents/NEUROS/bindings"].plain.data)["agent"] == "NEUROS"
    read = yaml.safe_load(bodies["registry.yaml"].plain.data)
    assert (
        json.loads(bodies["registry"].plain.data)["kpis"][0]["normal_range"]
        == read["kpis"][0]["normal_range"]
    )


def test_what_is_not_in_the_release_has_no_body(first):
    renderer = Renderer(first.as_pieces())
    assert renderer.body("agents/NOBODY/bindings") is None
    assert renderer.body("agents/NOBODY/bindings.yaml") is None


def test_an_empty_release_has_a_registry_all_the_same():
    assert set(Renderer(release_pieces(EMPTY.canonical())).all()) == {"registry", "registry.yaml"}


def test_the_registry_of_pieces_is_that_of_the_whole(first):
    bodies, document = Renderer(first.as_pieces()).all(), first.as_document()
    assert bodies["registry"].plain.data.decode() == as_json(as_data(document.registry))
    assert bodies["registry.yaml"].plain.data.decode() == write_registry(document.registry)


def first_kpi(data):
    return data["registry"]["kpis"][0]


CHANGES = {
    "a title": lambda data: first_kpi(data).update(title="Another"),
    "a metric": lambda data: first_kpi(data).update(prometheus_metric="another"),
    "a binding": lambda data: data["bindings"]["NEUROS"]["kpis_used"][0].update(enabled=False),
    "an agent": lambda data: data["roster"]["agents"]["NEUROS"].update(enabled=False),
    "a unit": lambda data: data["registry"].update(units=[{"code": first_kpi(data)["unit"], "symbol": "x"}]),
    "what all share": lambda data: data["registry"].update(metadata={"registry_id": "other"}),
}  # fmt: skip


def changed(release, change):
    """The pieces of a release in which something is otherwise."""
    data = json.loads(release.text)
    change(data)
    return release_pieces(json.dumps(data))


def rendered_by_print(pieces):
    return {
        own: {address: Renderer(pieces).body(address) for address in of_agent(agent)}
        for agent, own in pieces.prints.items()
    }


@pytest.mark.parametrize("what", CHANGES)
def test_what_is_taken_from_before_is_what_would_be_rendered(first, what):
    before, after = first.as_pieces(), changed(first, CHANGES[what])
    assert Renderer(after).all(rendered_by_print(before)) == Renderer(after).all()
    assert after.prints["NEUROS"] != before.prints["NEUROS"]


def test_only_agents_whom_a_change_reaches_are_rendered_anew(first, monkeypatch):
    before, after = first.as_pieces(), changed(first, CHANGES["a binding"])
    known = rendered_by_print(before)
    asked = []
    monkeypatch.setattr(Renderer, "body", lambda self, address: asked.append(address))
    Renderer(after).all(known)
    assert asked == ["registry", "registry.yaml", "agents/NEUROS/bindings", "agents/NEUROS/bindings.yaml"]
    assert {agent for agent, own in after.prints.items() if own == before.prints[agent]} == {"SOMNOS"}


def test_only_what_json_has_is_written():
    with pytest.raises(TypeError, match="set"):
        as_json({"a": {1}})


def test_a_channel_says_where_it_is(first):
    data = json.loads(channel_body(services.channel_named("production")).plain.data)
    assert (data["name"], data["release"], data["protected"], data["revision"]) == ("production", 1, False, 1)
    assert data["moved"].endswith("Z")
