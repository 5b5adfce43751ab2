"""The example of the files, imported and published as release 1."""

import pytest

from releases.models import Release
from releases.services import publish
from tests.kpis.commands import EXAMPLE, run


@pytest.fixture
def first(db) -> Release:
    run("import", EXAMPLE)
    return publish(author=None, message="The first ones", accepted="Known.").release
