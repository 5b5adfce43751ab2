"""One contract, every door: what one door refuses, all refuse, by the same rule, and nothing is stored.

CI runs this file on SQLite and on PostgreSQL.
"""

import json
import time
from dataclasses import dataclass, field
from io import StringIO
from typing import Any

import pytest
import yaml
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command

from kpis.models import KPI, RegistrySettings, Revision, Threshold, Unit
from tests.kpis.api.conftest import body
from tests.kpis.conftest import HRV, form_data
from tests.rest.calls import call, codes

pytestmark = pytest.mark.door

PAGE = "/admin/kpis/kpi/import/"


@dataclass(frozen=True)
class Case:
    """A bad KPI: what differs from a good one, as the file and as the form have it, and who must object."""

    name: str
    code: str
    document: dict[str, Any] = field(default_factory=dict)
    form: dict[str, str] = field(default_factory=dict)
    form_code: str = ""
    """Where Django's own form field objects first, in its own word."""


def threshold(severity: str, **parts: str) -> dict[str, Any]:
    rows: dict[str, Any] = {word: dict(row) for word, row in HRV["risk_thresholds"].items()}
    rows[severity] |= parts
    return {"risk_thresholds": rows}


def named(label: str, name: str, code: str = "name_pattern") -> Case:
    return Case(label, code, {"name": name}, {"name": name})


def metric(label: str, name: str, code: str) -> Case:
    return Case(label, code, {"prometheus_metric": name}, {"prometheus_metric": name})


def number(label: str, text: str, value: object, code: str) -> Case:
    return Case(label, code, {"absolute_range": {"max": value}}, {"absolute_max": text})


def condition(label: str, text: str, code: str = "condition_invalid") -> Case:
    return Case(label, code, threshold("critical", condition=text), {"critical_condition": text})


CASES = [
    named("capitals", "HRV"),
    named("a blank at the end", "hrv "),
    named("full width", "ｈｒｖ"),
    named("a Cyrillic look-alike", "һrv_rmssd"),
    named("a zero-width joiner", "hrv\u200d_rmssd"),
    named("a bidi override", "hrv\u202e_rmssd"),
    named("a line end", "hrv\nrmssd"),
    named("a path", "../../etc/passwd"),
    Case("too long", "too_long", {"name": "h" * 121}, {"name": "h" * 121}, form_code="max_length"),
    *(named(f"reserved {word}", word, "reserved") for word in ("timestamp", "le", "quantile", "job", "instance")),
    metric("a metric of ours", "auren_kpi_info", "metric_collision"),
    metric("a counter's suffix", "auren_hrv_ms_total", "metric_suffix"),
    metric("an injected selector", 'x"} or vector(1)', "metric_pattern"),
    Case(
        "a script link", "scheme_not_allowed",
        {"references": ["javascript:alert(1)"]}, {"references": "javascript:alert(1)"},
    ),
    Case("a no-break space in a line", "invalid_text", {"category": "a\u00a0b"}, {"category": "a\u00a0b"}),
    Case("a tab in a line", "invalid_text", {"title": "a\tb"}, {"title": "a\tb"}),
    Case("a line separator in a line", "invalid_text", {"owner": "a\u2028b"}, {"owner": "a\u2028b"}),
    Case("a bidi override in a text", "invalid_text", {"title": "HRV\u202e"}, {"title": "HRV\u202e"}),
    condition("no number", "< abc"),
    condition("not a number", "< nan"),
    condition("infinity", "< inf"),
    condition("too large", "< 1e400"),
    condition("beyond any exponent", "< 1e1000000000000000000"),
    condition("a zero beyond any exponent", "< 0e1000000000000000000"),
    condition("below any exponent", "< 1e-999999999999999999"),
    condition("a change beyond any exponent", "drop > 1e1000000000000000000% over 7d"),
    Case(
        "a recovery beyond any exponent", "condition_invalid",
        threshold("critical", recover_if="> 1e1000000000000000000"),
        {"critical_recover_if": "> 1e1000000000000000000"},
    ),
    Case(
        "a wait beyond any number", "duration_invalid",
        threshold("critical", **{"for": "9999999999999999999d"}),
        {"critical_for_duration": "9999999999999999999d"},
    ),
    condition("reversed", "39..25"),
    condition("full-width digits", "< ２０"),
    condition("never true", "< 0", "never_true"),
    condition("always true", ">= 1", "always_true"),
    condition("over the normal range", "< 120", "critical_overlaps_normal"),
    condition("wider than warning", "< 120", "severities_out_of_order"),
    Case(
        "equal to the optimum", "swallows_optimal",
        threshold("elevated", condition="== 50"), {"info_condition": "== 50"},
    ),
    Case(
        "an action with blanks", "action_name",
        threshold("critical", action="do it!"), {"critical_action": "do it!"},
    ),
    Case(
        "a range out of order", "range_out_of_order",
        {"normal_range": {"min": 101, "max": 100}}, {"normal_min": "101", "normal_max": "100", "optimal": ""},
    ),
    Case(
        "an optimum outside", "optimal_outside_normal",
        {"normal_range": {"min": 30, "max": 100, "optimal": 200}}, {"optimal": "200"},
    ),
    Case(
        "normal outside what is possible", "normal_outside_absolute",
        {"absolute_range": {"min": 40, "max": 250}}, {"absolute_min": "40"},
    ),
    number("a word for a number", "a lot", "a lot", "number_expected"),
    number("NaN for a number", "NaN", float("nan"), "not_finite"),
    number("infinity for a number", "Infinity", float("inf"), "not_finite"),
    number("too many digits", "12345678901", 12345678901, "number_too_long"),
]  # fmt: skip


