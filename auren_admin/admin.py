"""People and groups, by Django's own pages, which lose nobody's change either."""

from django.contrib import admin
from django.contrib.auth.admin import GroupAdmin, UserAdmin
from django.contrib.auth.models import Group, User

from kpis.admin.optimistic import OptimisticAdmin
from kpis.locking import transaction_alone

admin.site.unregister((User, Group))


@admin.register(User)
class PersonAdmin(OptimisticAdmin[User], UserAdmin[User]):
    """People and what they may do."""

    lock = staticmethod(transaction_alone)


@admin.register(Group)
class PeopleAdmin(OptimisticAdmin[Group], GroupAdmin):
    """Groups and what their people may do."""

    lock = staticmethod(transaction_alone)
