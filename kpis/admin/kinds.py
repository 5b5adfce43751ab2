"""What has a history: kinds of things whose whole contract is kept as a revision with every save.

History and restore are the same for all of them; each kind says here how its things are read, compared and brought
back. Where two people's edits are merged as documents, a kind also says how (:class:`MergedKind`).
"""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Any, ClassVar, Generic, TypeVar

from django.contrib.admin import ModelAdmin
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.urls import reverse

from contracts.diff import Change

Thing = TypeVar("Thing", bound=Model)
Data = Mapping[str, Any]
"""A thing's whole contract as a revision holds it."""


class Kind(ABC, Generic[Thing]):
    """One kind of thing. ``name`` is that of its revisions, ``urls`` what the names of its pages begin with."""

    name: ClassVar[str]
    noun: ClassVar[str]
    plural: ClassVar[str]
    urls: ClassVar[str]
    permission: ClassVar[str]
    """Who may see it."""

    def url(self, page: str, *args: Any) -> str:
        """The address of a page about one of them: change, history, restore, merge."""
        return reverse(f"admin:{self.urls}_{page}", args=args)

    @abstractmethod
    def whole(self) -> QuerySet[Thing]:
        """All of them, each with its whole contract."""

    @abstractmethod
    def revision(self, thing: Thing) -> int:
        """The number of its latest revision."""

    @abstractmethod
    def data(self, thing: Thing) -> Data:
        """Its contract as a revision holds it."""

    @abstractmethod
    def changes(self, before: Data, after: Data) -> list[Change]:
        """The difference in words."""

    @abstractmethod
    def restore(self, request: HttpRequest, thing: Thing, data: Data, *, seen: int, reason: str) -> None:
        """Bring ``data`` back through the same gate as an edit.

        Raises StaleRevision if the thing is not at revision ``seen`` any more, ValidationError where the
        rules refuse it today, KeyError naming what it refers to and is gone.
        """

    @abstractmethod
    def pictures(self, thing: Thing, data: Data) -> dict[str, Any]:
        """What the restore page shows side by side: ``now`` and ``then``; empty where nothing can be drawn."""


class MergedKind(Kind[Thing]):
    """A kind whose forms are merged as whole documents where two people edit one thing (:mod:`kpis.admin.conflict`)."""

    @abstractmethod
    def posted(
        self, model_admin: ModelAdmin[Thing], request: HttpRequest, thing: Thing, base: Data | None
    ) -> Data:
        """The form as such data, whatever became of the rows it was made from; ``base`` is what it began with."""

    def spread(self, data: Data) -> Data:
        """The data as nested mappings, in which two people's edits are merged leaf by leaf."""
        return data

    def gathered(self, data: Data) -> Data:
        """The inverse of :meth:`spread`, without what a merge has left incomplete."""
        return data


KINDS: dict[str, Kind[Any]] = {}
"""Every kind by its name, for the page of all changes."""


def register(kind: Kind[Any]) -> None:
    """Let the page of all changes show this kind too."""
    KINDS[kind.name] = kind
