"""A condition in words, with its unit, is understood at every door; what is stored is the canonical writing."""

import json
from io import StringIO

import pytest
import yaml
from django.contrib.auth.models import Permission
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.urls import reverse

from bindings.models import Trigger
from kpis.models import KPI, Threshold, Unit
from tests.bindings.admin.conftest import NEUROS, agent_data, make_agent
from tests.kpis.api.conftest import body
from tests.kpis.conftest import HRV, form_data, hrv, registry
from tests.rest.calls import call, codes

__all__ = ["hrv", "registry"]

WORDS = {"condition": "below 0.018 seconds", "recover_if": "at least 25 ms"}
KEPT = ("< 18", ">= 25")
REFUSED = "below 18 mmol/L"


@pytest.fixture
def editor(editor):
    editor.user_permissions.add(*Permission.objects.filter(codename__endswith="_agent"))
    return editor


def kept() -> tuple[str, str]:
    row = Threshold.objects.get(severity="critical")
    return row.condition, row.recover_if


def with_words(**parts):
    rows = {word: dict(row) for word, row in HRV["risk_thresholds"].items()}
    rows["critical"] |= WORDS | parts
    return {"risk_thresholds": rows}


def registry_text(**parts) -> str:
    document = {"version": "1.1", "schema_version": "1.0", "kpis": [HRV | with_words(**parts)]}
    return yaml.safe_dump(document, sort_keys=False)


def test_on_the_form_and_beneath_the_field_it_says_what_was_understood(hrv, editor_client):
    data = form_data(hrv, critical_condition=WORDS["condition"], critical_recover_if=WORDS["recover_if"])
    answer = editor_client.post(reverse("admin:kpis_kpi_preview", args=[hrv.pk]), data).json()
    assert answer["saveable"]
    said = [text for name, text in answer["parts"].items() if name.endswith("-condition_means")]
    assert said == ["below 18 ms, kept as <code>&lt; 18</code>", "below 30 ms", "above 100 ms"]
    assert editor_client.post(reverse("admin:kpis_kpi_change", args=[hrv.pk]), data).status_code == 302
    assert kept() == KEPT
    assert "below 18 ms" in editor_client.get(reverse("admin:kpis_kpi_change", args=[hrv.pk])).text


def test_on_the_form_of_a_new_kpi_the_unit_is_the_one_just_chosen(registry, editor_client):
    data = form_data(None, critical_condition="under 18 ms")
    assert editor_client.post(reverse("admin:kpis_kpi_add"), data).status_code == 302
    assert Threshold.objects.get(severity="critical").condition == "< 18"


def test_on_the_form_of_an_agent(hrv, editor_client):
    make_agent("SOMNOS")
    neuros = make_agent("NEUROS", NEUROS)
    data = agent_data(neuros, **{"bindings-0-critical-condition": "below 0.022 s"})
    answer = editor_client.post(reverse("admin:bindings_agent_preview", args=[neuros.pk]), data).json()
    assert (
        answer["parts"]["id_bindings-0-critical-condition_means"]
        == "below 22 ms, kept as <code>&lt; 22</code>"
    )
    assert (
        editor_client.post(reverse("admin:bindings_agent_change", args=[neuros.pk]), data).status_code == 302
    )
    assert Trigger.objects.get().condition == "< 22"


def test_by_the_api(registry, editor_client):
    response = call(editor_client, "POST", "kpis/", body(**with_words()))
    assert response.status_code == 201
    assert response.json()["thresholds"][0]["condition"] == "< 18"
    assert kept() == KEPT


def test_by_import_which_then_finds_nothing_to_change(registry, editor_client, tmp_path):
    path = tmp_path / "kpi_registry.yaml"
    path.write_text(registry_text())
    said = StringIO()
    call_command("registry", "import", str(path), stdout=StringIO())
    assert kept() == KEPT
    call_command("registry", "import", str(path), stdout=said)
    assert "1 unchanged" in said.getvalue() or "nothing" in said.getvalue().lower()


def test_by_import_of_bindings_with_a_unit_of_ones_own(hrv, tmp_path):
    unit = Unit.objects.create(code="borg", title="points of Borg's scale", symbol="RPE", grafana="short")
    KPI.objects.update(unit=unit)
    make_agent("SOMNOS")
    make_agent("NEUROS")
    data = json.loads(json.dumps(NEUROS))
    data["kpis_used"][0]["alerting"]["risk_if"] = "below 14 RPE"
    path = tmp_path / "kpi_bindings.yaml"
    path.write_text(yaml.safe_dump(data))
    call_command("registry", "import", str(path), stdout=StringIO())
    assert Trigger.objects.get().condition == "< 14"


def test_by_the_command_line_on_files_alone(tmp_path):
    path = tmp_path / "kpi_registry.yaml"
    path.write_text(registry_text())
    call_command("registry", "validate", str(path), stdout=StringIO())
    call_command("registry", "fmt", str(path), stdout=StringIO())
    critical = yaml.safe_load(path.read_text())["kpis"][0]["risk_thresholds"]["critical"]
    assert (critical["condition"], critical["recover_if"]) == KEPT


def test_a_unit_of_another_kind_is_refused_by_name_everywhere(registry, editor_client, tmp_path):
    told = '"mmol/L" stands for millimoles per litre, and this KPI is in milliseconds'
    page = editor_client.post(reverse("admin:kpis_kpi_add"), form_data(None, critical_condition=REFUSED))
    assert told in page.context["inline_admin_formsets"][0].formset.forms[0].errors["condition"][0]
    response = call(editor_client, "POST", "kpis/", body(**with_words(condition=REFUSED)))
    assert codes(response) == {"condition_invalid"}
    file = SimpleUploadedFile("kpi_registry.yaml", registry_text(condition=REFUSED).encode())
    draft = editor_client.post("/admin/kpis/kpi/import/", {"chosen": file}, follow=True).context["draft"]
    assert any(told in finding.message for finding in draft.report.findings)
    path, said = tmp_path / "kpi_registry.yaml", StringIO()
    path.write_text(registry_text(condition=REFUSED))
    with pytest.raises(SystemExit):
        call_command("registry", "validate", str(path), stdout=said)
    assert told in " ".join(said.getvalue().split())
    assert not KPI.objects.exists()
