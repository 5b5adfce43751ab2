"""What an export is made with where nobody says otherwise: the settings."""

from __future__ import annotations

from django.conf import settings

from observability.options import ExportOptions, RuleFormat


def default_options(
    release: int = 0,
    rule_format: RuleFormat = RuleFormat.PROMETHEUS,
    admin_url: str | None = None,
    runbook_url: str | None = None,
    grafana_url: str | None = None,
) -> ExportOptions:
    """The options for a release, 0 for the working copy; an address that is None is that of the settings."""
    admin = settings.PUBLIC_URL if admin_url is None else admin_url
    return ExportOptions(
        admin_url=admin or ExportOptions().admin_url,
        runbook_url=settings.RUNBOOK_URL if runbook_url is None else runbook_url,
        grafana_url=settings.GRAFANA_URL if grafana_url is None else grafana_url,
        rule_format=rule_format,
        release=release,
    )
