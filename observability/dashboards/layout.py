"""Where panels stand: from left to right, then below, row by row."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from observability.dashboards.model import WHOLE_WIDTH, Panel


def placed(panels: Sequence[Panel], top: int = 0) -> Iterator[tuple[Panel, int, int]]:
    """Each panel with its left and upper edge; a line of panels is as high as its highest."""
    left, line = 0, 0
    for panel in panels:
        if left + panel.width > WHOLE_WIDTH:
            left, top, line = 0, top + line, 0
        yield panel, left, top
        left, line = left + panel.width, max(line, panel.height)


def height(panels: Sequence[Panel]) -> int:
    """How high all of them are together."""
    return max((top + panel.height for panel, _, top in placed(panels)), default=0)
