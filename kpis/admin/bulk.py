"""Actions on what is ticked, however much that is: at once, or by a job whose page tells how far it is."""

from __future__ import annotations

from typing import Any, Generic

from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse

from jobs.models import Job
from kpis.admin.locked import LockedAdmin, M
from kpis.bulk import AT_ONCE, BULK_CHANGE, CHANGES, start


class BulkAdmin(LockedAdmin[M], Generic[M]):
    """A list whose actions change any number of rows; deleting is one of them."""

    bulk_delete: str
    """What deleting is called in :data:`kpis.bulk.CHANGES`."""

    def get_urls(self) -> list[URLPattern]:
        """The page of a job."""
        view = self.admin_site.admin_view(self.bulk_view)
        return [path("bulk/<row:pk>/", view, name=self._bulk_name()), *super().get_urls()]

    def _bulk_name(self) -> str:
        return f"{self.opts.app_label}_{self.opts.model_name}_bulk"

    def in_background(self, request: HttpRequest, name: str, rows: QuerySet[Any]) -> HttpResponse | None:
        """The way to the job that changes these rows; None where they are few enough to be changed at once."""
        ids = list(rows.order_by("pk").values_list("pk", flat=True))
        if len(ids) <= AT_ONCE:
            return None
        assert isinstance(request.user, User)  # noqa: S101 - nobody else has permissions
        if not request.user.has_perm(CHANGES[name].permission):
            raise PermissionDenied
        job = start(name=name, ids=ids, author=request.user)
        return HttpResponseRedirect(reverse(f"admin:{self._bulk_name()}", args=[job.pk]))

    def delete_many(self, request: HttpRequest, rows: QuerySet[M]) -> HttpResponse | None:
        """By a job, where they are many."""
        return self.in_background(request, self.bulk_delete, rows)

    def bulk_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """How far a job is, or what it did: for whoever asked, and those who may see jobs."""
        job = get_object_or_404(Job, pk=pk, kind=BULK_CHANGE)
        if job.author_id != request.user.pk and not request.user.has_perm("jobs.view_job"):
            raise PermissionDenied
        context = self.admin_site.each_context(request) | {
            "title": "Many at once",
            "opts": self.opts,
            "job": job,
            "bulk": CHANGES.get(job.payload.get("name", "")),
            "total": len(job.payload.get("ids", ())),
            "is_open": job.state in (Job.State.QUEUED, Job.State.RUNNING, Job.State.FAILED),
        }
        return TemplateResponse(request, "admin/kpis/bulk.html", context)
