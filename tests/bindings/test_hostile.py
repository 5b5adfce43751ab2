"""What nobody should be able to bring in, through files: told by its rule, refused, and nothing stored."""

import pytest

from bindings.models import Agent
from contracts.findings import Level
from kpis.importing import ImportRefused, apply_import, objection, read_draft
from kpis.models import Revision
from tests.bindings.test_importing import ROSTER

BINDING = """\
agent: NEUROS
kpis_used:
  - key: {key}
    role: {role}
    condition: {guard}
    alerting:
      risk_if: {condition}
      actions: [{{name: {action}}}]
collaboration:
  on_risk: [{{agent: {target}, reason: {reason}}}]
"""
SOUND = {
    "key": "hrv_rmssd",
    "role": "primary_signal",
    "guard": "is_resting == true",
    "condition": '"< 20"',
    "action": "rest_today",
    "target": "SOMNOS",
    "reason": "Sleep.",
}
FILES = {
    "unknown_kpi": {"key": "../../etc/passwd"},
    "guard_invalid": {"guard": '"__import__(1)"'},
    "condition_invalid": {"condition": '"< NaN"'},
    "never_true": {"condition": '"< 0"'},
    "action_severity": {"action": "rest_today, on: terrible"},
    "action_name": {"action": '"</script><img src=x onerror=alert(1)>"'},
    "target_unknown": {"target": "SOMNUS"},
    "self_target": {"target": "NEUROS"},
    "invalid_text": {"reason": '"turned \\u202e round"'},
    "too_long": {"reason": "a" * 1001},
    "tag_not_allowed": {"reason": "!!python/object/apply:os.system [id]"},
    "too_deep": {"reason": "[" * 100 + "]" * 100},
}


@pytest.mark.parametrize("code", FILES)
def test_a_bad_file_is_told_and_refused(kpis, code):
    text = BINDING.format(**{**SOUND, **FILES[code]})
    draft = read_draft({"bindings.yaml": text.encode(), "roster.yaml": ROSTER.encode()})
    errors = {f.code for f in draft.report.findings if f.level is Level.ERROR}
    assert code in errors
    assert objection(draft, with_errors=False, prune=False)


def test_the_sound_file_comes_in(kpis):
    draft = read_draft({"b.yaml": BINDING.format(**SOUND).encode(), "roster.yaml": ROSTER.encode()})
    assert objection(draft, with_errors=False, prune=False) == ""


WITH_ERRORS = ["action_name", "self_target"]


@pytest.mark.parametrize("code", WITH_ERRORS)
def test_with_errors_the_database_still_refuses_all_of_it_in_plain_words(kpis, code):
    text = BINDING.format(**{**SOUND, **FILES[code]})
    plan = read_draft({"bindings.yaml": text.encode(), "roster.yaml": ROSTER.encode()}).plan
    assert plan is not None
    with pytest.raises(ImportRefused) as refused:
        apply_import(plan)
    assert "constraint" not in str(refused.value)
    assert not Agent.objects.exists()
    assert not Revision.objects.filter(kind="agent").exists()


@pytest.mark.parametrize("name", ["Neuros", "NEUROS 2", "ＮＥＵＲＯＳ", "../NEUROS", "NEUROS\u200b"])
def test_an_agents_name_is_a_plain_identifier(registry, name):
    roster = f"agents:\n  {name!r}: {{status: alpha}}\n"
    draft = read_draft({"roster.yaml": roster.encode()})
    assert "name_pattern" in {f.code for f in draft.report.findings if f.level is Level.ERROR}
    assert draft.plan is not None
    # Name and folder both break; which of the two a database names first is its own business.
    with pytest.raises(ImportRefused, match="letters, digits and underscores"):
        apply_import(draft.plan)
