"""Reading, checking and reporting a large registry, against a bare ``yaml.load`` of the same file.

The registry is made up, the same every time: 15 lines a KPI, every condition different, about one KPI in
fifty with something wrong, more than half with something to note.
"""

from __future__ import annotations

import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import yaml

from bench.figures import Figure, figure
from contracts.formats import render
from contracts.tree import validate_tree

SEED = 20250731
UNITS = (
    ("milliseconds", "ms"),
    ("hours", "hours"),
    ("score", "score"),
    ("bpm", "bpm"),
    ("percentage", "percent"),
)
SHARE_OF_LOAD = 0.5
BYTES_PER_FILE_BYTE, BYTES_BESIDE = 40, 100_000_000
SIZES = (1_000, 10_000, 50_000)
LINEAR_WITHIN = 1.5
"""What a KPI of 50,000 may cost, as a multiple of one of 1,000: room for caches of the processor, none for a square."""
LARGEST = 64 * 1024 * 1024
"""50,000 KPIs are more than is usually read."""


def registry(kpis: int, *, faulty: bool = True, told: Callable[[int], str] = str) -> str:
    """A registry file of this many KPIs; without ``faulty`` nothing in it is wrong. ``told`` is what titles say of
    the number of a KPI."""
    chance = random.Random(SEED)  # noqa: S311  # nosec B311
    head = 'version: "1.1"\nlast_updated: "2025-07-31"\nschema_version: "1.0"\nkpis:\n'
    tail = (
        "export_config: {prometheus: {enabled: true, prefix: auren_, labels: [user_id, "
        "measurement_source]}}\n"
        "validation_rules:\n"
        '  - {field: name, required: true, pattern: "^[a-z][a-z0-9_]*$"}\n'
        '  - {field: prometheus_metric, required: true, pattern: "^auren_[a-z][a-z0-9_]*$"}\n'
        "  - {field: unit, required: true, allowed_values: [milliseconds, hours, score, bpm, percentage]}\n"
    )
    return head + "".join(_kpi(number, chance, faulty, told) for number in range(kpis)) + tail


def _kpi(number: int, chance: random.Random, faulty: bool, told: Callable[[int], str]) -> str:
    unit, suffix = UNITS[number % len(UNITS)]
    low, high = chance.randrange(3_000, 5_000) / 100, chance.randrange(9_000, 15_000) / 100
    critical = low - chance.randrange(1, 1_000) / 100
    if faulty and number % 50 == 0:
        critical = high + 1  # overlaps the normal range and is wider than the warning
    return f"""\
  - name: "measured_value_{number}_{suffix}"
    title: "Measured value {told(number)}"
    description: "What is measured at place {number}, averaged over one night of sleep."
    unit: "{unit}"
    category: "cardiovascular"
    prometheus_metric: "auren_measured_value_{number}_{suffix}"
    absolute_range: {{min: 0, max: 400}}
    normal_range:
      min: {low}
      max: {high}
      optimal: {(low + high) / 2:.3f}
    risk_thresholds:
      critical: {{condition: "< {critical:.2f}", action: "immediate_rest_recommendation"}}
      warning: {{condition: "< {low}", action: "reduce_training_intensity"}}
      elevated: {{condition: "> {high}", action: "check_measurement_accuracy"}}
"""


# Linux counts a child's ru_maxrss from what its parent held when it was forked, so the kernel's own high-water mark
# of the new program is read instead: https://man7.org/linux/man-pages/man5/proc_pid_status.5.html (VmHWM).
CHILD = """
import sys
from bench.bench_contracts import validate
validate(sys.argv[1])
print(next(line.split()[1] for line in open("/proc/self/status") if line.startswith("VmHWM")))
"""


def validate(path: str | Path) -> str:
    """Everything that the command does: read, check by every rule, write the report."""
    return render(validate_tree([path], max_bytes=LARGEST), "text")


def load(path: Path) -> object:
    """The same file as PyYAML's fast loader reads it: no places, no checks, nothing refused."""
    return yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)


def peak_bytes(path: Path) -> float:
    """The most memory that a process of its own holds while it validates a file and writes the report."""
    root = Path(__file__).resolve().parent.parent
    answer = subprocess.run(  # noqa: S603  # nosec B603
        [sys.executable, "-c", CHILD, str(path)],
        capture_output=True,
        check=True,
        text=True,
        cwd=root,
        env=os.environ | {"PYTHONPATH": str(root)},
    )
    return float(answer.stdout) * 1024


def seconds_a_kpi(paths: Mapping[int, Path], rounds: int = 3) -> dict[int, float]:
    """Processor seconds that one KPI costs in registries of several sizes: the least of some rounds, taken in turns.

    Processor time, because the largest takes long enough for other programs to come between.
    """
    best = dict.fromkeys(paths, float("inf"))
    for _ in range(rounds):
        for count, path in paths.items():
            start = time.process_time()
            validate(path)
            best[count] = min(best[count], (time.process_time() - start) / count)
    return best


def run() -> Iterator[Figure]:
    """The figures of this area."""
    with tempfile.TemporaryDirectory() as directory:
        paths = {count: Path(directory, f"registry_{count}.yaml") for count in SIZES}
        for count, path in paths.items():
            path.write_text(registry(count), encoding="utf-8")
        large = paths[10_000]
        validate(paths[1_000])
        yield figure("contracts.validate_10k", lambda: validate(large), lambda: load(large), SHARE_OF_LOAD)
        allowed = BYTES_PER_FILE_BYTE * large.stat().st_size + BYTES_BESIDE
        yield Figure("contracts.memory_10k", peak_bytes(large), allowed, 1.0)
        cost = seconds_a_kpi(paths)
        yield Figure("contracts.linear_10k", cost[10_000], cost[1_000], LINEAR_WITHIN)
        yield Figure("contracts.linear_50k", cost[50_000], cost[1_000], LINEAR_WITHIN)
