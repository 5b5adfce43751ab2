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


@pytest.mark.parametrize("page", ["several-machines.md", "kubernetes.md"])
def test_prometheus_takes_what_a_page_shows(page, tmp_path):
    (tmp_path / "token").write_text("secret")
    shown = blocks(page)
    assert shown
    for number, found in enumerate(shown):
        path = tmp_path / f"{number}.yml"
        path.write_text(yaml.safe_dump(with_tokens(found, tmp_path / "token")))
        done = subprocess.run(
            [program("promtool"), "check", "config", str(path)], capture_output=True, check=False
        )
        assert (done.returncode, done.stderr) == (0, b"")


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
