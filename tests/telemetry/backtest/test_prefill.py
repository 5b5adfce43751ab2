"""A "What if" begins with the condition in force, or with the draft's where that is another."""

from django.contrib.auth.models import Permission

from tests.releases.samples import edit

PAGE = "/admin/telemetry/standing/backtest/?kpi=hrv_rmssd"


def test_it_begins_with_what_is_in_force(history, client):
    page = client.get(PAGE)
    form = page.context["form"]
    assert (form["severity"].value(), form["condition"].value()) == ("critical", "< 20")
    assert "&lt; 20</code> in force" in page.text


def test_it_begins_with_the_drafts_condition_where_that_is_another(history, client, looker):
    looker.user_permissions.add(Permission.objects.get(codename="view_kpi"))
    edit("< 22")
    page = client.get(PAGE)
    assert page.context["form"]["condition"].value() == "< 22"
    assert "<code>&lt; 20</code> in force, <code>&lt; 22</code> in the draft" in page.text
