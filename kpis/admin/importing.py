"""Import in the browser: upload, look at the plan and the findings, apply."""

from collections.abc import Callable, Mapping
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.contrib.admin import ModelAdmin
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import reverse

from contracts.uploads import UploadError, files_of, yaml_files
from contracts.yamltree import YamlError, decode
from kpis.importing import (
    Action,
    Conflicts,
    Draft,
    ImportRefused,
    Plan,
    apply_import,
    objection,
    permissions_for,
    read_draft,
    tell_imported,
)
from kpis.models import KPI, Upload
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


EMPTY = {"empty": "This file is empty."}


class UploadForm(forms.Form):
    """Which files to import."""

    chosen = FilesField(
        widget=FilesInput(attrs={"accept": ".yaml,.yml,.zip", "multiple": True}),
        required=False,
        label="YAML files",
        help_text="A KPI registry, agents’ bindings, the roster and the catalogue of actions: all of them together, or "
        "one alone. A zip of the whole folder will do as well.",
        error_messages=EMPTY,
    )
    folder = FilesField(
        widget=FilesInput(attrs={"webkitdirectory": True, "multiple": True}),
        required=False,
        label="Or a whole folder",
        help_text="The folder that holds “agents”, or that folder itself. Only its YAML files are taken.",
        error_messages=EMPTY,
    )

    def clean(self) -> dict[str, Any]:
        """What was chosen, by names of its own in ``files``: the agents’ files all have the same."""
        cleaned = super().clean() or {}
        chosen = [(name_of(file), file.read()) for file in cleaned.get("chosen") or () if file]
        folder = [(name_of(file), file.read()) for file in cleaned.get("folder") or () if file]
        if not self.errors and not (chosen or folder):
            raise forms.ValidationError({"chosen": "Choose at least one YAML file."})
        try:
            cleaned["files"] = files_of([*chosen, *yaml_files(folder)], max_bytes=settings.IMPORT_MAX_BYTES)
        except UploadError as refused:
            raise forms.ValidationError({"chosen": str(refused)}) from refused
        if not self.errors and not cleaned["files"]:
            raise forms.ValidationError({"folder": "This folder holds no YAML file."})
        return cleaned


def upload_view(model_admin: ModelAdmin[KPI]) -> View:
    """Ask for files, read them, and go on to the plan; what cannot be read is said here."""

    def view(request: HttpRequest) -> HttpResponse:
        author = require_import(model_admin, request)
        form = UploadForm(request.POST, request.FILES) if request.method == "POST" else UploadForm()
        draft = None
        if form.is_valid():
            contents = form.cleaned_data["files"]
            try:
                draft = read_draft(contents, max_bytes=settings.IMPORT_MAX_BYTES)
                if draft.plan is not None:
                    Upload.forget_old()
                    upload = Upload.objects.create(author=author, files=texts_of(contents))
                    return HttpResponseRedirect(reverse("admin:kpis_kpi_import_plan", args=[upload.pk]))
            except (ImportRefused, UploadError) as refusal:
                form.add_error("chosen", str(refusal))
        context = page_context(model_admin, request, "Import a registry") | {"form": form, "draft": draft}
        refused = request.method == "POST"
        return TemplateResponse(
            request, "admin/kpis/kpi/import_upload.html", context, status=422 if refused else 200
        )

    return view


def plan_view(model_admin: ModelAdmin[KPI]) -> View:
    """The plan of an upload; on POST, apply it."""

    def view(request: HttpRequest, pk: int) -> HttpResponse:
        author = require_import(model_admin, request)
        upload = get_object_or_404(Upload, pk=pk, author=author)
        asked = request.POST if request.method == "POST" else request.GET
        prune, add_units = "prune" in asked, "add_units" in asked
        draft = read_upload(upload, prune=prune, add_units=add_units)
        refusal, status = "", 422
        if request.method == "POST":
            try:
                refusal = apply(request, draft)
            except Lacking as lacks:
                refusal, status = str(lacks), 403
            if not refusal:
                upload.delete()
                return HttpResponseRedirect(reverse("admin:kpis_kpi_changelist"))
            draft = read_upload(upload, prune=prune, add_units=add_units)
        context = page_context(model_admin, request, "What this import would do") | {
            "upload": upload,
            "draft": draft,
            "plan": draft.plan,
            "counts": [(str(action), count) for action, count in draft.plan.counts.items()]
            if draft.plan
            else [],
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


def texts_of(contents: Mapping[str, bytes]) -> dict[str, str]:
    """The files as text, to be kept until they are applied. Raises UploadError for one that is none."""
    texts = {}
    for name, data in contents.items():
        try:
            texts[name] = decode(data, settings.IMPORT_MAX_BYTES)
        except YamlError as error:
            raise UploadError(f"{name} cannot be read. {error.message} {error.hint}") from None
    return texts


def read_upload(upload: Upload, *, prune: bool, add_units: bool) -> Draft:
    """The plan of stored files."""
    contents = {name: text.encode() for name, text in upload.files.items()}
    return read_draft(contents, prune=prune, add_units=add_units, max_bytes=settings.IMPORT_MAX_BYTES)


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
