"""The options of a command that files depend on, read into those of an export."""

from __future__ import annotations

from argparse import ArgumentParser
from collections.abc import Mapping
from typing import Any

from contracts.findings import EXIT_USAGE
from contracts.loading import TreeError
from contracts.web_addresses import web_address
from observability.defaults import default_options
from observability.options import ExportOptions, RuleFormat


def add_addresses(parser: ArgumentParser) -> None:
    """The addresses that links in alerts and dashboards lead to."""
    parser.add_argument(
        "--admin-url",
        metavar="URL",
        help="Where people open this admin, for links in alerts and dashboards; AUREN_PUBLIC_URL by default.",
    )
    parser.add_argument(
        "--runbook-url",
        metavar="URL",
        help="The folder of the runbooks, for links in alerts; AUREN_RUNBOOK_URL by default.",
    )


def add_format(parser: ArgumentParser) -> None:
    """What rules are wrapped in."""
    parser.add_argument(
        "--format",
        choices=[str(one) for one in RuleFormat],
        default=str(RuleFormat.PROMETHEUS),
        help="Rules as plain files (prometheus, the default), for the Prometheus operator (prometheusrule), or with "
        "a namespace for Mimir's ruler (mimir).",
    )


def options_of(options: Mapping[str, Any], release: int) -> ExportOptions:
    """The options of an export. Raises TreeError for an address that cannot be used."""
    return default_options(
        release,
        RuleFormat(options.get("format") or RuleFormat.PROMETHEUS),
        address(options, "admin_url"),
        address(options, "runbook_url"),
    )


def address(options: Mapping[str, Any], name: str) -> str | None:
    """An address that was given, or None. Raises TreeError."""
    text = options.get(name)
    try:
        return None if text is None else web_address(text)
    except ValueError as error:
        raise TreeError(f"--{name.replace('_', '-')}: {error}", EXIT_USAGE) from error
