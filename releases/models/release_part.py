"""What releases are kept in: parts of their texts, each once, however many releases have it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TypeVar

from django.db import models

from releases.models.packing import cut, digest_of, digests_in, pack, unpack

Thing = TypeVar("Thing")


class PartMissing(ValueError):
    """The database lacks a part of a release, or has another one in its place: it was damaged."""


class ReleasePart(models.Model):
    """A piece of a release's document or findings, packed. It never changes; the database refuses it.

    ``digest`` is the SHA-256 of what is packed, in hex.
    """

    digest = models.CharField(max_length=64, primary_key=True)
    packed = models.BinaryField()

    def __str__(self) -> str:
        return f"part {self.digest[:12]}"

    @classmethod
    def keep(cls, text: str) -> bytes:
        """Store the parts of a text that nobody has yet; return what names them all. Only in a turn of one's own
        (:meth:`releases.models.ServingRevision.hold`): two at once would store the same."""
        parts = [(digest_of(part), part) for part in cut(text.encode())]
        missing = {digest.hex(): part for digest, part in parts}
        for piece in _pieces(list(missing)):
            for known in cls.objects.filter(pk__in=piece).values_list("pk", flat=True):
                del missing[known]
        ReleasePart.objects.bulk_create(
            [ReleasePart(digest=digest, packed=pack(part)) for digest, part in missing.items()],
            batch_size=PIECE,
        )
        return b"".join(digest for digest, _ in parts)

    @classmethod
    def text_of(cls, names: bytes | memoryview, using: str | None = None) -> str:
        """The text whose parts these names are. Raises PartMissing."""
        digests = digests_in(bytes(names))
        found = {
            digest: part for piece in _pieces(list({*digests})) for digest, part in cls._read(piece, using)
        }
        try:
            return b"".join(found[digest] for digest in digests).decode()
        except KeyError as missing:
            raise PartMissing(
                f"part {missing.args[0].hex()[:12]} of the release is not in the database"
            ) from None

    @classmethod
    def _read(cls, digests: Iterable[bytes], using: str | None) -> Iterable[tuple[bytes, bytes]]:
        rows = cls.objects.using(using).filter(pk__in=[digest.hex() for digest in digests])
        for name, packed in rows.values_list("pk", "packed"):
            yield bytes.fromhex(name), unpack(packed)


PIECE = 450
"""Parts that are asked for or stored at once: two values each, and SQLite takes 999."""


def _pieces(things: Sequence[Thing]) -> Iterable[Sequence[Thing]]:
    return (things[start : start + PIECE] for start in range(0, len(things), PIECE))
