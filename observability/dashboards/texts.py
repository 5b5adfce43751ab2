"""What people wrote, as Grafana shows it unchanged: never a variable, a template, markup or the end of a string.

Grafana reads ``$name``, ``${name}`` and ``[[name]]`` in titles, descriptions, links, units and queries, and has no way
to quote them: https://grafana.com/docs/grafana/latest/dashboards/variables/variable-syntax/
"""

from __future__ import annotations

import html
import re
from typing import Final
from urllib.parse import quote

from observability.promql import quoted

_JOINER: Final = "\u2060"  # a word joiner: nothing to see, and no variable's name begins with it
_BEGINS_VARIABLE: Final = re.compile(r"(\$|\[(?=\[)|\{(?=\{))")
_MARKDOWN: Final = re.compile(r"([\\`*_{}\[\]()#+\-.!|~:@=])")


def plain(text: str) -> str:
    """A text of one line for titles and units: what would begin a variable is parted by a sign without width."""
    one_line = " ".join(text.split())
    return _BEGINS_VARIABLE.sub(rf"\1{_JOINER}", one_line)


def markdown(text: str) -> str:
    """A text for a panel's description, which is Markdown: its signs stand for themselves."""
    return _MARKDOWN.sub(r"\\\1", html.escape(plain(text), quote=False))


def literal(text: str) -> str:
    """A text as a PromQL string that Grafana finds no variable in: its signs are written as numbers."""
    return _BEGINS_VARIABLE.sub(lambda found: f"\\x{ord(found[1]):02x}", quoted(text))


def path_part(text: str) -> str:
    """A text as one part of an address' path, or as the value of a parameter."""
    return quote(text, safe="")


def select(metric: str, *patterns: str, **labels: str) -> str:
    """``metric{agent="NEUROS",user_id=~"$user"}``: labels that equal a person's text, then matchers of ours."""
    return (
        f"{metric}{{{','.join([*(f'{name}={literal(text)}' for name, text in labels.items()), *patterns])}}}"
    )
