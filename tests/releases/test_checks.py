"""The check of a server whose setting asks for less than the database does."""

import pytest

from releases import services
from releases.checks import setting_as_stored


@pytest.mark.django_db
def test_a_weaker_setting_is_told_and_does_not_count(first, settings):
    assert setting_as_stored(None, databases=["default"]) == []
    services.require_approval(by=None)
    (found,) = setting_as_stored(None, databases=["default"])
    assert found.id == "releases.W001"
    assert setting_as_stored(None) == []
    settings.REQUIRE_APPROVAL = True
    assert setting_as_stored(None, databases=["default"]) == []
