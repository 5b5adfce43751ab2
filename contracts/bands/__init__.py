"""The picture of a KPI's bands as plain geometry, for a template to draw.

`picture` is for a page, `strip` for a list. Lengths are pixels of a picture that may be scaled as a whole.
"""

from contracts.bands.axis import Axis, Tick
from contracts.bands.compared import Compared, Line, Shift, compared_picture, shifts
from contracts.bands.labels import Label
from contracts.bands.picture import Bar, Picture, Row, picture
from contracts.bands.strip import Segment, Strip, strip
from contracts.bands.watched import INHERITS, watched_picture

__all__ = [
    "INHERITS",
    "Axis",
    "Bar",
    "Compared",
    "Label",
    "Line",
    "Picture",
    "Row",
    "Segment",
    "Shift",
    "Strip",
    "Tick",
    "compared_picture",
    "picture",
    "shifts",
    "strip",
    "watched_picture",
]
