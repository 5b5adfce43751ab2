"""The roster map: agents, what they bind and whom they hand over to, as geometry for one SVG."""

from bindings.maps.drawing import roster_map
from bindings.maps.groups import Group, grouped
from bindings.maps.layers import Line, Member
from bindings.maps.lights import Lights, lit
from bindings.maps.marks import Mark
from bindings.maps.near import neighbourhood
from bindings.maps.ring import GroupMap, group_map, sums_of
from bindings.maps.shapes import RosterMap

__all__ = [
    "Group",
    "GroupMap",
    "Lights",
    "Line",
    "Mark",
    "Member",
    "RosterMap",
    "group_map",
    "grouped",
    "lit",
    "neighbourhood",
    "roster_map",
    "sums_of",
]
