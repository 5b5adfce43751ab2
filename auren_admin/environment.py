"""Reads settings from environment variables and refuses nonsense loudly.

Every getter returns its default when the variable is unset or empty, and raises `SettingError`, which
names the variable, its value and what was expected. A secret's value is never repeated in an error.
"""

import re
import secrets
from collections.abc import Iterator, Mapping
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import environ
from django.core.exceptions import ImproperlyConfigured

from auren_admin.private import private_folder, write_private
from contracts.patterns import PatternError, compile_pattern
from contracts.web_addresses import web_address

ENV_FILE_LINE = re.compile(r"(export )?[A-Za-z_][A-Za-z_0-9]*=.*")
FLAGS = {
    **dict.fromkeys(("true", "yes", "on", "1"), True),
    **dict.fromkeys(("false", "no", "off", "0"), False),
}
BROKER_SCHEMES = ("redis", "rediss")
WEB_SCHEMES = ("http", "https")
WHITE = re.compile(r"\s")
DATABASE_SCHEMES = ("sqlite", "postgres", "postgresql")
HOST = re.compile(r"\*|\.?[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*|\[[0-9a-fA-F:.]+\]")


class SettingError(ImproperlyConfigured):
    """A setting that cannot be used: which one, what it is, what was expected."""

    def __init__(self, name: str, value: str | None, expected: str) -> None:
        shown = name if value is None else f"{name}={value!r}"
        super().__init__(f"{shown}: expected {expected}")
        self.name = name


class Environment:
    """Typed reading of a mapping of environment variables; remembers every name it was asked for."""

    def __init__(self, values: Mapping[str, str]) -> None:
        self._values = values
        self.names: set[str] = set()

    def text(self, name: str, default: str = "") -> str:
        self.names.add(name)
        return self._values.get(name, "").strip() or default

    def choice(self, name: str, options: tuple[str, ...], default: str) -> str:
        value = self.text(name, default)
        if value not in options:
            raise SettingError(name, value, f"one of {', '.join(options)}")
        return value

    def flag(self, name: str, default: bool) -> bool:
        value = self.text(name)
        if not value:
            return default
        if value.lower() not in FLAGS:
            raise SettingError(name, value, "true or false")
        return FLAGS[value.lower()]

    def whole(self, name: str, default: int, low: int, high: int) -> int:
        value = self.text(name)
        if not value:
            return default
        if not re.fullmatch(r"[0-9]{1,12}", value) or not low <= int(value) <= high:
            raise SettingError(name, value, f"a whole number from {low} to {high}")
        return int(value)

    def path(self, name: str, default: Path) -> Path:
        return Path(self.text(name, str(default))).expanduser().resolve()

    def pattern(self, name: str) -> str:
        """A pattern that RE2 takes, or nothing."""
        value = self.text(name)
        try:
            compile_pattern(value)
        except PatternError as error:
            raise SettingError(name, value, f"a regular expression as RE2 has them ({error})") from error
        return value

    def hosts(self, name: str, default: list[str]) -> list[str]:
        """Host names as the browser sends them, without scheme or port, separated by commas."""
        hosts = list(_split(self.text(name)))
        for host in hosts:
            if not HOST.fullmatch(host):
                raise SettingError(name, host, "host names without scheme, port or path, separated by commas")
        return hosts or default

    def origins(self, name: str) -> list[str]:
        """Web origins (`https://admin.example.org`), separated by commas."""
        origins = list(_split(self.text(name)))
        for origin in origins:
            if not re.fullmatch(r"https?://[^\s/]+", origin):
                raise SettingError(name, origin, "origins such as https://admin.example.org")
        return origins

    def site(self, name: str) -> str:
        """The address that links begin with, without a slash at its end, or nothing."""
        try:
            return web_address(self.text(name))
        except ValueError as error:
            expected = f"an address such as https://admin.example.org ({error})"
            raise SettingError(name, None, expected) from error

    def networks(self, name: str) -> list[IPv4Network | IPv6Network]:
        """Networks such as `10.1.0.0/16`, separated by commas; an address alone is a network of one."""
        networks: list[IPv4Network | IPv6Network] = []
        for text in _split(self.text(name)):
            try:
                networks.append(ip_network(text))
            except ValueError as error:
                raise SettingError(name, text, "networks such as 10.1.0.0/16, separated by commas") from error
        return networks

    def secret(self, name: str) -> str:
        """The value of NAME, or what the file named by NAME_FILE holds. Empty when neither is set."""
        value, file = self.text(name), self.text(f"{name}_FILE")
        if value and file:
            raise SettingError(f"{name}_FILE", file, f"only one of {name} and {name}_FILE to be set")
        if not file:
            return value
        try:
            return Path(file).read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            raise SettingError(f"{name}_FILE", file, f"a readable text file ({error})") from error

    def broker(self, name: str) -> str:
        """Redis' address, or nothing. It may hold a password, so an error shows its scheme only."""
        url = self.secret(name)
        scheme, _, rest = url.partition("://")
        if url and (scheme not in BROKER_SCHEMES or not rest):
            raise SettingError(name, f"{scheme[:20] if rest else ''}…", "redis://host:6379/0")
        return url

    def address(self, name: str) -> str:
        """Where something is sent, or nothing. It may hold a password, so an error shows its scheme only."""
        url = self.secret(name)
        scheme, _, rest = url.partition("://")
        expected = "an address such as https://metrics.example.org/api/v1/write"
        try:
            parts = urlsplit(url)
            has_place = bool(parts.hostname) and parts.port != 0  # reading the port is what checks it
        except ValueError as error:
            raise SettingError(name, f"{scheme[:20] if rest else ''}…", expected) from error
        if url and (scheme not in WEB_SCHEMES or not has_place or WHITE.search(url)):
            raise SettingError(name, f"{scheme[:20] if rest else ''}…", expected)
        return url

    def database(self, name: str) -> dict[str, Any] | None:
        """Django's settings for the database at a URL; None when there is none.

        The URL may hold a password, so an error shows its scheme only.
        """
        url = self.secret(name)
        if not url:
            return None
        scheme = url.partition(":")[0] if "://" in url else ""
        expected = "postgres://user:password@host:5432/name or sqlite:///path/to/file"
        if scheme not in DATABASE_SCHEMES:
            raise SettingError(name, f"{scheme[:20]}…", expected)
        try:
            urlsplit(url).port  # noqa: B018 - reading it is what checks it
            config: dict[str, Any] = environ.Env.db_url_config(url)
        except ValueError as error:
            raise SettingError(name, f"{scheme}:…", expected) from error
        if not config.get("NAME"):
            raise SettingError(name, f"{scheme}:…", f"the name of a database, as in {expected}")
        return config | _with_threshold(name, scheme, config.get("OPTIONS", {}))


