"""JSON bodies, read strictly: what is ambiguous, endless or unfit to be kept is refused."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import IO, Any, NoReturn

from rest_framework.parsers import BaseParser

from contracts.findings import Path
from contracts.texts import described, walk
from rest.defaults import JSON_MAX_BYTES
from rest.problems import Problem, bad_body

MAX_DEPTH = 32
MAX_VALUES = 200_000
_UNFIT = re.compile("[\x00\ud800-\udfff]")


class StrictJSONParser(BaseParser):
    """`application/json` in UTF-8: finite numbers, no key twice, at most MAX_DEPTH levels, printable texts."""

    media_type = "application/json"

    def parse(
        self, stream: IO[Any], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> Any:
        """The body's data. Raises Problem."""
        refuse_charset(media_type or "")
        return read_json(stream.read(JSON_MAX_BYTES + 1))


class RawParser(BaseParser):
    """YAML or JSON as it was sent, for a reader that keeps the places of things."""

    def parse(
        self, stream: IO[Any], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> Any:
        """The body's bytes. Raises Problem."""
        refuse_charset(media_type or "")
        return stream.read()


class RawYAML(RawParser):
    """`application/yaml`: https://www.rfc-editor.org/rfc/rfc9512."""

    media_type = "application/yaml"


class RawJSON(RawParser):
    """`application/json`."""

    media_type = "application/json"


def refuse_charset(content_type: str) -> None:
    """UTF-8 is the only encoding. Raises Problem."""
    for parameter in content_type.split(";")[1:]:
        name, _, value = parameter.partition("=")
        charset = value.strip().strip('"').lower()
        if name.strip().lower() == "charset" and charset not in ("utf-8", "utf8", "us-ascii"):
            raise Problem(415, "unsupported_media_type", "Send the body in UTF-8.")


def read_json(body: bytes, most: int = JSON_MAX_BYTES) -> Any:
    """The data of a JSON text of at most so many bytes. Raises Problem."""
    if len(body) > most:
        limit = f"The body is over {most // 1024:,} KiB, the limit here."
        raise bad_body("too_large", limit, status=413)
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError:
        raise bad_body("wrong_encoding", "The body is not UTF-8.") from None
    if not text.strip():
        raise bad_body("empty", "The body is empty.", hint="Send a JSON object.")
    try:
        data = json.loads(
            text, object_pairs_hook=_once, parse_constant=_not_finite, parse_float=_finite, parse_int=_whole
        )
    except json.JSONDecodeError as error:
        message = f"The body is not JSON: line {error.lineno}, column {error.colno}."
        raise bad_body("not_json", message) from None
    except RecursionError:
        raise _too_deep() from None
    _refuse_deep(data)
    _refuse_unfit(data)
    return data


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        keys = [key for key, _ in pairs]
        twice = next(key for index, key in enumerate(keys) if key in keys[:index])
        shown = twice[:60] if twice.isprintable() else "a key"
        raise bad_body("duplicate_key", f"`{shown}` stands twice in one object.")
    return found


def _not_finite(word: str) -> NoReturn:
    raise bad_body("not_finite", f"{word} is no number that JSON has.", hint="Send a finite number.")


def _finite(text: str) -> float:
    number = float(text)
    if number in (float("inf"), float("-inf")):
        raise bad_body("not_finite", "A number is too large to be one.", hint="Send a finite number.")
    return number


def _whole(text: str) -> int:
    if len(text) > 400:
        raise bad_body("not_finite", "A number is too large to be one.", hint="Send a finite number.")
    return int(text)


def _refuse_deep(data: Any) -> None:
    level, depth, values = [data], 0, 0
    while level:
        depth += 1
        if depth > MAX_DEPTH:
            raise _too_deep()
        level = [
            inner
            for item in level
            if isinstance(item, (dict, list))
            for inner in (item.values() if isinstance(item, dict) else item)
        ]
        values += len(level)
        if values > MAX_VALUES:
            raise bad_body("too_large", f"The body has more than {MAX_VALUES:,} values.", status=413)


def _too_deep() -> Problem:
    return bad_body("too_deep", f"The body has more than {MAX_DEPTH} levels.")


def _refuse_unfit(data: Any) -> None:
    """What no database keeps, at any depth; other characters are for the rules to judge, with their place."""
    for path, text in walk(data):
        if match := _UNFIT.search(text):
            message = f"A text holds {described(match[0])}, which cannot be kept."
            raise bad_body("invalid_text", message, path=_shown(path), hint="Leave the character out.")


def _shown(path: Path) -> Path:
    """The path as far as it can be shown."""
    for index, step in enumerate(path):
        if isinstance(step, str) and (_UNFIT.search(step) or len(step) > 100):
            return path[:index]
    return path
