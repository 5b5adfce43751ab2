"""The parts of an alert's texts that vary, as Prometheus' templates have them and as they read in the end."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from decimal import Decimal
from math import isnan

from observability.promql import plain_text


class Wording(ABC):
    """How texts are put together: ``text`` is what a person wrote, the others are known only once it fires."""

    person: str
    source: str

    @abstractmethod
    def text(self, text: str) -> str:
        """A fixed text."""

    @property
    @abstractmethod
    def value(self) -> str:
        """The value, with all its digits."""

    @property
    @abstractmethod
    def share(self) -> str:
        """The value as per cent."""

    @property
    @abstractmethod
    def age(self) -> str:
        """The value as a length of time."""

    @abstractmethod
    def either(self, with_value: str, without: str) -> str:
        """One text where there is a value, another where there is none."""


class TemplateWording(Wording):
    """As templates of a rule: https://prometheus.io/docs/prometheus/latest/configuration/template_reference/"""

    person = "{{ $labels.user_id }}"
    source = "{{ $labels.measurement_source }}"
    value = "{{ $value }}"
    share = '{{ $value | printf "%.1f" }}'
    age = "{{ $value | humanizeDuration }}"

    def text(self, text: str) -> str:
        """So that nothing in it is read as a template."""
        return plain_text(text)

    def either(self, with_value: str, without: str) -> str:
        """A series that is silent has the value NaN, and only NaN is not equal to itself."""
        return f"{{{{ if eq $value $value }}}}{with_value}{{{{ else }}}}{without}{{{{ end }}}}"


@dataclass(frozen=True, slots=True)
class PrintedWording(Wording):
    """As an alert of this person, source and value reads."""

    person: str
    source: str
    number: float

    def text(self, text: str) -> str:
        """The text without any change."""
        return text

    @property
    def value(self) -> str:
        """As Go prints it: the fewest digits that are this number, with an exponent from a million on."""
        digits = repr(self.number).removesuffix(".0")
        exponent = Decimal(digits).adjusted() if self.number else 0
        if -4 <= exponent < 6:
            return digits
        scaled = Decimal(digits).scaleb(-exponent).normalize()
        return f"{scaled:f}e{'-' if exponent < 0 else '+'}{abs(exponent):02}"

    @property
    def share(self) -> str:
        """With one digit behind the point."""
        return f"{self.number:.1f}"

    @property
    def age(self) -> str:
        """As Prometheus' ``humanizeDuration`` does for whole seconds."""
        minutes, seconds = divmod(int(self.number), 60)
        hours, minutes = divmod(minutes, 60)
        days, hours = divmod(hours, 24)
        counts = [(days, "d"), (hours, "h"), (minutes, "m"), (seconds, "s")]
        first = next((place for place, (count, _) in enumerate(counts) if count), len(counts) - 1)
        return " ".join(f"{count}{unit}" for count, unit in counts[first:])

    def either(self, with_value: str, without: str) -> str:
        """Whichever of the two texts applies."""
        return without if isnan(self.number) else with_value


TEMPLATE = TemplateWording()
