"""The roster map: agents, what they bind and whom they hand over to, as geometry for one SVG."""

from bindings.maps.drawing import RosterMap, roster_map
from bindings.maps.layers import Line, Member
from bindings.maps.lights import Lights, lit
from bindings.maps.marks import Mark

__all__ = ["Lights", "Line", "Mark", "Member", "RosterMap", "lit", "roster_map"]
