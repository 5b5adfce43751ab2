"""Import in the browser: upload, look at the plan and the findings, apply."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.admin import ModelAdmin
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import reverse

from kpis.importing import (
    Action,
    Conflicts,
    Draft,
    ImportRefused,
    Plan,
    apply_import,
    missing_units,
    objection,
    permissions_for,
    read_draft,
    tell_imported,
)
from kpis.locking import working_copy_lock
from kpis.models import KPI, Unit, Upload
from kpis.rights import Lacking, in_words, lacking, require_all

View = Callable[..., HttpResponse]


class FilesInput(forms.ClearableFileInput):
    """An input for several files."""

    allow_multiple_selected = True


class FilesField(forms.FileField):
    """One file or several."""

    widget = FilesInput

    def clean(self, data: Any, initial: Any = None) -> list[UploadedFile]:
        """Every file on its own. Raises ValidationError."""
        files = data if isinstance(data, list) and data else [data or None]
        return [super(FilesField, self).clean(file, initial) for file in files]


class UploadForm(forms.Form):
    """Which files to import."""

    chosen = FilesField(
        widget=FilesInput(attrs={"accept": ".yaml,.yml", "multiple": True}),
        label="YAML files",
        help_text="A KPI registry, agents’ bindings and the roster: all of them together, or one alone.",
        error_messages={"required": "Choose at least one YAML file.", "empty": "This file is empty."},
    )


def upload_view(model_admin: ModelAdmin[KPI]) -> View:
    """Ask for files, read them, and go on to the plan; what cannot be read is said here."""

    def view(request: HttpRequest) -> HttpResponse:
        author = require_import(model_admin, request)
        form = UploadForm(request.POST or None, request.FILES or None)
        draft = None
        if request.method == "POST" and form.is_valid():
            contents = {name_of(file): file.read() for file in form.cleaned_data["chosen"]}
            try:
                draft = read_draft(contents)
            except ImportRefused as refusal:
                form.add_error("chosen", str(refusal))
            if draft and draft.plan is not None:
                Upload.forget_old()
                texts = {name: data.decode("utf-8-sig") for name, data in contents.items()}
                upload = Upload.objects.create(author=author, files=texts)
                return HttpResponseRedirect(reverse("admin:kpis_kpi_import_plan", args=[upload.pk]))
        context = page_context(model_admin, request, "Import a registry") | {"form": form, "draft": draft}
        refused = request.method == "POST"
        return TemplateResponse(
            request, "admin/kpis/kpi/import_upload.html", context, status=422 if refused else 200
        )

    return view


def plan_view(model_admin: ModelAdmin[KPI]) -> View:
    """The plan of an upload; on POST, add a missing unit or apply it."""

    def view(request: HttpRequest, pk: int) -> HttpResponse:
        author = require_import(model_admin, request)
        upload = get_object_or_404(Upload, pk=pk, author=author)
        if request.method == "POST" and "add_unit" in request.POST:
            with working_copy_lock():
                add_unit(request, upload, request.POST["add_unit"])
            return HttpResponseRedirect(request.path)
        prune = "prune" in (request.POST if request.method == "POST" else request.GET)
        draft = read_upload(upload, prune=prune)
        refusal, status = "", 422
        if request.method == "POST":
            try:
                refusal = apply(request, draft)
            except Lacking as lacks:
                refusal, status = str(lacks), 403
            if not refusal:
                upload.delete()
                return HttpResponseRedirect(reverse("admin:kpis_kpi_changelist"))
            draft = read_upload(upload, prune=prune)
        context = page_context(model_admin, request, "What this import would do") | {
            "upload": upload,
            "draft": draft,
            "plan": draft.plan,
            "counts": [(str(action), count) for action, count in draft.plan.counts.items()]
            if draft.plan
            else [],
            "missing_units": missing_units(draft.registry) if draft.registry else [],
            "can_add_unit": request.user.has_perm("kpis.add_unit"),
            "prune": prune,
            "refusal": refusal,
            "lacking": "" if refusal or not draft.plan else lacking_words(request, draft.plan),
        }
        return TemplateResponse(
            request, "admin/kpis/kpi/import_plan.html", context, status=status if refusal else 200
        )

    return view


def lacking_words(request: HttpRequest, plan: Plan) -> str:
    """What the plan would do and this person may not, to be said before they try."""
    return in_words(lacking(request.user, permissions_for(plan)))


def require_import(model_admin: ModelAdmin[KPI], request: HttpRequest) -> User:
    """The person, who may create, change and delete: an import may do all of it. Raises PermissionDenied."""
    checks = (
        model_admin.has_add_permission,
        model_admin.has_change_permission,
        model_admin.has_delete_permission,
    )
    if not all(check(request) for check in checks):
        raise PermissionDenied
    assert isinstance(request.user, User)  # noqa: S101 - nobody else has these permissions
    return request.user


def name_of(file: UploadedFile) -> str:
    """The file's name as it is shown; Django has cut any directory off."""
    return file.name or "upload.yaml"


def read_upload(upload: Upload, *, prune: bool) -> Draft:
    """The plan of stored files."""
    return read_draft({name: text.encode() for name, text in upload.files.items()}, prune=prune)


def add_unit(request: HttpRequest, upload: Upload, code: str) -> None:
    """Add one of the units that the files need and the registry lacks."""
    if not request.user.has_perm("kpis.add_unit"):
        raise PermissionDenied
    draft = read_upload(upload, prune=False)
    for spec in missing_units(draft.registry) if draft.registry else []:
        if spec.code == code:
            unit = Unit.of_spec(spec)
            unit.full_clean()
            unit.save()
            messages.success(
                request, f"Added the unit {unit}. Its symbol and names can be changed under Units."
            )


def apply(request: HttpRequest, draft: Draft) -> str:
    """Apply what was on the screen; return what stands in the way, or nothing.

    Raises Lacking where the person may not do by hand all that the plan does.
    """
    if draft.plan is None:
        return "There is nothing to apply: nothing in the files could be read."
    if request.POST.get("digest") != draft.plan.digest:
        return "The registry was changed while you were looking. This is the plan as it is now."
    if refusal := objection(draft, with_errors="with_errors" in request.POST, prune="prune" in request.POST):
        return refusal
    choice = request.POST.get("conflicts", Conflicts.REFUSE)
    conflicts = Conflicts(choice) if choice in set(Conflicts) else Conflicts.REFUSE
    require_all(request.user, permissions_for(draft.plan, conflicts), doing="This import")
    try:
        done = apply_import(
            draft.plan, author=request.user, conflicts=conflicts, reason=request.POST.get("reason", "")[:500]
        )
    except ImportRefused as refused:
        return str(refused)
    if not draft.plan.changes_nothing:
        tell_imported(author=request.user)
    words = {
        Action.CREATE: "created",
        Action.CHANGE: "changed",
        Action.DELETE: "deleted",
        Action.UNCHANGED: "unchanged",
    }
    told = ", ".join(f"{done[action]} {word}" for action, word in words.items() if done[action])
    messages.success(request, f"Imported: {told or 'nothing to do'}.")
    return ""


def page_context(model_admin: ModelAdmin[KPI], request: HttpRequest, title: str) -> dict[str, Any]:
    """What every admin page is given."""
    return model_admin.admin_site.each_context(request) | {"title": title, "opts": model_admin.opts}
