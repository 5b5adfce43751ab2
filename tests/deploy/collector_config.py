"""What is wrong with a collector's configuration, as far as can be told without a collector."""

import re
from collections.abc import Iterator
from typing import Any

KNOWN = {
    "receivers": {"otlp": {"protocols"}},
    "processors": {
        "memory_limiter": {"check_interval", "limit_mib", "spike_limit_mib"},
        "probabilistic_sampler": {"sampling_percentage"},
        "batch": {"send_batch_size", "send_batch_max_size", "timeout"},
    },
    "exporters": {
        "nop": set[str](),
        "otlp": {"endpoint", "tls", "timeout", "sending_queue", "retry_on_failure"},
        "prometheus": {"endpoint", "metric_expiration"},
    },
}
"""Kinds of components that we use, and what each may be told.

https://github.com/open-telemetry/opentelemetry-collector-contrib has a README for each.
"""
VARIABLE = re.compile(r"\$\{env:(\w+):-([^}]*)\}")


def problems(config: dict[str, Any], memory_mib: int) -> Iterator[str]:
    """Sentences; none for a configuration that a collector with that much memory can run by."""
    for section in config.keys() - {*KNOWN, "service"}:
        yield f"{section} is no section"
    for section, kinds in KNOWN.items():
        for name, told in config.get(section, {}).items():
            kind = name.partition("/")[0]
            if kind not in kinds:
                yield f"{section}: nobody knows {name}"
            else:
                yield from (f"{name} has no {key}" for key in (told or {}).keys() - kinds[kind])
    yield from _pipelines(config)
    yield from _memory(config, memory_mib)


def _pipelines(config: dict[str, Any]) -> Iterator[str]:
    used: dict[str, set[str]] = {section: set() for section in KNOWN}
    for signal, pipeline in config["service"]["pipelines"].items():
        if signal.partition("/")[0] not in ("traces", "metrics", "logs"):
            yield f"{signal} is no signal"
        for section in KNOWN:
            named = [VARIABLE.sub(r"\2", name) for name in pipeline.get(section, ())]
            used[section] |= set(named)
            yield from (f"{signal}: {name} is not defined" for name in set(named) - config[section].keys())
        order = pipeline.get("processors", [])
        if order[:1] != ["memory_limiter"] or order[-1:] != ["batch"]:
            yield f"{signal}: memory_limiter comes first and batch last, not {order}"
    chosen = {"exporters"} if VARIABLE.search(str(config["service"]["pipelines"])) else set()
    for section in KNOWN.keys() - chosen:
        yield from (f"{section}: {name} is not used" for name in config[section].keys() - used[section])


def _memory(config: dict[str, Any], memory_mib: int) -> Iterator[str]:
    limiter = config["processors"].get("memory_limiter", {})
    if not 0 < limiter.get("spike_limit_mib", 0) < limiter.get("limit_mib", 0) <= 0.75 * memory_mib:
        yield f"memory_limiter: {limiter} leaves no room in {memory_mib} MiB"
    for name, exporter in config["exporters"].items():
        if name.startswith("otlp") and not exporter.get("sending_queue", {}).get("queue_size"):
            yield f"{name}: its queue has no end"
