"""What the pages of the registry need beside Django's own tags."""

from django import template

from contracts.findings import Finding
from contracts.severity import REGISTRY_WORD, Severity
from kpis.forms import ThresholdForm

register = template.Library()

TIMING = ("for_duration", "keep_firing_for", "recover_if")


@register.filter
def detail(finding: Finding) -> str:
    """What a finding says behind its first sentence, and the way out."""
    rest = finding.message[len(finding.summary) :].strip()
    return f"{rest} {finding.hint}".strip()


@register.filter
def severity_word(severity: str) -> str:
    """How the registry file and people call a severity; what is none is shown as it is."""
    return REGISTRY_WORD[Severity(severity)] if severity in set(Severity) else severity


@register.filter
def is_timed(form: ThresholdForm) -> bool:
    """Whether a threshold's row says anything about time, or is wrong about it."""
    return any(form[name].value() or form[name].errors for name in TIMING)
