"""The picture of a KPI's bands as plain geometry, for a template to draw.

`picture` is for a page, `strip` for a list. Lengths are pixels of a picture that may be scaled as a whole.
"""

from contracts.bands.axis import Axis, Tick
from contracts.bands.labels import Label
from contracts.bands.picture import Bar, Picture, Row, picture
from contracts.bands.strip import Segment, Strip, strip
from contracts.bands.watched import INHERITS, watched_picture

__all__ = [
    "INHERITS",
    "Axis",
    "Bar",
    "Label",
    "Picture",
    "Row",
    "Segment",
    "Strip",
    "Tick",
    "picture",
    "strip",
    "watched_picture",
]
