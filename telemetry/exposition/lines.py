"""Lines of the text format, as `prometheus_client` would write them, put together faster than it does.

https://prometheus.io/docs/instrumenting/exposition_formats/#text-based-format. OpenMetrics writes the same lines:
https://prometheus.io/docs/specs/om/open_metrics_spec/.
"""

from __future__ import annotations

from functools import lru_cache

from prometheus_client.utils import floatToGoString

from contracts.evaluation import SECOND

AS_PYTHON = 1e6
"""Numbers smaller than this are written as Python does."""
BILLION = 1_000_000_000 * SECOND


@lru_cache(maxsize=4096)
def escaped(text: str) -> str:
    """A label's value between its quotes."""
    return text.replace("\\", r"\\").replace("\n", r"\n").replace('"', r"\"")


def prefix(name: str, **labels: str) -> str:
    """A line up to its number; the labels in the order of their names."""
    inside = ",".join([f'{label}="{escaped(labels[label])}"' for label in sorted(labels)])
    return f"{name}{{{inside}}} "


def number(value: float) -> bytes:
    """A sample's value."""
    if -AS_PYTHON < value < AS_PYTHON:
        return repr(value).encode()
    text: str = floatToGoString(value)  # type: ignore[no-untyped-call]
    return text.encode()


def seconds(at: int) -> bytes:
    """A moment in microseconds as a sample's value in seconds: what `number` makes of it, only sooner."""
    if BILLION <= at < 10 * BILLION:  # from 2001 to 2286
        digits = str(at)
        return (f"{digits[0]}.{digits[1:]}".rstrip("0.") + "e+09").encode()
    return number(at / SECOND)


def encoded(text: str) -> bytes:
    """Lines as bytes. A character that UTF-8 has no bytes for would break the whole answer."""
    return text.encode("utf-8", "replace")


def header(name: str, about: str, *, is_open: bool) -> bytes:
    """What precedes the lines of a gauge; ``is_open`` for OpenMetrics, which escapes quotes too."""
    told = about.replace("\\", r"\\").replace("\n", r"\n")
    if is_open:
        told = told.replace('"', r"\"")
    return encoded(f"# HELP {name} {told}\n# TYPE {name} gauge\n")
