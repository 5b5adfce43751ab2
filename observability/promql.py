"""Selectors and texts as Prometheus reads them. Whatever a person wrote is quoted here and nowhere else."""

from __future__ import annotations

import json
from functools import lru_cache


def selector(metric: str, **labels: str) -> str:
    """``metric{label="value",…}``, the labels in the order given. Each value stays one string, whatever is in it.

    A string in PromQL is one of Go: https://prometheus.io/docs/prometheus/latest/querying/basics/#string-literals
    """
    inside = ",".join(f"{name}={quoted(value)}" for name, value in labels.items())
    return f"{metric}{{{inside}}}" if inside else metric


@lru_cache(maxsize=4096)
def quoted(text: str) -> str:
    """A text as a string literal in double quotes; JSON's escapes below U+FFFF are Go's as well."""
    return json.dumps(text, ensure_ascii=False)


def plain_text(text: str) -> str:
    """A text as it prints from an annotation or label, where templates are read.

    Inside a string of a template action nothing is an action: https://pkg.go.dev/text/template#hdr-Actions. It is one
    in double quotes, because a raw one cannot hold a backtick and loses carriage returns. A single brace is quoted too:
    in front of an action it would begin one of its own.
    """
    return f"{{{{ {quoted(text)} }}}}" if any(sign in text for sign in "{}$") else text
