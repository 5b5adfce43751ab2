"""The collector's configuration, and the checker that judges it."""

from copy import deepcopy

import pytest
import yaml
from django.conf import settings

from tests.deploy.collector_config import problems

CONFIG = yaml.safe_load((settings.BASE_DIR / "deploy/otel-collector.yaml").read_text(encoding="utf-8"))
PIPELINES = CONFIG["service"]["pipelines"]


def test_a_collector_of_256_mib_can_run_by_it():
    assert list(problems(CONFIG, 256)) == []


def test_it_keeps_one_trace_in_ten_and_refuses_from_180_mib_on():
    assert CONFIG["processors"]["memory_limiter"]["limit_mib"] == 180
    assert CONFIG["processors"]["probabilistic_sampler"]["sampling_percentage"] == 10
    assert "probabilistic_sampler" in PIPELINES["traces"]["processors"]
    assert "probabilistic_sampler" not in PIPELINES["metrics"]["processors"]
    assert PIPELINES["metrics"]["exporters"] == ["prometheus"]


@pytest.mark.parametrize(
    ("where", "value", "said"),
    [
        (("service", "pipelines", "traces", "processors"), ["batch"], "memory_limiter comes first"),
        (("service", "pipelines", "traces", "exporters"), ["zipkin"], "zipkin is not defined"),
        (("service", "pipelines", "metrics", "receivers"), ["prometheus"], "prometheus is not defined"),
        (("processors", "memory_limiter", "limit_mib"), 250, "leaves no room"),
        (("processors", "resource"), {}, "nobody knows resource"),
        (("processors", "batch", "size"), 1, "batch has no size"),
        (("receivers", "otlp/second"), {"protocols": {}}, "otlp/second is not used"),
        (("exporters", "otlp/tempo", "sending_queue"), {}, "its queue has no end"),
        (("extension",), {}, "extension is no section"),
    ],
)
def test_a_mistake_is_found(where, value, said):
    broken = deepcopy(CONFIG)
    inside = broken
    for key in where[:-1]:
        inside = inside[key]
    inside[where[-1]] = value
    assert said in " ".join(problems(broken, 256))
