"""The bands of a KPI as SVG: geometry from ``contracts.bands``, colours from the style sheet by class.

Both pictures say all they show in a sentence, for people who do not see them.
"""

from collections.abc import Hashable
from dataclasses import dataclass, field
from functools import cache, lru_cache

from django.utils.html import format_html
from django.utils.safestring import SafeString

from contracts.bands import Picture, picture, strip
from contracts.spec import KpiSpec

STRIP_WIDTH, STRIP_HEIGHT = 160, 18
# Their height says the severity once more, in the style sheet: for those who cannot tell the colours apart.
_SEGMENT = '<rect class="s-{}" x="{}" y="4" width="{}" height="10"/>'
_TICK = '<rect class="s-best" x="{}" y="1" width="2" height="16"/>'


def bands_picture(spec: KpiSpec, symbol: str) -> Picture:
    """The picture of a page, 364 pixels wide, for the template ``kpis/bands.svg``.

    ``symbol`` stands behind the numbers; "" for a quantity without a unit.
    """
    return picture(spec, symbol)


def strip_svg(spec: KpiSpec, symbol: str) -> SafeString:
    """The picture of a list, one line of 160 by 18 pixels; its sentence where there is nothing to draw."""
    given = spec.document.normal_range
    normal = (given.min, given.max, given.optimal) if given else None
    conditions = tuple((threshold.severity, threshold.text) for threshold in spec.triggers)
    return _strip_svg(_Drawn((spec.possible, normal, conditions, symbol), spec, symbol))


@dataclass(frozen=True, slots=True)
class _Drawn:
    """A KPI to draw, equal to every other that looks the same."""

    looks: Hashable
    spec: KpiSpec = field(compare=False)
    symbol: str = field(compare=False)


@lru_cache(maxsize=4096)
def _strip_svg(kpi: _Drawn) -> SafeString:
    # People look at the same list again and again, and the geometry is most of what a row costs.
    drawn = strip(kpi.spec, kpi.symbol, STRIP_WIDTH)
    if not drawn.segments:
        return format_html('<span class="muted">{}</span>', drawn.sentence)
    values = [drawn.sentence]
    for segment in drawn.segments:
        values += (segment.kind, str(segment.x), str(segment.width))
    if drawn.tick is not None:
        values.append(str(drawn.tick - 1))
    return format_html(_strip(len(drawn.segments), drawn.tick is not None), *values)


@cache
def _strip(segments: int, ticked: bool) -> str:
    """The outline for one ``format_html``: a call for each segment would cost more than the geometry."""
    size = f'width="{STRIP_WIDTH}" height="{STRIP_HEIGHT}" viewBox="0 0 {STRIP_WIDTH} {STRIP_HEIGHT}"'
    inside = f"<title>{{}}</title>{_SEGMENT * segments}{_TICK * ticked}"
    return f'<svg class="strip" {size} role="img">{inside}</svg>'
