"""The roster map: agents, what they bind and whom they hand over to, as geometry for one SVG."""

from bindings.maps.drawing import RosterMap, roster_map
from bindings.maps.layers import Line, Member

__all__ = ["Line", "Member", "RosterMap", "roster_map"]
