"""Query parameters: those a resource knows, each read strictly; any other is refused."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches

from rest_framework.request import Request

from contracts.texts import unfit_character
from rest.problems import bad_parameter

REASON_LENGTH = 500
SEARCH_LENGTH = 200
_FLAGS = {"true": True, "1": True, "false": False, "0": False}


def refuse_unknown(request: Request, known: Iterable[str]) -> None:
    """Only these parameters, each at most once. Raises Problem."""
    names = sorted(known)
    for name in request.query_params:
        if name not in names:
            shown = name if len(name) <= 60 and name.isprintable() else "This"
            hint = meant(name, names)
            if "__" in name:  # Django's way to ask, which is no near miss of ours
                hint = f"There is {', '.join(names)}; each is compared as a whole." if names else ""
            raise bad_parameter(shown, f"{shown} is no parameter here.", code="unknown_parameter", hint=hint)
        if len(request.query_params.getlist(name)) > 1:
            raise bad_parameter(name, f"{name} is given twice.", code="duplicate_parameter")


def meant(name: str, known: Iterable[str]) -> str:
    """``Did you mean status?``, or what there is to choose from."""
    names = list(known)
    near = get_close_matches(name[:60].lower(), names, n=1, cutoff=0.6)
    if near:
        return f"Did you mean {near[0]}?"
    return f"There is {', '.join(names)}." if names else ""


def flag(request: Request, name: str) -> bool:
    """A parameter that is true or false; false where it is not given. Raises Problem."""
    text = request.query_params.get(name, "false").lower()
    if text not in _FLAGS:
        raise bad_parameter(name, f"{name} is true or false.")
    return _FLAGS[text]


def whole(request: Request, name: str, *, default: int, low: int, high: int) -> int:
    """A whole number within limits. Raises Problem."""
    text = request.query_params.get(name, str(default))
    if not (text.isascii() and text.isdigit() and len(text) < 10 and low <= int(text) <= high):
        raise bad_parameter(name, f"{name} is a whole number from {low} to {high}.")
    return int(text)


def words(request: Request, name: str, known: Iterable[str]) -> list[str]:
    """Words separated by commas, each of them known; none where it is not given. Raises Problem."""
    names = list(known)
    found = [word for word in request.query_params.get(name, "").split(",") if word]
    for word in found:
        if word not in names:
            raise bad_parameter(name, f"{name} names something else.", hint=meant(word, names))
    return list(dict.fromkeys(found))


def line(request: Request, name: str, length: int) -> str:
    """A short text. Raises Problem."""
    text = request.query_params.get(name, "").strip()
    if len(text) > length:
        raise bad_parameter(name, f"{name} has at most {length} characters.", code="too_long")
    if character := unfit_character(text):
        raise bad_parameter(name, f"{name} holds {character}.", code="invalid_text")
    return text
