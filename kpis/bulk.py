"""Changes of very many rows at once: some at a time, in the background, with what could not be changed told.

Up to :data:`AT_ONCE` rows are changed while their person waits, all or none. More of them are a job: each part is a
change of its own, so that nobody else waits for the working copy meanwhile.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.contrib.admin.models import DELETION, LogEntry
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import ProtectedError

from jobs.models import Job
from jobs.services import enqueue
from kpis import services
from kpis.models import KPI

BULK_CHANGE: Final = "bulk_change"
AT_ONCE: Final = 500
NAMED: Final = 50
"""How many of those that could not be changed are told by name."""

Change = Callable[[Sequence[int], Any], int]
"""Changes these rows for a person, all or none; returns how many changed. Raises ValidationError or ProtectedError."""


@dataclass(frozen=True, slots=True)
class BulkChange:
    """One such change: the permission it takes, what became of the rows in a word, and how it is done."""

    permission: str
    done: str
    change: Change


CHANGES: dict[str, BulkChange] = {}
"""By name, such as ``kpi.delete``; each app puts in its own."""


def start(*, name: str, ids: Sequence[int], author: User) -> Job:
    """The job that changes these rows. For doors only, which ask for the permission; the job asks again."""
    return enqueue(kind=BULK_CHANGE, payload={"name": name, "ids": list(ids)}, author=author)


def change_all(
    *, name: str, ids: Sequence[int], author: User | None, progress: Callable[[int, int, str], None]
) -> Mapping[str, Any]:
    """Change the rows part by part: how many changed, and why the others did not.

    A part with a row that cannot be changed is done row by row at the end. Raises PermissionDenied where its person
    may not any more.
    """
    bulk = CHANGES[name]
    if author is None or not author.has_perm(bulk.permission):
        raise PermissionDenied(f"Whoever asked for this may not do it (any more): {bulk.permission}.")
    changed, one_by_one, refused = 0, list[int](), list[str]()
    for begin in range(0, len(ids), AT_ONCE):
        progress(begin, len(ids), "")
        part = ids[begin : begin + AT_ONCE]
        try:
            changed += bulk.change(part, author)
        except (ValidationError, ProtectedError):
            one_by_one += part
    for one in one_by_one:  # last: what stood in their way may be gone
        progress(len(ids) - 1, len(ids), "one by one")
        try:
            changed += bulk.change([one], author)
        except (ValidationError, ProtectedError) as error:
            refused.append(reason_of(error))
    progress(len(ids), len(ids), "")
    return {"changed": changed, "refused": len(refused), "reasons": refused[:NAMED]}


def reason_of(error: ValidationError | ProtectedError) -> str:
    """Why a row was not changed, in words."""
    if isinstance(error, ValidationError):
        return " ".join(error.messages)
    users = sorted({str(user) for user in error.protected_objects})
    more = f" and {len(users) - 5} more" if len(users) > 5 else ""
    return f"It is still used by {', '.join(users[:5])}{more}."


def _to_status(status: KPI.Status) -> Change:
    def change(ids: Sequence[int], author: Any) -> int:
        return services.change_status(
            kpis=KPI.objects.whole().filter(pk__in=ids), status=status, author=author
        )

    return change


def _delete(ids: Sequence[int], author: Any) -> int:
    return services.delete_kpis(kpis=KPI.objects.filter(pk__in=ids), author=author)


def _delete_people(ids: Sequence[int], author: Any) -> int:
    # They would lose the page that tells what became of it, and perhaps nobody else has a key.
    if author.pk in ids:
        raise ValidationError(f"{author.get_username()} is your own account: somebody else has to delete it.")
    with transaction.atomic():
        people = User.objects.filter(pk__in=ids)
        LogEntry.objects.log_actions(author.pk, people, DELETION)
        return people.delete()[1].get(User._meta.label, 0)


CHANGES |= {
    f"kpi.{status.value}": BulkChange("kpis.change_kpi", f"now {status.label}", _to_status(status))
    for status in (KPI.Status.ACTIVE, KPI.Status.DEPRECATED)
}
CHANGES["kpi.delete"] = BulkChange("kpis.delete_kpi", "deleted", _delete)
CHANGES["user.delete"] = BulkChange("auth.delete_user", "deleted", _delete_people)
