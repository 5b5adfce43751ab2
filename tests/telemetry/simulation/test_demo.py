"""`make demo`, from an empty folder to Ctrl-C; and a real Prometheus beside it."""

import pytest

from faults.servers import wait_until
from tests.telemetry.simulation.demos import answers, running_demo

pytestmark = pytest.mark.slow
OBSERVATIONS = "SELECT count(*) FROM telemetry_observation"


def test_the_demo_shows_nine_agents_keeps_moving_and_stops(tmp_path):
    with running_demo(tmp_path, "--speed", "5000") as demo:
        assert demo.asked("SELECT count(DISTINCT agent) FROM telemetry_standing") == 9
        assert demo.asked("SELECT count(DISTINCT state) FROM telemetry_standing") >= 4
        assert (before := demo.asked(OBSERVATIONS)) > 10_000
        wait_until(lambda: demo.asked(OBSERVATIONS) > before, 60, "life", every=0.2)
        demo.stop()
        assert demo.process.returncode == 0
        assert demo.log.read_text().endswith("Stopped.\n")
        assert "Traceback" not in demo.log.read_text()
        assert not answers(demo.port)
        assert demo.asked("SELECT count(*) FROM bindings_apitoken") == 9
        assert demo.asked("SELECT count(*) FROM bindings_apitoken WHERE revoked IS NULL") == 0
