"""What may stand in an address of the site beside Django's own."""

from __future__ import annotations


class RowNumber:
    """The number of a row, such as its primary key: as far as every database can hold one.

    Django's own ``int`` takes any number of digits, and what is beyond 64 bits is an error of the database where a
    row of that number is looked for. Such an address leads nowhere.
    """

    regex = "[0-9]{1,18}"

    def to_python(self, value: str) -> int:
        """The number that the address says; at most eighteen digits come here."""
        return int(value)

    def to_url(self, value: object) -> str:
        """The number as it stands in an address."""
        return str(value)
