"""The options of a command that files depend on, read into those of an export."""

from __future__ import annotations

from argparse import ArgumentParser
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from contracts.findings import EXIT_USAGE
from contracts.loading import TreeError
from contracts.roots import read_at_most
from contracts.web_addresses import web_address
from observability.alertmanager import ReceiversError, Site
from observability.defaults import default_options
from observability.options import ExportOptions, RuleFormat

RECEIVERS_BYTES: Final = 1_000_000


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
    parser.add_argument(
        "--grafana-url",
        metavar="URL",
        help="Where people open Grafana, for links in alerts; AUREN_GRAFANA_URL by default.",
    )


def add_receivers(parser: ArgumentParser) -> None:
    """How a site's people are reached, which no release says."""
    parser.add_argument(
        "--receivers",
        metavar="FILE",
        help="Your own part of Alertmanager's configuration: a YAML file with its receivers, by the names that routes "
        "have for them.",
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
    """The options of an export. Raises TreeError for an address or a file that cannot be used."""
    chosen = default_options(
        release,
        RuleFormat(options.get("format") or RuleFormat.PROMETHEUS),
        address(options, "admin_url"),
        address(options, "runbook_url"),
        address(options, "grafana_url"),
    )
    return replace(chosen, receivers=receivers(options))


def receivers(options: Mapping[str, Any]) -> str:
    """The text of the file that was named, "" where none was. Raises TreeError."""
    name = options.get("receivers")
    if not name:
        return ""
    try:
        data = read_at_most(Path(name), RECEIVERS_BYTES + 1)
        if len(data) > RECEIVERS_BYTES:
            raise TreeError(f"{name} is larger than {RECEIVERS_BYTES:,} bytes.", EXIT_USAGE)
        text = data.decode()
        Site.of(text)
    except OSError as error:
        raise TreeError(f"{name} cannot be read: {error.strerror}.", EXIT_USAGE) from error
    except UnicodeDecodeError as error:
        raise TreeError(f"{name} is no text in UTF-8.", EXIT_USAGE) from error
    except ReceiversError as error:
        raise TreeError(f"{name}: {error}", EXIT_USAGE) from error
    return text


def address(options: Mapping[str, Any], name: str) -> str | None:
    """An address that was given, or None. Raises TreeError."""
    text = options.get(name)
    try:
        return None if text is None else web_address(text)
    except ValueError as error:
        raise TreeError(f"--{name.replace('_', '-')}: {error}", EXIT_USAGE) from error
