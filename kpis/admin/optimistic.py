"""Forms of the admin that lose nobody's change: who saves second sees both versions, and chooses.

The page carries, signed, what it showed. When it comes back and something else is stored by then, nothing is
overwritten: a page shows what each side changed, field by field, and one button saves what comes of both. KPIs and
agents are merged as whole documents, on a page of their own (:mod:`kpis.admin.conflict`).
"""

from __future__ import annotations

from copy import copy
from hashlib import sha256
from typing import Any, Generic

from django.contrib import messages
from django.contrib.admin.models import ADDITION, LogEntry
from django.contrib.admin.utils import flatten_fieldsets, unquote
from django.contrib.auth import get_user_model
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import PermissionDenied
from django.forms import BaseForm, BaseFormSet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.crypto import get_random_string

from kpis.admin.form_merge import CHOICE, Comparison, Difference, settled
from kpis.admin.form_state import Sent, State, state_of
from kpis.admin.locked import LockedAdmin, M, locked

STATE = "form_state"
"""The input that carries what the page showed."""
SETTLED = "settled"
"""The input of the conflict page that says: choices were made."""


class OptimisticAdmin(LockedAdmin[M], Generic[M]):
    """A model whose form is compared with what is stored before it is saved."""

    def version(self, request: HttpRequest, obj: M) -> str:
        """The hash of what its form shows."""
        state = state_of(*self.unbound(request, obj))
        return sha256(repr((state.fields, state.rows)).encode()).hexdigest()[:20]

    @locked
    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """The form; a conflict page when someone else saved in between."""
        if request.method == "POST":
            key = None if object_id is None else unquote(object_id)
            answer = self.answer_if_added(request) if key is None else self.answer_if_stale(request, key)
            if answer is not None:
                return answer
        return super().changeform_view(request, object_id, form_url, extra_context)

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        """With what it shows; one that comes back with errors keeps what its person saw first.

        A form of something new carries a word of its own, by which it is known when it is sent twice.
        """
        kept = request.POST.get(STATE)
        if kwargs.get("change"):
            formsets = [inline.formset for inline in context["inline_admin_formsets"]]
            context[STATE] = kept or state_of(context["adminform"].form, formsets).signed()
        else:
            context[STATE] = kept or get_random_string(22)
        return super().render_change_form(request, context, *args, **kwargs)

    def answer_if_added(self, request: HttpRequest) -> HttpResponse | None:
        """None when the form may go on; where it was sent before, the way to what that added."""
        word = request.POST.get(STATE, "")
        if not (len(word) == 22 and word.isalnum() and word.isascii()):
            return None
        person: Any = request.user.pk
        people = get_user_model()._default_manager.select_for_update(no_key=True)
        list(people.filter(pk=person).values_list("pk"))  # one form of a person's after the other
        entry = LogEntry.objects.filter(
            user_id=person, action_flag=ADDITION, change_message__contains=f'"form": "{word}"'
        ).first()
        if entry is None:
            return None
        messages.info(request, f"This form has been sent before: {entry.object_repr} was added once.")
        return HttpResponseRedirect(entry.get_admin_url() or reverse("admin:index"))

    def log_addition(self, request: HttpRequest, obj: Any, message: Any) -> LogEntry:
        """With the word of the form that added it."""
        word = request.POST.get(STATE, "")
        if isinstance(message, list) and word:
            message = [*message, {"form": word}]
        return super().log_addition(request, obj, message)

    def answer_if_stale(self, request: HttpRequest, key: str) -> HttpResponse | None:
        """None when the form may go on; else the conflict page, or a plain answer where both say the same."""
        obj = self.get_object(request, key)
        if obj is not None:  # read again, once nobody else can change it
            list(
                self.model._default_manager.select_for_update(no_key=True).filter(pk=obj.pk).values_list("pk")
            )
            obj = self.get_object(request, key)
        if obj is None:
            return None  # Django says that it is gone
        if not self.has_change_permission(request, obj):
            raise PermissionDenied
        form, formsets = self.unbound(request, obj)
        seen, now = State.read(request.POST.get(STATE, "")), state_of(form, formsets)
        if seen and SETTLED in request.POST:
            merged = settled(request.POST, Sent.of(form, formsets, request.POST), seen)
            request.POST = merged  # type: ignore[assignment]  # a form only reads it
        if seen == now:
            return None
        mine = Sent.of(form, formsets, request.POST)
        differences = Comparison(form, formsets, seen, mine, now, request.POST).differences()
        if not differences:
            messages.info(
                request, f"{obj} is already as you wanted it: the same change has been saved before."
            )
            return HttpResponseRedirect(
                reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_changelist")
            )
        return self.conflict_page(request, obj, now, differences)

    def unbound(self, request: HttpRequest, obj: M) -> tuple[BaseForm, list[BaseFormSet[Any]]]:
        """The form and its rows as a GET would show them."""
        looked = copy(request)
        looked.method = "GET"
        fields = flatten_fieldsets(self.get_fieldsets(looked, obj))
        form = self.get_form(looked, obj, change=True, fields=fields)(instance=obj)
        formsets, _ = self._create_formsets(looked, obj, change=True)  # type: ignore[attr-defined]  # Django's own
        return form, formsets

    def conflict_page(
        self, request: HttpRequest, obj: M, now: State, differences: list[Difference]
    ) -> HttpResponse:
        """Both versions side by side, with a choice for what both changed."""
        entries = LogEntry.objects.filter(
            content_type=ContentType.objects.get_for_model(obj), object_id=str(obj.pk)
        )
        own = (STATE, SETTLED, "csrfmiddlewaretoken")
        context = self.admin_site.each_context(request) | {
            "title": "Someone else saved first",
            "opts": self.opts,
            "original": obj,
            "latest": entries.select_related("user").first(),
            "differences": differences,
            "clashes": sum(one.clashes for one in differences),
            "form_state": now.signed(),
            "choice": CHOICE,
            "posted": [
                (name, value)
                for name, values in request.POST.lists()
                for value in values
                if name not in own and not name.startswith(CHOICE)
            ],
        }
        return TemplateResponse(request, "admin/stale_form.html", context, status=409)
