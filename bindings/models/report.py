"""What the rules said of everything there was, at one time."""

from typing import Any, Self

from django.db import models
from django.utils import timezone

from contracts.findings import Level
from jobs.models import Job


class ReportQuerySet(models.QuerySet["ValidationReport"]):
    """Reports, newest first."""

    def whole(self) -> Self:
        """With the report before, but not its findings, which may be many megabytes."""
        return self.select_related("previous").defer("previous__findings", "previous__fixed")

    def light(self) -> Self:
        """Without any findings."""
        return self.defer("findings", "fixed")


class ValidationReport(models.Model):
    """The whole catalogue run over registry, bindings and roster, and what changed since the report before.

    ``findings`` and ``fixed`` hold :class:`bindings.reports.entries.Entry` as lists, the worst first.
    """

    class Trigger(models.TextChoices):
        """What a report was made for."""

        MANUAL = "manual", "asked for"
        NIGHTLY = "nightly", "nightly"
        IMPORT = "import", "after an import"
        API = "api", "asked for by a program"
        CLI = "cli", "on the command line"
        CHANGE = "change", "after a change"

    at = models.DateTimeField(default=timezone.now, editable=False)
    trigger = models.CharField(max_length=10, choices=Trigger.choices)
    digest = models.CharField(max_length=64, help_text="SHA-256 of all that was looked at.")
    stamp = models.CharField(
        max_length=64, default="", help_text="That of the working copy, before any of it was looked at."
    )
    revision = models.PositiveBigIntegerField(
        null=True, help_text="The latest revision of anything by then; None where that was not kept."
    )
    counts = models.JSONField(help_text="How many findings and things there were, by word.")
    findings = models.JSONField(default=list)
    fixed = models.JSONField(default=list, help_text="Findings of the report before that are gone.")
    agent_counts = models.JSONField(
        null=True, help_text="Findings of each agent that has some, by level; null where that was not kept."
    )
    kpi_counts = models.JSONField(null=True, help_text="Findings of KPIs by level, and the worst of them.")
    took = models.FloatField(help_text="Seconds.")
    previous = models.ForeignKey("self", null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    job = models.ForeignKey(Job, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")

    objects = ReportQuerySet.as_manager()

    class Meta:
        ordering = ("-pk",)
        constraints = (
            models.CheckConstraint(
                condition=models.Q(trigger__in=["manual", "nightly", "import", "api", "cli", "change"]),
                name="report_trigger_known",
            ),
            models.CheckConstraint(condition=models.Q(took__gte=0), name="report_took_time"),
        )

    def __str__(self) -> str:
        return f"Report of {self.at:%-d %B %Y, %H:%M}"

    @classmethod
    def latest(cls) -> "ValidationReport | None":
        """The last report without its findings, or None where there is none; one query."""
        return cls.objects.light().first()

    def count(self, word: str) -> int:
        """One of the counts; 0 for what did not occur."""
        value: Any = self.counts.get(word, 0)
        return int(value)

    @property
    def levels(self) -> list[tuple[str, int]]:
        """How many findings that count there are of each level, the worst first."""
        return [(str(level), self.count(str(level))) for level in sorted(Level, key=lambda one: -one.rank)]

    @property
    def serious(self) -> int:
        """Errors and warnings: what someone should mend."""
        return self.count(str(Level.ERROR)) + self.count(str(Level.WARNING))

    def of_agent(self, name: str) -> list[tuple[str, int]] | None:
        """How many findings of each level an agent had, the worst first; None where that was not kept."""
        return None if self.agent_counts is None else by_rank(self.agent_counts.get(name, {}))

    @property
    def of_kpis(self) -> list[tuple[str, int]]:
        """The same of all KPIs together."""
        return by_rank((self.kpi_counts or {}).get("counts", {}))

    @property
    def looked_at_nothing(self) -> bool:
        """Whether there was neither a KPI nor an agent."""
        return not self.count("kpis") and not self.count("agents")


def by_rank(counts: dict[str, int]) -> list[tuple[str, int]]:
    """Levels that occur, the worst first."""
    return sorted(counts.items(), key=lambda item: -Level(item[0]).rank)
