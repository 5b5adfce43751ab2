"""A release's document as the files it stands for."""

from pathlib import Path

import pytest

from contracts.documents import ActionsDocument, BindingsDocument, RegistryDocument, RosterDocument
from contracts.loading import load_tree
from contracts.release import EMPTY, ReleaseDocument
from contracts.releasefiles import REGISTRY_PATH, release_files, with_units_in_use

UNITS = [{"code": "furlongs", "symbol": "fur"}, {"code": "leagues", "symbol": "lea"}]
REGISTRY = RegistryDocument.model_validate(
    {
        "kpis": [{"name": "distance", "unit": "furlongs", "prometheus_metric": "auren_distance"}],
        "units": UNITS,
    }
)
ROSTER = RosterDocument.model_validate({"agents": {"NEUROS": {"status": "alpha"}, "SOMNOS": {}}})
BINDINGS = BindingsDocument.model_validate({"agent": "NEUROS", "kpis_used": [{"key": "distance"}]})
ACTIONS = ActionsDocument.model_validate({"actions": {"rest": {"title": "Rest", "agents": ["NEUROS"]}}})


@pytest.fixture
def document() -> ReleaseDocument:
    return ReleaseDocument(
        REGISTRY, ROSTER, {"NEUROS": BINDINGS}, {"NEUROS": "neuros", "SOMNOS": "somnos"}, ACTIONS
    )


def test_each_document_has_its_place(document):
    assert list(release_files(document)) == [
        REGISTRY_PATH,
        Path("agents/roster.yaml"),
        Path("agents/neuros_modules/kpi_bindings.yaml"),
        Path("agents/actions.yaml"),
    ]


def test_the_files_say_what_the_release_says(document, tmp_path):
    for place, text in release_files(document).items():
        (tmp_path / place).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / place).write_text(text)
    tree = load_tree([tmp_path])
    assert [one.document for one in tree.registries] == [with_units_in_use(REGISTRY)]
    assert [one.document for one in tree.rosters] == [ROSTER]
    assert [one.document for one in tree.bindings] == [BINDINGS]
    assert [one.document for one in tree.catalogues] == [ACTIONS]


def test_a_unit_that_no_kpi_has_is_in_no_file(document):
    assert [unit.code for unit in with_units_in_use(REGISTRY).units] == ["furlongs"]
    assert "leagues" not in release_files(document)[REGISTRY_PATH]


def test_without_agents_there_is_only_a_registry():
    assert list(release_files(EMPTY)) == [REGISTRY_PATH]
