"""What a request says about encodings and entity tags: https://www.rfc-editor.org/rfc/rfc9110."""

from __future__ import annotations

from django.utils.http import parse_etags


def gzip_wanted(header: str) -> bool:
    """Whether `Accept-Encoding` takes gzip at least as gladly as the bytes as they are (§12.5.3)."""
    qualities: dict[str, float] = {}
    for part in header.lower().split(","):
        coding, _, parameters = part.partition(";")
        qualities[coding.strip()] = _quality(parameters)
    wanted = qualities.get("gzip", qualities.get("x-gzip", qualities.get("*", 0.0)))
    return wanted > 0 and wanted >= qualities.get("identity", 0.0)


def _quality(parameters: str) -> float:
    for parameter in parameters.split(";"):
        name, _, value = parameter.partition("=")
        if name.strip() == "q":
            value = value.strip()
            # "nan" and "1e9" are no weights.
            plain = value.replace(".", "", 1).isdecimal() and value.isascii() and len(value) <= 5
            return float(value) if plain else 0.0
    return 1.0


def is_known(if_none_match: str, etag: str) -> bool:
    """Whether `If-None-Match` names the entity tag, by weak comparison, or anything by `*` (§13.1.2)."""
    given = parse_etags(if_none_match)
    return given == ["*"] or any(tag.removeprefix("W/") == etag for tag in given)
