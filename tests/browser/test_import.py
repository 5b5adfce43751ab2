"""A folder of a repository is brought in by hand: its contract files are sent, and nothing else."""

import shutil

import pytest
from playwright.sync_api import expect

from bindings.models import Agent
from kpis.models import KPI
from tests.kpis.commands import EXAMPLE

pytestmark = pytest.mark.browser


def test_a_folder_is_chosen_planned_and_applied(page, tmp_path):
    shutil.copytree(EXAMPLE, tmp_path / "repository")
    (tmp_path / "repository/README.md").write_text("# not YAML: [")
    (tmp_path / "repository/pipeline.yaml").write_text("jobs: {}")
    page.goto("/admin/kpis/kpi/import/")
    page.get_by_label("Or a whole folder").set_input_files(tmp_path / "repository")
    sent = page.evaluate(
        "[...document.querySelector('input[webkitdirectory]').files].map(file => file.name).sort()"
    )
    assert sent == ["actions.yaml", *["kpi_bindings.yaml"] * 9, "kpi_registry.yaml", "roster.yaml"]
    page.get_by_role("button", name="Read and show the plan").click()
    expect(page.get_by_role("heading", name="What this import would do")).to_be_visible()
    page.get_by_role("button", name="Apply", exact=True).click()
    expect(page.get_by_role("status")).to_contain_text("Imported")
    assert (Agent.objects.filter(bindings__isnull=False).distinct().count(), KPI.objects.count()) == (9, 19)
