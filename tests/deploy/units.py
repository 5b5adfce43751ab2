"""Units of systemd as a test reads them."""

import re


def unit(path):
    """A unit's keys, each with its last value, and every line of Environment."""
    text = path.read_text(encoding="utf-8")
    return dict(re.findall(r"^(\w+)=(.*)$", text, re.MULTILINE)), re.findall(
        r"^Environment=(\w+)=(.*)$", text, re.MULTILINE
    )
