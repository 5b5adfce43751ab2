"""The import page shows and applies agents with the registry."""

import pytest
from django.contrib.auth.models import Permission
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from bindings.models import Agent
from contracts.documents import RegistryDocument, write_registry
from kpis.importing import read_draft
from kpis.models import KPI, RegistrySettings, Upload, ValidationRule
from tests.bindings.api.conftest import member
from tests.bindings.samples import document
from tests.bindings.test_importing import files


def uploaded(client, **parts) -> str:
    """The page with the plan of the registry as it is, but for these parts."""
    registry = working_copy_of_registry().model_copy(update=parts)
    chosen = [SimpleUploadedFile("kpi_registry.yaml", write_registry(registry).encode())]
    return str(client.post(reverse("admin:kpis_kpi_import"), {"chosen": chosen})["Location"])


def working_copy_of_registry() -> RegistryDocument:
    data = RegistrySettings.current().as_data()
    return RegistryDocument.model_validate(
        data | {"kpis": [kpi.as_document() for kpi in KPI.objects.whole()]}
    )


@pytest.mark.parametrize(
    ("group", "parts", "status", "lacks"),
    [
        ("editor", {"validation_rules": []}, 403, "change registry settings, delete validation rules"),
        ("editor", {"version": "9"}, 403, "change registry settings"),
        ("publisher", {"validation_rules": []}, 302, ""),
    ],
)
def test_a_file_changes_what_its_importer_may_change(kpis, group, parts, status, lacks):
    ValidationRule.objects.create(settings_id=1, field="name", required=True)
    client = member(group)
    url = uploaded(client, **parts)
    assert (f"This import would {lacks}, which you may not" in client.get(url).content.decode()) == bool(
        lacks
    )
    answer = client.post(url, {"digest": digest_of(Upload.objects.get())})
    assert answer.status_code == status
    assert ValidationRule.objects.exists() == bool(lacks)
    assert RegistrySettings.current().version == "1.1"
    if lacks:
        assert (
            f"This import would {lacks}, which you may not do. Ask someone who may" in answer.content.decode()
        )


@pytest.fixture
def plan_url(kpis, editor_client) -> str:
    """The page with the plan of an upload."""
    chosen = [SimpleUploadedFile(name, data) for name, data in files(neuros=document()).items()]
    response = editor_client.post(reverse("admin:kpis_kpi_import"), {"chosen": chosen})
    assert response.status_code == 302
    return str(response["Location"])


def digest_of(upload: Upload) -> str:
    plan = read_draft({name: text.encode() for name, text in upload.files.items()}).plan
    assert plan is not None
    return plan.digest


def test_the_plan_names_agents(plan_url, editor_client):
    page = editor_client.get(plan_url).content.decode()
    assert '<span class="muted">agent</span> <code>NEUROS</code>' in page
    assert "2 to create" in page


def test_it_is_applied_by_those_who_may(plan_url, editor, editor_client):
    editor.user_permissions.add(*Permission.objects.filter(codename="add_agent"))
    response = editor_client.post(plan_url, {"digest": digest_of(Upload.objects.get())})
    assert response.status_code == 302
    assert Agent.objects.count() == 2


def test_those_who_may_not_change_agents_are_told(plan_url, editor, editor_client):
    editor.user_permissions.remove(*Permission.objects.filter(content_type__app_label="bindings"))
    response = editor_client.post(plan_url, {"digest": digest_of(Upload.objects.get())})
    assert response.status_code == 403
    assert "This import would add agents, which you may not do." in response.content.decode()
    assert not Agent.objects.exists()
