"""What the pages of the registry need beside Django's own tags."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django import template
from django.core.exceptions import NON_FIELD_ERRORS
from django.forms import BaseForm, BaseFormSet
from django.forms.boundfield import BoundField
from django.template.context import Context
from django.utils.dateformat import format as date_format
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.timezone import localtime

from contracts.diff import Change
from contracts.findings import Finding, Level, Report
from contracts.severity import REGISTRY_WORD, Severity
from kpis import understood
from kpis.forms import ThresholdForm
from kpis.importing import Action, Plan, Step
from kpis.merge import UNSAID, Part
from kpis.overview import Overview, overview_for

register = template.Library()

TIMING = ("for_duration", "keep_firing_for", "recover_if")
WORST_FIRST = (Level.ERROR, Level.WARNING, Level.NOTE)
VERBS = {Action.CONFLICT: "resolve", Action.UNCHANGED: "leave as they are"}
CHIPS = {
    Action.CREATE: "normal",
    Action.CHANGE: "info",
    Action.CONFLICT: "warning",
    Action.DELETE: "critical",
}


@register.filter
def detail(finding: Finding) -> str:
    """What a finding says behind its first sentence, and the way out."""
    rest = finding.message[len(finding.summary) :].strip()
    return f"{rest} {finding.hint}".strip()


@register.filter
def worst_first(found: Sequence[Finding]) -> list[Finding]:
    """Errors, then warnings, then notes; within a level in their own order."""
    return sorted(found, key=lambda finding: -finding.level.rank)


@register.filter
def told(change: Change) -> str:
    """A change in words without the name of the KPI, for where that stands above it already."""
    words = change.words.removeprefix(change.subject).lstrip(": ")
    return words[:1].upper() + words[1:]


@register.filter
def severity_word(severity: str) -> str:
    """How the registry file and people call a severity; what is none is shown as it is."""
    return REGISTRY_WORD[Severity(severity)] if severity in set(Severity) else severity


@register.filter
def is_timed(form: ThresholdForm) -> bool:
    """Whether a threshold's row says anything about time, or is wrong about it."""
    return any(form[name].value() or form[name].errors for name in TIMING)


@register.inclusion_tag("admin/kpis/kpi/means.html")
def means(bound: BoundField) -> dict[str, Any]:
    """What was understood of a condition, beneath its field; nothing beneath a field of another kind."""
    is_condition = bound.name in understood.CONDITIONS and hasattr(bound.form, "unit")
    said = understood.understood_field(bound) if is_condition else ""
    return {"is_condition": is_condition, "id": understood.place_of(bound), "said": said}


@register.filter
def errors_of_whole(form: BaseForm) -> SafeString:
    """What is wrong with a form as a whole, or with inputs nobody sees; the preview fills in the same list."""
    names = [NON_FIELD_ERRORS, *(bound.name for bound in form.hidden_fields())]
    found = [str(error) for name in names for error in form.errors.get(name, ())]
    return error_list(" ".join(map(form.add_prefix, names)), found)


@register.filter
def errors_of_rows(formset: BaseFormSet[Any]) -> SafeString:
    """Errors of the rows of a formset taken together."""
    return error_list(str(formset.prefix), [str(error) for error in formset.non_form_errors()])


def error_list(names: str, found: Sequence[str]) -> SafeString:
    """A list of errors, empty or not."""
    errors = format_html_join("", "<li>{}</li>", [(error,) for error in found])
    return format_html('<ul class="errorlist" data-errors="{}">{}</ul>', names, errors)


@register.filter
def shown(value: Any) -> str:
    """A part of a document as people read it; a part that is not there is a dash."""
    if value is None or value == "" or value == []:
        return "–"
    return "; ".join(str(item) for item in value) if isinstance(value, list) else str(value)


@register.filter
def part_label(part: Part) -> str:
    """The place of a part that two people changed, in the words of the form."""
    words = [severity_word(str(key)) for key in part.path if key not in UNSAID]
    return " ".join(words).replace("_", " ")


@register.simple_tag
def when(at: datetime) -> SafeString:
    """A time for people: scripts make it relative and put the exact one on hover."""
    local = localtime(at)
    return format_html(
        '<time datetime="{}" title="{}" data-relative>{}</time>',
        local.isoformat(), date_format(local, "j F Y, H:i:s e"), date_format(local, "j M Y, H:i T"),
    )  # fmt: skip


@register.simple_tag
def since(at: datetime) -> SafeString:
    """How long something has lasted: scripts make it "for 2 days", and put its beginning on hover."""
    local = localtime(at)
    return format_html(
        '<time datetime="{}" title="{}" data-relative="for">since {}</time>',
        local.isoformat(), date_format(local, "j F Y, H:i:s e"), date_format(local, "j M Y, H:i"),
    )  # fmt: skip


@register.filter
def none_found(counts: Sequence[tuple[Level, int]]) -> bool:
    """Whether no level occurs."""
    return not any(count for _, count in counts)


@register.filter
def by_level(report: Report) -> list[tuple[str, list[Finding]]]:
    """The findings of each level that occurs, the worst first."""
    groups = [(str(level), [f for f in report.findings if f.level is level]) for level in WORST_FIRST]
    return [(level, findings) for level, findings in groups if findings]


@register.filter
def by_action(plan: Plan) -> list[tuple[Action, list[Step]]]:
    """The steps of each kind that occurs, those that need a look first."""
    order = (Action.CONFLICT, Action.DELETE, Action.CHANGE, Action.CREATE, Action.UNCHANGED)
    return [(action, steps) for action in order if (steps := plan.of(action))]


@register.filter
def has_conflicts(plan: Plan) -> bool:
    """Whether something was edited here and differs in the file."""
    return bool(plan.of(Action.CONFLICT))


@register.filter
def action_verb(action: str) -> str:
    """What an import does with a KPI: ``3 to create``, ``2 to resolve``."""
    return VERBS.get(Action(action), action)


@register.filter
def action_chip(action: str) -> str:
    """The class of a step's chip."""
    return CHIPS.get(Action(action), "unknown")


@register.simple_tag(takes_context=True)
def overview(context: Context) -> Overview | None:
    """What the registry holds, for whoever may see it."""
    return overview_for(context["request"].user)
