"""Configurations that the pages of docs/deploy show, read by the programs they are for."""

import re
import subprocess

import pytest
import yaml
from django.conf import settings

from faults.servers import wait_until
from tests.telemetry.monitoring import get, is_ready, kept, program, prometheus, running, victoria

pytestmark = pytest.mark.monitoring
PAGES = settings.BASE_DIR / "docs/deploy"
HELD = """
global: {scrape_interval: 1s}
scrape_configs:
  - job_name: prometheus
    static_configs: [{targets: ["127.0.0.1:%d"]}]
"""


def blocks(page):
    """Each YAML of a page, with a token's file that is there."""
    text = (PAGES / page).read_text(encoding="utf-8")
    return [yaml.safe_load(one) for one in re.findall(r"```yaml\n(.+?)```", text, re.DOTALL)]


def with_tokens(found, path):
    for part in [*found.get("scrape_configs", ()), *found.get("remote_write", ())]:
        part["authorization"]["credentials_file"] = str(path)
    return found


def checked(what, found, folder, *more):
    """What promtool says of a configuration."""
    (folder / "token").write_text("secret")
    path = folder / "prometheus.yml"
    path.write_text(yaml.safe_dump(with_tokens(found, folder / "token")))
    done = subprocess.run(
        [program("promtool"), "check", what, str(path), *more], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


def test_prometheus_takes_what_the_page_about_several_machines_shows(tmp_path):
    shown = blocks("several-machines.md")
    assert len(shown) == 2
    for found in shown:
        assert "SUCCESS" in checked("config", found, tmp_path)


@pytest.mark.slow
def test_on_kubernetes_each_web_server_and_nothing_else_is_scraped_by_a_name_that_it_answers_to(tmp_path):
    (found,) = blocks("kubernetes.md")
    (job,) = found["scrape_configs"]
    assert job.pop("kubernetes_sd_configs") == [{"role": "pod", "namespaces": {"names": ["auren"]}}]
    seen = [
        ("web", "10.1.2.3"),
        ("worker", "10.1.2.4"),
    ]  # as that would see them, which Debian's Prometheus lacks
    job["static_configs"] = [
        {
            "targets": [ip],
            "labels": {
                "__meta_kubernetes_pod_label_app_kubernetes_io_component": role,
                "__meta_kubernetes_pod_ip": ip,
            },
        }
        for role, ip in seen
    ]
    targets = yaml.safe_load(checked("service-discovery", found, tmp_path, job["job_name"]))
    kept = [one["labels"]["__address__"] for one in targets if one["labels"]]
    assert kept == ["10-1-2-3.auren.pod.cluster.local:8000"]


@pytest.mark.slow
def test_prometheus_passes_on_to_victoria_metrics_what_the_page_keeps_and_nothing_else(tmp_path):
    (tmp_path / "token").write_text("secret")
    (found,) = (one for one in blocks("several-machines.md") if "remote_write" in one)
    store, into = victoria(tmp_path)
    (writer,) = with_tokens(found, tmp_path / "token")["remote_write"]
    writer["url"] = f"http://127.0.0.1:{into}/api/v1/write"
    reader, port = prometheus(tmp_path, "{}")
    (tmp_path / "prometheus.yml").write_text(yaml.safe_dump(yaml.safe_load(HELD % port) | found))
    with running(store, into, "/health"), running(reader, port, "/-/ready"):
        wait_until(lambda: bool(kept(into, "up")), 60, "what was scraped", every=0.5)
        assert is_ready(port, "/-/ready")
        assert b'"data":["up"]' in get(into, "/api/v1/label/__name__/values")
