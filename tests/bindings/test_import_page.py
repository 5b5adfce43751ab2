"""The import page shows and applies agents with the registry."""

import zipfile
from io import BytesIO

import pytest
from django.contrib.auth.models import Permission
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from bindings.models import Agent
from contracts.documents import RegistryDocument, write_bindings, write_registry
from contracts.documents.bindings import CollaborationDocument
from kpis.importing import read_draft
from kpis.models import KPI, RegistrySettings, Upload, ValidationRule
from tests.bindings.api.conftest import member
from tests.bindings.samples import document, first_binding
from tests.bindings.test_importing import ROSTER, files


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


PAGE = "admin:kpis_kpi_import"


def of_one_name() -> list[SimpleUploadedFile]:
    """The roster and two agents' bindings, as the browser names the files of a tree."""
    somnos = document().model_copy(update={"agent": "SOMNOS", "collaboration": CollaborationDocument()})
    texts = [write_bindings(document()), write_bindings(somnos)]
    return [
        SimpleUploadedFile("roster.yaml", ROSTER.encode()),
        *(SimpleUploadedFile("kpi_bindings.yaml", text.encode()) for text in texts),
    ]


def as_zip(chosen: list[SimpleUploadedFile]) -> SimpleUploadedFile:
    out = BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for number, file in enumerate(chosen):
            place = file.name if file.name == "roster.yaml" else f"a{number}_modules/{file.name}"
            archive.writestr(f"repo-main/agents/{place}", file.read())
    return SimpleUploadedFile("repo.zip", out.getvalue())


@pytest.mark.parametrize("way", ["files", "folder", "zip"])
def test_every_agent_s_file_comes_in_though_all_have_one_name(kpis, admin_client, way):
    chosen = of_one_name()
    readme = SimpleUploadedFile("README.md", b"# not YAML: [")
    data = {"chosen": as_zip(chosen)} if way == "zip" else {"chosen": chosen}
    data = {"folder": [*chosen, readme]} if way == "folder" else data
    url = admin_client.post(reverse(PAGE), data)["Location"]
    admin_client.post(url, {"digest": digest_of(Upload.objects.get())})
    watching = Agent.objects.filter(bindings__isnull=False).distinct()
    assert [*watching.order_by("name").values_list("name", flat=True)] == ["NEUROS", "SOMNOS"]


def test_two_files_of_one_agent_are_refused_by_name(kpis, admin_client):
    texts = [write_bindings(document()), write_bindings(first_binding(role="trend_check"))]
    chosen = [SimpleUploadedFile("kpi_bindings.yaml", text.encode()) for text in texts]
    page = admin_client.post(reverse(PAGE), {"chosen": chosen})
    assert page.status_code == 422
    told = "2 of the files are bindings of NEUROS: kpi_bindings.yaml (NEUROS), kpi_bindings.yaml (NEUROS, 2)."
    assert told in page.content.decode()


@pytest.mark.parametrize(
    ("chosen", "told"),
    [
        ([SimpleUploadedFile("a.zip", b"PK\x03\x04 broken")], "a.zip cannot be unpacked"),
        (
            [SimpleUploadedFile("roster.yaml", ROSTER.encode()), SimpleUploadedFile("a.yaml", b"\xff")],
            "a.yaml cannot",
        ),
        (
            [SimpleUploadedFile("roster.yaml", ROSTER.encode()), SimpleUploadedFile("a.yaml", b"\0")],
            "a.yaml cannot",
        ),
    ],
)
def test_what_cannot_be_read_is_said_on_the_page(kpis, admin_client, chosen, told):
    page = admin_client.post(reverse(PAGE), {"chosen": chosen})
    assert page.status_code == 422
    assert told in page.content.decode()
    assert not Upload.objects.exists()


@pytest.mark.parametrize(
    ("data", "told"),
    [
        ({}, "Choose at least one YAML file."),
        ({"folder": SimpleUploadedFile("a.txt", b"x")}, "holds no YAML file"),
    ],
)
def test_nothing_to_read_is_no_import(kpis, admin_client, data, told):
    page = admin_client.post(reverse(PAGE), data)
    assert page.status_code == 422
    assert told in page.content.decode()


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


def test_new_units_are_added_by_the_plan_of_whoever_may(kpis, admin_client):
    text = (
        b"kpis: [{name: swim_volume, unit: laps/week, prometheus_metric: auren_swim_volume, title: Swimming}]"
    )
    url = admin_client.post(reverse(PAGE), {"chosen": SimpleUploadedFile("a.yaml", text)})["Location"]
    page = admin_client.get(url).content.decode()
    assert '<code>laps_per_week</code> <span class="muted">written “laps/week”</span>' in page
    assert "Add the missing units first." in page
    page = admin_client.get(url, {"add_units": "1"})
    assert "They come in with this import." in page.content.decode()
    answer = admin_client.post(url, {"digest": page.context["plan"].digest, "add_units": "1"})
    assert answer.status_code == 302
    assert KPI.objects.get(name="swim_volume").unit.code == "laps_per_week"