def registry_yaml(**parts: Any) -> str:
    """A registry file that holds one KPI; NaN and infinity are written as YAML has them."""
    document = {"version": "1.1", "schema_version": "1.0", "kpis": [HRV | parts]}
    return yaml.safe_dump(document, allow_unicode=True, sort_keys=False)


def stored() -> dict[str, int]:
    models = (KPI, Threshold, Revision, RegistrySettings, Unit)
    return {model.__name__: model.objects.count() for model in models}


def codes_of(findings: list[dict[str, Any]]) -> set[str]:
    return {finding["code"] for finding in findings}


def by_form(case: Case, client, tmp_path) -> set[str]:
    response = client.post("/admin/kpis/kpi/add/", form_data(None, **case.form))
    assert response.status_code == 200
    form = response.context["adminform"].form
    rows = response.context["inline_admin_formsets"][0].formset
    found = [form.errors.as_data(), *(row.errors.as_data() for row in rows.forms)]
    return {error.code for by_field in found for errors in by_field.values() for error in errors}


def by_page(case: Case, client, tmp_path) -> set[str]:
    file = SimpleUploadedFile("kpi_registry.yaml", registry_yaml(**case.document).encode())
    response = client.post(PAGE, {"chosen": file}, follow=True)
    draft = response.context["draft"]
    if draft.plan is not None:
        refused = client.post(response.redirect_chain[-1][0], {"digest": draft.plan.digest})
        assert refused.status_code == 422
    return {finding.code for finding in draft.report.findings}


def by_import(case: Case, client, tmp_path) -> set[str]:
    path = tmp_path / "kpi_registry.yaml"
    path.write_text(registry_yaml(**case.document))
    with pytest.raises((SystemExit, CommandError)):
        call_command("registry", "import", str(path), stdout=StringIO(), stderr=StringIO())
    return by_validate(case, client, tmp_path)


def by_validate(case: Case, client, tmp_path) -> set[str]:
    path = tmp_path / "kpi_registry.yaml"
    path.write_text(registry_yaml(**case.document))
    said = StringIO()
    with pytest.raises(SystemExit) as ended:
        call_command("registry", "validate", str(path), "--format", "json", stdout=said)
    assert ended.value.code == 1
    return codes_of(json.loads(said.getvalue())["findings"])


def by_api(case: Case, client, tmp_path) -> set[str]:
    response = call(client, "POST", "kpis/", body(**case.document))
    assert response.status_code == 400
    assert response["Content-Type"] == "application/problem+json"
    return codes(response)


@pytest.mark.parametrize("door", [by_form, by_page, by_import, by_validate, by_api])
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_every_door_refuses_it_by_the_same_rule_and_stores_nothing(case, door, db, editor_client, tmp_path):
    before = stored()
    started = time.process_time()
    expected = case.form_code if door is by_form and case.form_code else case.code
    assert expected in door(case, editor_client, tmp_path)
    assert time.process_time() - started < 1
    assert stored() == before


def test_the_next_good_one_works(db, editor_client):
    by_form(CASES[0], editor_client, None)
    assert editor_client.post("/admin/kpis/kpi/add/", form_data()).status_code == 302
    assert KPI.objects.count() == 1


def alias_bomb() -> str:
    """Nine lines that stand for a billion letters."""
    letters = "abcdefghi"
    lines = ["a: &a [" + ", ".join("x" * 10) + "]"]
    lines += [
        f"{c}: &{c} [" + ", ".join([f"*{p}"] * 10) + "]" for p, c in zip(letters, letters[1:], strict=False)
    ]
    return "\n".join(lines)


FILES = [
    ("a deep list", "[" * 60_000, "too_deep"),
    ("an alias bomb", alias_bomb(), "too_many_aliases"),
    ("ten million letters", "a: " + "x" * 10_000_000, "too_large"),
    ("a Python tag", "a: !!python/object/apply:os.system ['true']", "tag_not_allowed"),
    ("a key twice", "version: '1.1'\nversion: '1.1'\nkpis: []\n", "duplicate_key"),
    ("no YAML", "kpis: [1, 2", "not_yaml"),
    ("nothing", "", "empty"),
    ("another encoding", "kpis: []".encode("utf-16"), "wrong_encoding"),
    ("a NUL", b"kpis: \x00", "invalid_text"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "data", "code"), FILES, ids=[name for name, _, _ in FILES])
def test_a_hostile_file_is_refused_in_milliseconds_by_page_and_command(
    name, data, code, db, editor_client, tmp_path, monkeypatch
):
    monkeypatch.setenv("AUREN_FILE_MAX_MIB", "8")  # as much as the page takes
    raw = data if isinstance(data, bytes) else data.encode()
    path = tmp_path / "kpi_registry.yaml"
    path.write_bytes(raw)
    said, started = StringIO(), time.process_time()
    with pytest.raises(SystemExit) as ended:
        call_command("registry", "validate", str(path), "--format", "json", stdout=said)
    response = editor_client.post(PAGE, {"chosen": SimpleUploadedFile("kpi_registry.yaml", raw)})
    assert time.process_time() - started < 1
    assert ended.value.code == 1
    assert code in codes_of(json.loads(said.getvalue())["findings"])
    if raw:  # Django itself refuses an empty upload
        assert response.status_code == 422
        assert code in {finding.code for finding in response.context["draft"].report.findings}
    assert stored()["KPI"] == 0
