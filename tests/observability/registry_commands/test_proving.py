"""``registry prove`` where there is nothing to prove."""

import pytest

from tests.kpis.commands import run

pytestmark = pytest.mark.usefixtures("first")


def test_a_name_with_control_signs_is_told_without_them():
    code, _, err = run("prove", "a\x1b[31m")
    assert (code, "nothing to prove" in err, "\x1b" in err) == (2, True, False)
