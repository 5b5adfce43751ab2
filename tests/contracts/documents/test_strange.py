"""Files of every shape: read, or refused in words with their place. Never an exception."""

from collections.abc import Callable
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from contracts.documents import (
    AlertingDocument,
    BindingDocument,
    KpiDocument,
    Loaded,
    RegistryDocument,
    RosterAgent,
    read_bindings,
    read_registry,
    read_roster,
    write_bindings,
    write_registry,
    write_roster,
)
from contracts.documents.unknown import keys_of

KEYS = sorted(
    {
        key
        for model in (KpiDocument, RegistryDocument, AlertingDocument, BindingDocument, RosterAgent)
        for key in keys_of(model)
    }
    | {
        "range",
        "thresholds",
        "optimal",
        "caution",
        "risk",
        "risk_if",
        "critical",
        "warning",
        "elevated",
        "min",
        "max",
    }
    | {"x-own", "extra", "on_risk"}
)
scalars = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.sampled_from(["< 20", "30-40", "x", "", "yes"])
)
anything = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=5),
    max_leaves=25,
)
part = st.dictionaries(st.sampled_from(KEYS), anything, max_size=6)
kpi = part.map(lambda drawn: {"unit": "h", "prometheus_metric": "m"} | drawn | {"name": "a"})
registry = st.builds(
    lambda top, kpis: top | {"kpis": kpis}, part, st.lists(kpi, max_size=2) | part.map(lambda kpi: {"a": kpi})
)
binding = part.map(lambda drawn: drawn | {"key": "a"})
bindings = st.builds(
    lambda top, used: top | {"agent": "A", "kpis_used": used}, part, st.lists(binding, max_size=2)
)
roster = st.builds(lambda top, agent: top | {"agents": {"A": agent}}, part, part)

DOORS = [
    (read_registry, write_registry, registry),
    (read_bindings, write_bindings, bindings),
    (read_roster, write_roster, roster),
]


@pytest.mark.parametrize(("read", "write", "shapes"), DOORS, ids=["registry", "bindings", "roster"])
@given(st.data())
def test_no_shape_is_too_strange(
    read: Callable[..., Loaded[Any]],
    write: Callable[[Any], str],
    shapes: st.SearchStrategy[Any],
    data: st.DataObject,
) -> None:
    loaded = read(yaml.safe_dump(data.draw(shapes | part | anything)))
    assert loaded.document or loaded.findings
    assert all(f.line and f.column and f.message and f.hint for f in loaded.findings)
    if loaded.document:
        assert read(write(loaded.document)).document == loaded.document
