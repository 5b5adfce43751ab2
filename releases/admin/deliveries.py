"""The log of messages to webhooks: what was sent, what was answered, once more at the press of a button."""

import json
from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path, reverse
from django.utils.dateparse import parse_datetime
from django.utils.safestring import SafeString
from django.views.decorators.http import require_POST

from jobs.admin_lists import OfferedFilters
from jobs.models import Job
from kpis.admin.bulk import BulkAdmin
from kpis.locking import transaction_alone
from releases.admin.webhooks import state_chip, tell_sent_again
from releases.models import Delivery
from releases.webhooks.delivering import SEND_AGAIN, send_again


@admin.register(Delivery)
class DeliveryAdmin(OfferedFilters, BulkAdmin[Delivery]):
    """Messages are written by programs: a person looks, and sends them again."""

    lock = staticmethod(transaction_alone)
    list_display = ("event", "to", "state_words", "answered", "times", "created")
    list_filter = ("state", "event", "hook")
    list_select_related = ("hook",)
    list_per_page = 50
    search_fields = ("message_id", "hook__name")
    show_full_result_count = False
    actions = ("send_all_again",)
    change_form_template = "admin/releases/webhook/delivery.html"
    change_list_template = "admin/releases/webhook/deliveries.html"
    fieldsets = ((None, {"fields": (("event", "to", "state_words"), ("message_id", "created", "finished"))}),)

    def get_urls(self) -> list[URLPattern]:
        """The button of its page."""
        view = self.admin_site.admin_view
        again = view(require_POST(self.again_view))
        return [path("<row:pk>/again/", again, name="releases_delivery_again"), *super().get_urls()]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Delivery]:
        """Without the bodies: only the page of one shows it."""
        return super().get_queryset(request).defer("body")

    def has_module_permission(self, request: HttpRequest) -> bool:
        """It is reached from its webhook, not from the navigation."""
        return False

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Nobody writes a message by hand."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Delivery | None = None) -> bool:
        """Those who may change webhooks may send again; the fields of one are never for editing."""
        return obj is None and request.user.has_perm("releases.change_webhook")

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Old ones go by themselves."""
        return False

    @admin.display(description="webhook", ordering="hook__name")
    def to(self, delivery: Delivery) -> str:
        """Whom it is for."""
        return delivery.hook.name

    @admin.display(description="state", ordering="state")
    def state_words(self, delivery: Delivery) -> SafeString:
        """Where it stands."""
        return state_chip(Delivery.State(delivery.state))

    @admin.display(description="answer")
    def answered(self, delivery: Delivery) -> str:
        """What came of the latest try."""
        last = delivery.last
        return last["error"] or str(last["status"]) if last else "–"

    @admin.display(description="tries")
    def times(self, delivery: Delivery) -> int:
        """How often it was tried."""
        return delivery.next_number - 1

    @admin.action(description="Send again", permissions=["change"])
    def send_all_again(self, request: HttpRequest, queryset: QuerySet[Delivery]) -> HttpResponse | None:
        """Send the selection once more."""
        if answer := self.in_background(request, SEND_AGAIN, queryset):
            return answer
        rows = list(queryset)
        for delivery in rows:
            send_again(delivery, author=request.user)
        tell_sent_again(request, len(rows))
        return None

    def again_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Send this one once more."""
        if not self.has_change_permission(request):
            raise PermissionDenied
        send_again(get_object_or_404(Delivery, pk=pk), author=request.user)
        tell_sent_again(request, 1)
        return HttpResponseRedirect(reverse("admin:releases_delivery_change", args=[pk]))

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        """With the message, every try, and the job that sends it."""
        delivery: Delivery = kwargs["obj"]
        job = delivery.job if delivery.state == Delivery.State.WAITING else None
        context |= {
            "message": json.dumps(json.loads(delivery.body), indent=2, ensure_ascii=False),
            "tries": [made | {"at": parse_datetime(made["at"])} for made in reversed(delivery.tries)],
            "job": job,
            "is_soon": job is not None and not job.is_over and is_soon(job),
            "may_act": self.has_change_permission(request),
        }
        return super().render_change_form(request, context, *args, **kwargs)


def is_soon(job: Job) -> bool:
    """Whether to wait for it: it runs, or may be taken now."""
    return job.state == Job.State.RUNNING or Job.objects.due().filter(pk=job.pk).exists()
