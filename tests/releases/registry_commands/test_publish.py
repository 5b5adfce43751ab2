"""``registry publish``: what it shows, what it refuses, what it does."""

import pytest
from django.contrib.auth.models import User

from kpis.models import KPI
from releases.models import Channel, Release
from tests.kpis.commands import run
from tests.releases.api.conftest import production
from tests.releases.registry_commands.samples import edit

CHANGE = "behavioural  hrv_rmssd critical: < 20 → < 22 ms"


def test_it_says_what_changed_and_publishes_it(first, tmp_path):
    edit(tmp_path)
    code, out, err = run("publish", "-m", "A higher limit")
    assert (code, err) == (0, "")
    assert out.splitlines() == [CHANGE, "1 behavioural change.", "Published release 2 to production."]
    assert production() == 2
    found = Release.objects.latest("number")
    assert (found.message, found.author_name) == ("A higher limit", "command line")


def test_the_same_again_is_nothing_to_do(first):
    told = "Nothing to publish: production has all of this as release 1.\n"
    assert run("publish", "-m", "Again") == (0, told, "")
    assert Release.objects.count() == 1


def test_a_message_is_needed_but_for_a_dry_run(first, tmp_path):
    edit(tmp_path)
    assert run("publish")[0] == run("publish", "-m", "  ")[0] == 2
    code, out, _ = run("publish", "--dry-run")
    assert (code, out.splitlines()[-1]) == (0, "It would be published. Nothing was done.")
    assert Release.objects.count() == 1


def test_errors_keep_it_back(first):
    KPI.objects.filter(name="hrv_rmssd").update(prometheus_metric="auren_hrv_ms_total")
    assert run("publish", "--dry-run")[0] == 1
    code, out, err = run("publish", "-m", "Wrong", "--accept-warnings", "Known")
    assert code == 1
    assert "metric_suffix" in out
    assert "error" in err
    assert Release.objects.count() == 1


def test_warnings_want_a_reason(first):
    KPI.objects.get(name="hrv_rmssd").thresholds.filter(severity="critical").update(action="")
    code, out, err = run("publish", "-m", "No action")
    assert code == 1
    assert "action_missing" in out
    assert "--accept-warnings REASON" in err
    assert run("publish", "--dry-run", "--accept-warnings", "Being written")[0] == 0
    assert run("publish", "-m", "No action", "--accept-warnings", "Being written")[0] == 0
    assert Release.objects.latest("number").accepted == "Being written"


def test_where_approval_is_needed_it_says_what_is_waited_for(first, tmp_path, settings):
    settings.REQUIRE_APPROVAL = True
    edit(tmp_path)
    code, _, told = run("publish", "-m", "A higher limit")
    assert (code, "--as" in told) == (1, True)
    anna = User.objects.create_user("anna", first_name="Anna", last_name="Berg")
    code, out, _ = run("publish", "-m", "A higher limit", "--as", "anna")
    assert code == 0
    assert out.splitlines()[-1].startswith("Released as 2. ")
    assert "approval" in out
    found = Release.objects.latest("number")
    assert (found.author, found.author_name) == (anna, "Anna Berg")
    assert production() == 1


@pytest.mark.parametrize(
    "options", [["--channel", "nowhere"], ["--as", "nobody"], ["--channel", "\udcff"], ["--as", "\udcff"]]
)
def test_a_channel_or_person_that_is_not_there(first, options):
    assert run("publish", "-m", "x", *options)[0] == 2


@pytest.mark.parametrize("message", ["x" * 501, "\udcff", "a\u202eb"])
def test_a_message_that_cannot_be_kept_is_refused(first, tmp_path, message):
    edit(tmp_path)
    assert run("publish", "-m", message)[0] == 1
    assert Release.objects.count() == 1


def test_another_channel_goes_to_the_same_release(first):
    Channel.objects.create(name="staging")
    code, out, _ = run("publish", "-m", "For staging", "--channel", "staging")
    assert (code, out.splitlines()[-1]) == (0, "Moved staging to release 1, which has all of this.")
