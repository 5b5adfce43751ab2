"""``python -m bench.curves LOG… > picture.svg``: how operations grow, out of what ``make bench ONLY=scale`` printed.

Each panel is one operation on logarithmic axes: a dot for each size, the goal at the largest as a ring, and, broken,
the line of what grows as what it holds, from the smallest.
"""

from __future__ import annotations

import re
import sys
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from math import log10
from pathlib import Path
from typing import Final

FIGURE: Final = re.compile(r"^bench \w+\.(\d+k)_(\w+?)_s ours=(\S+) baseline=(\S+)", re.MULTILINE)
WIDTH, HEIGHT, COLUMNS = 210, 150, 4
LEFT, TOP, RIGHT, BOTTOM = 14, 44, 46, 22
"""Around the plot of a panel, in pixels."""
STYLE: Final = """
svg { color-scheme: light dark; font: 12px system-ui, sans-serif; background: light-dark(#fff, #191d23); }
text { fill: light-dark(#16181d, #e8eaee); } .quiet { fill: light-dark(#5b6270, #a5adba); font-size: 11px; }
.line { fill: none; stroke: light-dark(#3654d1, #8ea2ff); stroke-width: 2; }
.dot { fill: light-dark(#3654d1, #8ea2ff); }
.linear { fill: none; stroke: light-dark(#8b92a0, #667080); stroke-dasharray: 4 4; }
.goal { fill: none; stroke: light-dark(#1c7a50, #4cc38e); stroke-width: 2; }
"""

Taken = Mapping[int, float]
"""Seconds by the size, in thousands."""


def read(logs: Sequence[str]) -> tuple[dict[str, dict[int, float]], dict[str, dict[int, float]]]:
    """Of each operation what it took and what it may, by the size."""
    took: dict[str, dict[int, float]] = defaultdict(dict)
    goals: dict[str, dict[int, float]] = defaultdict(dict)
    for size, name, ours, goal in FIGURE.findall("\n".join(logs)):
        took[name][int(size[:-1])] = float(ours)
        goals[name][int(size[:-1])] = float(goal)
    return took, goals


def picture(took: Mapping[str, Taken], goals: Mapping[str, Taken]) -> str:
    """The SVG of all operations: a panel for each, four in a row, in the order in which they were printed."""
    rows = -(-len(took) // COLUMNS)
    size = (
        f'width="{COLUMNS * WIDTH}" height="{rows * HEIGHT}" viewBox="0 0 {COLUMNS * WIDTH} {rows * HEIGHT}"'
    )
    parts = [f'<svg xmlns="http://www.w3.org/2000/svg" {size} role="img"><style>{STYLE}</style>']
    for place, (name, taken) in enumerate(took.items()):
        x, y = place % COLUMNS * WIDTH, place // COLUMNS * HEIGHT
        parts += [f'<g transform="translate({x} {y})">', *panel(name, taken, goals[name]), "</g>"]
    return "\n".join([*parts, "</svg>", ""])


def panel(name: str, taken: Taken, goals: Taken) -> Iterator[str]:
    """The SVG of one operation: its name, its growth, a dot for each size, the goal, and the line of even growth."""
    sizes = sorted(taken)
    first, last = sizes[0], sizes[-1]
    linear = {size: taken[first] * size / first for size in (first, last)}
    shown = [*taken.values(), *linear.values(), goals[last]]
    low, high = log10(min(shown)), log10(max(shown))

    def at(size: int, seconds: float) -> tuple[float, float]:
        across = log10(size / first) / (log10(last / first) or 1)
        up = (log10(seconds) - low) / (high - low or 1)
        return (
            LEFT + across * (WIDTH - LEFT - RIGHT),
            HEIGHT - BOTTOM - up * (HEIGHT - TOP - BOTTOM),
        )

    dots = [at(size, taken[size]) for size in sizes]
    growth = taken[last] / taken[first]
    yield f'<text x="{LEFT}" y="18">{name.replace("_", " ")}</text>'
    yield f'<text x="{LEFT}" y="33" class="quiet">{last // first} × as much, {growth:.1f} × as long</text>'
    yield f'<polyline class="linear" points="{joined([at(*one) for one in linear.items()])}"/>'
    yield f'<polyline class="line" points="{joined(dots)}"/>'
    for (x, y), size in zip(dots, sizes, strict=True):
        yield f'<circle class="dot" cx="{x:.1f}" cy="{y:.1f}" r="3"/>'
        yield f'<text class="quiet" text-anchor="middle" x="{x:.1f}" y="{HEIGHT - 6}">{size}k</text>'
    x, y = at(last, goals[last])
    yield f'<circle class="goal" cx="{x:.1f}" cy="{y:.1f}" r="6"><title>goal: {goals[last]:.3g} s</title></circle>'
    yield f'<text x="{dots[-1][0] + 10:.1f}" y="{dots[-1][1] + 4:.1f}">{taken[last]:.2g} s</text>'


def joined(points: Sequence[tuple[float, float]]) -> str:
    """Points as the ``points`` of an SVG polyline has them: ``x,y x,y``."""
    return " ".join(f"{x:.1f},{y:.1f}" for x, y in points)


if __name__ == "__main__":
    print(picture(*read([Path(name).read_text() for name in sys.argv[1:]])), end="")
