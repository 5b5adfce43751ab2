"""Who may change what, at which door: every change, every door, every role. Who may not leaves every row as it was.

CI runs this file on SQLite and on PostgreSQL.
"""

import logging
import re

import pytest
from django.core.cache import cache
from django.db import transaction

from tests.walk import api, at_api, at_page, is_refused, pages
from tests.world import PEOPLE, ROLES, make_world, state

pytestmark = [pytest.mark.door, pytest.mark.slow]
DOORS = {"page": (pages, at_page, ("anonymous", *PEOPLE, "system")), "API": (api, at_api, ROLES)}


@pytest.fixture
def quiet():
    """Hundreds of refusals need not be told, each with its traceback."""
    logging.disable(logging.ERROR)
    yield
    logging.disable(logging.NOTSET)


def errors_in(answer):
    """What a page or a problem says is wrong."""
    return (
        re.findall(r'class="error(?:list|note)[^>]*>(.*?)</', answer.content.decode(), re.S)
        or answer.content[:300]
    )


def walked(changes, ask, roles, world):
    """What went otherwise than the table says."""
    before = state()
    for change in changes:
        for role in roles:
            cache.clear()
            with transaction.atomic():
                answer = ask(world.clients[role], change, role)
                changed = state() != before
                transaction.set_rollback(True)
            said = f"{role}: {change.name}: {answer.status_code}, {'changed' if changed else 'unchanged'}"
            if role not in change.may and (changed or not (change.quietly or is_refused(answer))):
                yield f"MAY NOT {said}"
            elif role in change.may and (is_refused(answer) or (change.sure and not changed)):
                yield f"MAY {said} {errors_in(answer)}"


@pytest.mark.parametrize("approval", [True, False], ids=["four eyes", "one is enough"])
@pytest.mark.parametrize("door", DOORS)
def test_everybody_changes_what_they_may_and_nothing_else(db, settings, quiet, door, approval):
    settings.REQUIRE_APPROVAL = approval
    world = make_world()
    changes, ask, roles = DOORS[door]
    found = list(
        changes(world, everything=not approval)
    )  # the setting is read where releases are, and nowhere else
    assert not "\n".join(walked(found, ask, roles, world))
