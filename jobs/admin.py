"""Jobs in the admin: what runs, how far it is, what went wrong; run again or cancel."""

from collections.abc import Callable
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.views.decorators.http import require_POST

from jobs import services
from jobs.admin_lists import Housekeeping, OfferedFilters, folds_away
from jobs.models import Job

Action = Callable[[HttpRequest, QuerySet[Job]], None]

MANY, LISTED = 500, 100
"""Of more jobs than this the page that deletes names only some."""
CHIPS = {
    Job.State.RUNNING: "info",
    Job.State.DONE: "normal",
    Job.State.FAILED: "warning",
    Job.State.PARKED: "critical",
}
"""The style of a state's chip; the others are plain."""


@admin.register(Job)
class JobAdmin(OfferedFilters, admin.ModelAdmin[Job]):
    """Jobs are written by programs: a person only looks, runs them again, cancels or deletes them."""

    list_display = ("__str__", "state_chip", "progress", "tries", "error", "author_name", "created_at")
    list_filter = ("state", "kind", Housekeeping)
    list_per_page = 50
    search_fields = ("kind", "key", "error", "message")
    show_full_result_count = False
    actions = ("run_again", "cancel")
    fieldsets = (
        (
            "How it stands",
            {"fields": ("kind", "key", "state_chip", "tries", "progress", "error", "author_name")},
        ),
        ("When", {"fields": ("created_at", "due_at", "started_at", "lease_until", "finished_at")}),
        ("What it is doing", {"fields": ("payload", "result")}),
    )

    def get_urls(self) -> list[URLPattern]:
        """The page's own addresses, before Django's."""
        view = self.admin_site.admin_view
        return [
            path("<row:pk>/progress/", view(self.progress_view), name="jobs_job_progress"),
            path("<row:pk>/again/", view(self.act_view(self.run_again)), name="jobs_job_again"),
            path("<row:pk>/cancel/", view(self.act_view(self.cancel)), name="jobs_job_cancel"),
            *super().get_urls(),
        ]

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """The list, which says where it leaves something out."""
        return super().changelist_view(request, {"folds_away": folds_away(request)} | (extra_context or {}))

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> Any:
        """Of very many only some by name: nothing goes with a job, and to look for it takes longer than to delete."""
        total = objs.count() if isinstance(objs, QuerySet) else len(objs)
        if total <= MANY or not self.has_delete_permission(request):
            return super().get_deleted_objects(objs, request)
        return [str(job) for job in objs[:LISTED]], {self.opts.verbose_name_plural: total}, set(), []

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Nobody writes a job by hand."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Job | None = None) -> bool:
        """The actions need the permission; the fields of one job are never for editing."""
        return obj is None and super().has_change_permission(request)

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        """With the buttons of those who may press them."""
        context |= {"may_act": self.has_change_permission(request)}
        return super().render_change_form(request, context, *args, **kwargs)

    @admin.display(description="state", ordering="state")
    def state_chip(self, job: Job) -> SafeString:
        """The state, coloured where someone should look."""
        style = CHIPS.get(Job.State(job.state), "")
        return format_html('<span class="chip {}">{}</span>', style, job.get_state_display())

    @admin.display(description="progress")
    def progress(self, job: Job) -> str:
        """How far it is, in numbers and words."""
        counted = f"{job.done} of {job.total}" if job.total else ""
        return ", ".join(filter(None, (counted, job.message))) or "–"

    @admin.display(description="attempts", ordering="attempts")
    def tries(self, job: Job) -> str:
        """Attempts so far, of those it has."""
        return f"{job.attempts} of {job.attempts_allowed}"

    @admin.action(description="Run again", permissions=["change"])
    def run_again(self, request: HttpRequest, queryset: QuerySet[Job]) -> None:
        """Queue the selection again."""
        self._tell(
            request, services.rerun(jobs=queryset), "queued again", "None of these can be run again now."
        )

    @admin.action(description="Cancel", permissions=["change"])
    def cancel(self, request: HttpRequest, queryset: QuerySet[Job]) -> None:
        """Cancel what of the selection is not over."""
        self._tell(request, services.cancel(jobs=queryset), "cancelled", "All of these had already finished.")

    def _tell(self, request: HttpRequest, count: int, done: str, nothing: str) -> None:
        if count:
            self.message_user(request, f"{count} {'job' if count == 1 else 'jobs'} {done}.", messages.SUCCESS)
        else:
            self.message_user(request, nothing, messages.WARNING)

    def act_view(self, action: Action) -> Callable[..., HttpResponse]:
        """A button on a job's page: the same as an action, for one."""

        @require_POST
        def view(request: HttpRequest, pk: int) -> HttpResponse:
            if not self.has_change_permission(request):
                raise PermissionDenied
            action(request, Job.objects.filter(pk=get_object_or_404(Job, pk=pk).pk))
            return HttpResponseRedirect(reverse("admin:jobs_job_change", args=[pk]))

        return view

    def progress_view(self, request: HttpRequest, pk: int) -> JsonResponse:
        """How far a job is, for pages that wait for it: for those who may see jobs, and who asked for this one."""
        job = get_object_or_404(Job, pk=pk)
        if not self.has_view_permission(request) and job.author_id != request.user.pk:
            raise PermissionDenied
        return JsonResponse(progress_of(job))


def progress_of(job: Job) -> dict[str, Any]:
    """A job's state as JSON: ``over`` says that polling may end."""
    return {
        "id": job.pk,
        "kind": job.kind,
        "state": job.state,
        "words": job.get_state_display(),
        "over": job.is_over,
        "done": job.done,
        "total": job.total,
        "message": job.message,
        "attempts": job.attempts,
        "error": job.error,
        "result": job.result,
    }
