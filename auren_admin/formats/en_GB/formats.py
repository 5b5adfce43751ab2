"""Moments say their zone: whoever reads a list does not know where the server thinks it is."""

DATETIME_FORMAT = "j M Y, H:i T"
SHORT_DATETIME_FORMAT = "j M Y, H:i T"
