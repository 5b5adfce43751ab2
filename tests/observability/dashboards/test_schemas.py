"""Both forms against Grafana's own JSON Schemas, where GRAFANA_SCHEMAS names a folder that has them."""

import json
import os
from pathlib import Path

import jsonschema
import pytest
from django.conf import settings

from tests.observability.dashboards.samples import (
    HOSTILE,
    classic_only,
    example_files,
    files_of,
    hostile_release,
)

BESIDE = settings.BASE_DIR.parent / "shared" / "grafana-schemas"


@pytest.fixture(scope="module")
def schemas():
    folder = Path(os.environ.get("GRAFANA_SCHEMAS") or "/nowhere")
    if not folder.is_dir():
        if os.environ.get("CI") == "true" and BESIDE.is_dir():
            pytest.fail(f"GRAFANA_SCHEMAS names no directory, and there is {BESIDE}")
        pytest.skip("GRAFANA_SCHEMAS names no directory")
    return folder


def validator(folder, name, definition):
    schema = json.loads((folder / name).read_text())
    return jsonschema.Draft7Validator(schema | {"$ref": f"#/definitions/{definition}"})


def test_classic_dashboards_are_what_grafana_expects(schemas):
    classic = validator(schemas, "dashboard.jsonschema.json", "Dashboard")
    for files in [example_files(), *(files_of(hostile_release(text)) for text in HOSTILE)]:
        for dashboard in classic_only(files).values():
            classic.validate(dashboard)


def test_newer_dashboards_are_what_grafana_expects(schemas):
    parts = {
        part: validator(schemas, "dashboardv2.jsonschema.json", definition)
        for part, definition in (
            ("spec", "Dashboard"),
            ("apiVersion", "DashboardAPIVersion"),
            ("kind", "DashboardKind"),
        )
    }
    for files in [example_files(), *(files_of(hostile_release(text)) for text in HOSTILE)]:
        for dashboard in [one for path, one in files.items() if "dashboards-v2" in path]:
            for part, of in parts.items():
                of.validate(dashboard[part])


def test_a_dashboard_that_grafana_would_not_take_is_noticed(schemas):
    newer = validator(schemas, "dashboardv2.jsonschema.json", "Dashboard")
    spec = example_files()["grafana/dashboards-v2/overview.json"]["spec"]
    assert not newer.is_valid(spec | {"panels": []})
    classic = validator(schemas, "dashboard.jsonschema.json", "Dashboard")
    assert not classic.is_valid(example_files()["grafana/dashboards/overview.json"] | {"rows": []})
