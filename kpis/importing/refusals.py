"""Why the database refused an import: the constraint in words, and the rows that it was about."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager

from django.apps import apps
from django.core.exceptions import ValidationError
from django.db import DataError, IntegrityError
from django.db.models import BaseConstraint, CheckConstraint, ForeignKey, Model

from kpis.importing.planning import Plan
from kpis.importing.steps import Action, Conflicts, ImportRefused
from kpis.models import KPI

SHOWN = 3
"""How many rows are named."""


class RowsRefused(Exception):
    """The database refused one of these rows. It is told once the transaction is over: until then none can be asked."""

    def __init__(self, rows: Sequence[Model], cause: Exception) -> None:
        super().__init__(str(cause))
        self.rows = rows
        self.cause = cause


@contextmanager
def about(rows: Iterable[Model]) -> Iterator[None]:
    """Whatever is refused inside is about these rows. Raises RowsRefused."""
    try:
        yield
    except (IntegrityError, DataError) as error:
        raise RowsRefused([*rows], error) from error


def reason_of(error: Exception, rows: Sequence[Model] = ()) -> str:
    """What a constraint of ours says about itself, where it is one of ours, and the names of the rows that break it.

    Never the values that were refused.
    """
    constraints = [constraint for model in apps.get_models() for constraint in model._meta.constraints]
    broken = next((constraint for constraint in constraints if constraint.name in str(error)), None)
    told = str(broken.violation_error_message) if broken else "A value does not fit its column."
    names = [str(getattr(row, "name", row)) for row in _breaking(rows, broken)]
    more = " …" if len(names) > SHOWN else ""
    return f"{', '.join(names[:SHOWN])}{more}: {told}" if names else told


def _breaking(rows: Sequence[Model], broken: BaseConstraint | None) -> list[Model]:
    """The first few rows that break the constraint, or that do not fit their columns."""
    found: list[Model] = []
    for row in rows:
        try:
            if isinstance(broken, CheckConstraint):
                broken.validate(type(row), row)  # type: ignore[attr-defined]  # the stubs lack it
            else:
                row.clean_fields({f.name for f in row._meta.fields if isinstance(f, ForeignKey)})
        except ValidationError:
            found.append(row)
        if len(found) > SHOWN:
            break
    return found


def require_own_metrics(plan: Plan, conflicts: Conflicts) -> None:
    """Raise ImportRefused, naming both, where two KPIs would have the same Prometheus metric in the end."""
    left_alone = {Action.CONFLICT} if conflicts is not Conflicts.THEIRS else set()
    gone = {step.name for step in plan.kpis_to(Action.DELETE)}
    then = {
        name: metric
        for name, metric in KPI.objects.values_list("name", "prometheus_metric")
        if name not in gone
    }
    then |= {
        step.name: step.document.prometheus_metric
        for step in plan.kpis
        if step.document and step.action not in left_alone
    }
    owners: dict[str, str] = {}
    for name, metric in then.items():
        first = owners.setdefault(metric, name)
        if first != name:
            raise ImportRefused(
                f"{first} and {name} would both be exported as {metric}. Give each its own Prometheus metric."
            )
