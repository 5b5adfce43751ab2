"""Which text format a scraper wants: https://prometheus.io/docs/instrumenting/content_negotiation/."""

from __future__ import annotations

OPEN = "application/openmetrics-text"
TEXT = ("text/plain", "text/*", "*/*")


def wants_open_metrics(accept: str) -> bool:
    """Whether OpenMetrics 1.0 is accepted at least as gladly as the older text format, which is given otherwise."""
    best_open = best_text = 0.0
    for part in accept.lower().split(","):
        name, *parameters = [one.strip() for one in part.split(";")]
        options = dict(one.partition("=")[::2] for one in parameters)
        quality = _quality(options.get("q", "1"))
        if name == OPEN and options.get("version", "1.0.0").strip('"') == "1.0.0":
            best_open = max(best_open, quality)
        elif name in TEXT and options.get("version", "0.0.4").strip('"') == "0.0.4":
            best_text = max(best_text, quality)
    return best_open > 0 and best_open >= best_text


def _quality(text: str) -> float:
    try:
        return min(max(float(text), 0.0), 1.0)
    except ValueError:
        return 0.0
