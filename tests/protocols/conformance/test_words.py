"""How deviations are said."""

import pytest

from contracts.evaluation import SECOND
from protocols.conformance.words import length


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (0, "less than a second"), (0.9, "less than a second"), (1, "1 second"), (59, "59 seconds"),
        (60, "1 minute"), (90, "1 minute 30 seconds"), (757, "12 minutes"), (3600, "1 hour"),
        (3900, "1 hour 5 minutes"), (3601, "1 hour"), (11 * 3600 + 900, "11 hours"), (86_400, "1 day"),
        (93_600, "1 day 2 hours"), (7 * 86_400, "7 days"), (10**12, "3650 days"),
    ],
)  # fmt: skip
def test_a_length_of_time(seconds, said):
    assert length(round(seconds * SECOND)) == said
