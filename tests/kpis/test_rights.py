"""Permissions in words."""

import pytest

from kpis.rights import Lacking, in_words, lacking, require_all


def test_permissions_are_said_by_what_they_are_about():
    assert (
        in_words(["kpis.add_unit", "kpis.change_unit", "kpis.delete_kpi"])
        == "add and change units, delete KPIs"
    )


def test_what_is_lacking_is_told_once(viewer, stranger, admin_user):
    wanted = ["kpis.view_kpi", "kpis.change_kpi", "kpis.change_kpi"]
    assert lacking(viewer, wanted) == ("kpis.change_kpi",)
    assert lacking(admin_user, wanted) == ()
    assert lacking(None, wanted) == ("kpis.view_kpi", "kpis.change_kpi")


def test_nobody_is_the_system_itself_which_may(viewer):
    require_all(None, ["kpis.change_kpi"], doing="This")
    with pytest.raises(Lacking, match="This would change KPIs, which you may not"):
        require_all(viewer, ["kpis.change_kpi"], doing="This")
