"""Pages of the admin that change things: their lock is taken before anything is read or judged."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from functools import wraps
from hashlib import sha256
from typing import Any, ClassVar, Generic, TypeVar, cast

from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.contrib.admin.utils import unquote
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse

from kpis.admin.log import log_context
from kpis.locking import working_copy_lock

M = TypeVar("M", bound=Model)
View = TypeVar("View", bound=Callable[..., HttpResponse])
ACROSS = "select_across"
"""The input of a list that says: all there are, not only those that are ticked."""
MANY, LISTED, NAMED = 500, 100, 20
"""Of more rows than this the page that deletes names only some; so does the message of what was done."""
HELD = "lock_is_held"
"""What a request has while its lock is held: a view that is locked may call another one, which need not lock again."""
SEEN = "seen"
"""The input of a page that deletes: what its person saw."""


def locked(view: View) -> View:
    """Have a POST to a model admin's view hold its lock from the beginning; a GET needs none."""

    @wraps(view)
    def held(model_admin: Any, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        if request.method != "POST" or hasattr(request, HELD):
            return view(model_admin, request, *args, **kwargs)
        with model_admin.lock():
            setattr(request, HELD, True)
            try:
                return view(model_admin, request, *args, **kwargs)
            finally:
                delattr(request, HELD)

    return cast(View, held)


def named(names: Sequence[str]) -> str:
    """Some by name, and how many there are beside those."""
    more = f" and {len(names) - NAMED:,} more" if len(names) > NAMED else ""
    return ", ".join(names[:NAMED]) + more


class LockedAdmin(admin.ModelAdmin[M], Generic[M]):
    """Saves and deletes under a lock, and deletes only what is as the person saw it."""

    lock: ClassVar[Callable[[], AbstractContextManager[None]]] = staticmethod(working_copy_lock)
    """The transaction of a change with its lock: that of the working copy, unless it is about something else."""

    is_whole: ClassVar[bool] = False
    """Whether rows that go with it are parts of it, as a KPI's thresholds are: who may delete it may delete them, as by
    the API and by an import."""

    def version(self, request: HttpRequest, obj: M) -> str:
        """What changes whenever the object does, as this person sees it."""
        return str(obj.revision)  # type: ignore[attr-defined]  # a model without one says otherwise

    @locked
    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: Any = None,
    ) -> HttpResponse:
        """The form, judged and saved while nobody else can change what it is judged by."""
        # Django's own method only puts a transaction around this one: the lock is one.
        answer: HttpResponse = self._changeform_view(request, object_id, form_url, extra_context)  # type: ignore[attr-defined]  # not in the stubs
        return answer

    @locked
    def delete_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> HttpResponse:
        """Ask, and delete; ask again where it was changed in between."""
        obj = self.get_object(request, object_id)
        if obj is None or not self.has_delete_permission(request, obj):
            return super().delete_view(request, object_id, extra_context)
        version = self.version(request, obj)
        if request.method == "POST" and request.POST.get(SEEN) != version:
            messages.warning(request, f"{obj} was changed since you looked at it. Delete it as it is now?")
            return HttpResponseRedirect(request.get_full_path())
        return super().delete_view(request, object_id, {**(extra_context or {}), SEEN: version})

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        """The list. Of its actions, deleting is locked here; those of ours lock what they change themselves."""
        if request.POST.get("action") == "delete_selected":
            return self.deleting_view(request, extra_context)
        return super().changelist_view(request, extra_context)

    @locked
    def deleting_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        """What is to be deleted from the list is shown first, and still has to be that afterwards."""
        data = request.POST
        if "post" in data:
            rows = self.chosen(request)
            if self.digest(request, rows) != data.get(SEEN):
                again = data.copy()
                del again["post"]  # as if it had not been confirmed yet
                request.POST = again  # type: ignore[assignment]  # it is only read
                messages.warning(request, "Something was changed since you looked. Delete it as it is now?")
            elif self.has_delete_permission(request) and (answer := self.delete_many(request, rows)):
                return answer
        response = super().changelist_view(request, extra_context)
        if isinstance(response, TemplateResponse) and "deletable_objects" in (response.context_data or {}):
            response.context_data[SEEN] = self.digest(request, response.context_data["queryset"])  # type: ignore[index]
        return response

    def delete_many(self, request: HttpRequest, rows: QuerySet[M]) -> HttpResponse | None:
        """The answer to a person who confirmed that these rows are to go; None where Django deletes them."""
        return None

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> Any:
        """What would go, and for what of it this person lacks the permission."""
        total = objs.count() if isinstance(objs, QuerySet) else len(objs)
        if self.is_whole and total > MANY:  # whoever still uses one is found out later, part by part
            may = self.has_delete_permission(request)
            names = [str(obj) for obj in objs[:LISTED]]
            count = {self.opts.verbose_name_plural: total}
            return names, count, set() if may else {self.opts.verbose_name}, []
        going, counts, lacking, protected = super().get_deleted_objects(objs, request)
        if self.is_whole:
            lacking &= {self.opts.verbose_name}
        return going, counts, lacking, protected

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Who did what, also under accounts that are gone."""
        lines = log_context(self, request, self.model, unquote(object_id))
        return super().history_view(request, object_id, lines | (extra_context or {}))

    def chosen(self, request: HttpRequest) -> QuerySet[M]:
        """What is ticked: some rows, or all that the list has."""
        if request.POST.get(ACROSS) == "1":
            return self.get_changelist_instance(request).get_queryset(request)
        ticked = [key for key in request.POST.getlist(ACTION_CHECKBOX_NAME) if key.isdecimal()]
        return self.get_queryset(request).filter(pk__in=ticked)

    def digest(self, request: HttpRequest, rows: QuerySet[M]) -> str:
        """What changes whenever one of the rows does, or another one is among them; of very many, by their columns."""
        count = rows.count()
        if count > MANY:
            found: list[Any] = list(
                self.model._default_manager.filter(pk__in=rows.values("pk")).values_list()
            )
        else:
            found = [f"{obj.pk}:{self.version(request, obj)}" for obj in rows]
        return sha256(repr(sorted(found, key=str)).encode()).hexdigest()[:20]
