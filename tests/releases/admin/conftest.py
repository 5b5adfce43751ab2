"""People in the admin who publish, look, and have no business here."""

import pytest
from django.contrib.auth.models import Group, Permission, User
from django.test import Client

from tests.conftest import signed_in
from tests.releases.samples import person

PUBLISH = "/admin/releases/release/publish/"
RELEASES = "/admin/releases/release/"
CHANNELS = "/admin/releases/channel/"


def may(user: User, *apps: str) -> User:
    """Give somebody every permission of these apps."""
    user.user_permissions.add(*Permission.objects.filter(content_type__app_label__in=apps))
    return user


@pytest.fixture
def publisher(db) -> User:
    """Of the group that the migrations make."""
    user = person("publisher", first_name="Pia", last_name="Publisher")
    user.groups.add(Group.objects.get(name="publisher"))
    return may(user, "releases")


@pytest.fixture
def publisher_client(publisher) -> Client:
    return signed_in(publisher)


@pytest.fixture
def looker_client(db) -> Client:
    """Signed in as someone who may see releases and channels."""
    user = person("looker")
    seeing = Permission.objects.filter(content_type__app_label="releases", codename__startswith="view_")
    user.user_permissions.set(seeing)
    return signed_in(user)


def form_of(page, **fields: str) -> dict[str, str]:
    """What a browser posts for the form of a Publish page, or any other with hidden inputs."""
    hidden = {}
    for part in page.text.split('<input type="hidden" name="')[1:]:
        name, _, rest = part.partition('"')
        hidden[name] = rest.partition('value="')[2].partition('"')[0]
    hidden.pop("csrfmiddlewaretoken", None)
    return hidden | fields
