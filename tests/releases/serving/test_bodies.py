import gzip
import json

import pytest
import yaml

from contracts.release import EMPTY
from releases import services
from releases.models import Channel
from releases.serving.bodies import GZIP_FROM, JSON_TYPE, Body, Renderer, as_json, channel_body
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
    bodies = Renderer(first.as_document()).all()
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
    renderer = Renderer(first.as_document())
    assert renderer.body("agents/NOBODY/bindings") is None
    assert renderer.body("agents/NOBODY/bindings.yaml") is None


def test_an_empty_release_has_a_registry_all_the_same():
    assert set(Renderer(EMPTY).all()) == {"registry", "registry.yaml"}


def test_only_what_json_has_is_written():
    with pytest.raises(TypeError, match="set"):
        as_json({"a": {1}})


def test_a_channel_says_where_it_is(first):
    data = json.loads(channel_body(services.channel_named("production")).plain.data)
    assert (data["name"], data["release"], data["protected"], data["revision"]) == ("production", 1, False, 1)
    assert data["moved"].endswith("Z")
