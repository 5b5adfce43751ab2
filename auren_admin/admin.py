"""People and groups, by Django's own pages, which lose nobody's change either."""

from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.auth.admin import GroupAdmin, UserAdmin
from django.contrib.auth.models import Group, User
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path, reverse

from kpis.admin.bulk import BulkAdmin
from kpis.admin.locked import MANY, named
from kpis.admin.optimistic import OptimisticAdmin
from kpis.locking import transaction_alone

admin.site.unregister((User, Group))


@admin.register(User)
class PersonAdmin(OptimisticAdmin[User], BulkAdmin[User], UserAdmin[User]):
    """People and what they may do. Whoever leaves is deactivated as a rule; history keeps their name either way."""

    lock = staticmethod(transaction_alone)
    is_whole = True  # what goes with an account is not offered beside it; what its person did is kept by name
    bulk_delete = "user.delete"
    actions = ("deactivate",)

    def get_urls(self) -> list[URLPattern]:
        """The button of the page that deletes."""
        view = self.admin_site.admin_view(self.deactivate_view)
        return [path("<row:pk>/deactivate/", view, name="auth_user_deactivate"), *super().get_urls()]

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        """Deleting is offered last."""
        actions: dict[str, Any] = super().get_actions(request)
        if deleting := actions.pop("delete_selected", None):
            actions["delete_selected"] = deleting
        return actions

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> Any:
        """The accounts. What they did stays, and is not listed line by line."""
        going, counts, lacking, protected = super().get_deleted_objects(objs, request)
        if len(objs) > MANY:
            return going, counts, lacking, protected
        counts = {self.opts.verbose_name_plural: counts.get(self.opts.verbose_name_plural, len(objs))}
        return [str(person) for person in objs], counts, lacking, protected

    def deactivate_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Deactivate one account, instead of deleting it."""
        person = get_object_or_404(User, pk=pk)
        if not self.has_change_permission(request, person):
            raise PermissionDenied
        if request.method == "POST":
            self.deactivate(request, User.objects.filter(pk=pk))
        return HttpResponseRedirect(reverse("admin:auth_user_change", args=[pk]))

    @admin.action(description="Deactivate", permissions=["change"])
    def deactivate(self, request: HttpRequest, queryset: QuerySet[User]) -> None:
        """Let these people in no more, and keep their accounts; nobody shuts themselves out."""
        with transaction_alone():
            own: Any = request.user.pk
            people = list(queryset.filter(is_active=True).exclude(pk=own))
            User.objects.filter(pk__in=[person.pk for person in people]).update(is_active=False)
            LogEntry.objects.log_actions(own, people, CHANGE, "Deactivated.")
        if people:
            names = named([person.get_username() for person in people])
            messages.success(request, f"Deactivated: {names}. Nobody signs in with that account any more.")
        else:
            messages.warning(
                request, "Nobody was deactivated: your own account stays, and the others were not active."
            )


@admin.register(Group)
class PeopleAdmin(OptimisticAdmin[Group], GroupAdmin):
    """Groups and what their people may do."""

    lock = staticmethod(transaction_alone)
    is_whole = True