def _with_threshold(name: str, scheme: str, options: dict[str, Any]) -> dict[str, Any]:
    """Options of a database as its URL has them; after how many times statements are prepared may be None there."""
    if "prepare_threshold" not in options:
        return {}
    asked = options["prepare_threshold"]
    if asked != "None" and not isinstance(asked, int):
        raise SettingError(name, f"{scheme}:…", "for prepare_threshold, a whole number or None")
    return {"OPTIONS": options | {"prepare_threshold": None if asked == "None" else asked}}


def _split(text: str) -> Iterator[str]:
    return (part.strip() for part in text.split(",") if part.strip())


def read_env_file(path: Path) -> None:
    """Add a file's NAME=value lines to the environment; what is already set there wins.

    A line that is neither that, a comment nor empty is an error: a setting that is silently not read
    is worse than a program that does not start.
    """
    if not path.is_file():
        return
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        if line.strip() and not line.startswith("#") and not ENV_FILE_LINE.fullmatch(line):
            raise SettingError(f"{path.name} line {number}", None, "NAME=value, without spaces round the =")
    environ.Env.read_env(path)


def development_key(path: Path) -> str:
    """A random secret key, made at the first call and kept in a file only its owner can read."""
    draft = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
    try:
        private_folder(path.parent)
        if not path.exists():
            try:
                write_private(draft, secrets.token_urlsafe(64))
                path.hardlink_to(
                    draft
                )  # of two processes starting together, both use the one that came first
            except FileExistsError:
                pass
            finally:
                draft.unlink(missing_ok=True)
        return path.read_text(encoding="utf-8").strip()
    except OSError as error:
        expected = f"a key, or a place to keep a made-up one: {path}: {error.strerror}"
        raise SettingError("AUREN_SECRET_KEY", None, expected) from error
