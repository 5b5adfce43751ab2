"""Every operation of the bench of scale works, on a registry small enough for a test."""

import pytest

from bench import bench_scale_telemetry
from bench.bench_scale import GOALS, MOST_BYTES, MOST_QUERIES, SERVING, figures
from bench.scale_files import Size, write
from contracts.tree import validate_tree


def test_what_is_made_up_has_nothing_wrong_in_it(tmp_path):
    write(tmp_path, Size(100, 4, 30))
    levels = {finding.level for finding in validate_tree([tmp_path]).findings}
    assert "error" not in {str(level) for level in levels}


@pytest.mark.slow
def test_each_operation_is_measured():
    found = list(figures(Size(50, 3, 10)))
    names = [one.name.removeprefix("scale.0k_") for one in found]
    seconds = {f"{name}_s" for name in GOALS} | {"slowest_page_s"} | {n for n in SERVING if n.endswith("_s")}
    assert {name for name in names if name.endswith("_s")} == seconds
    assert {f"{name}_bytes" for name in MOST_BYTES} | {f"{name}_queries" for name in MOST_QUERIES} <= {*names}
    assert "page_agent_bytes" in names
    assert all(one.ours > 0 for one in found)


@pytest.mark.slow
def test_each_operation_with_very_many_people_is_measured(tmp_path):
    found = list(bench_scale_telemetry.figures("small", 200, tmp_path, ""))
    assert len(found) == len(bench_scale_telemetry.GOALS)
    assert all(one.ours > 0 for one in found)
