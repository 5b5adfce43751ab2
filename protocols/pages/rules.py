"""What the rules of conformance are called on pages."""

from __future__ import annotations

from typing import Final

TITLES: Final = {
    "RUN001": "Not done",
    "RUN002": "Skipped",
    "RUN003": "Late",
    "RUN004": "Out of order",
    "RUN005": "Not declared",
    "RUN006": "Failed",
    "RUN007": "Hand-off refused",
    "RUN008": "Hand-off not answered",
    "RUN009": "Loop",
    "RUN010": "Done without being asked",
}
