"""From an edit to what an agent gets, and back, in a real browser and over plain HTTP."""

import json
from dataclasses import dataclass
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest
from playwright.sync_api import Page, expect

from bindings.identities import identity_of
from bindings.models import ApiToken
from releases.models import Approval, Channel, Release
from tests.bindings.admin.conftest import make_neuros
from tests.browser.conftest import PHONE, condition, form_of, runs_over, save
from tests.browser.test_look import too_faint
from tests.releases.samples import edit, publish

pytestmark = pytest.mark.browser
PUBLISH, RELEASES, CHANNELS = (
    "/admin/releases/release/publish/",
    "/admin/releases/release/",
    "/admin/releases/channel/",
)


@dataclass
class Answer:
    status: int
    etag: str
    release: str
    body: bytes

    @property
    def worst(self) -> str:
        """The critical condition in it."""
        (binding,) = json.loads(self.body)["bindings"]
        return str(binding["definition"]["thresholds"][0]["condition"])


@dataclass
class Agent:
    """What an agent does: ask, with the ETag of what it has."""

    address: str
    secret: str

    def poll(self, etag: str = "") -> Answer:
        headers = {"Authorization": f"Bearer {self.secret}"} | ({"If-None-Match": etag} if etag else {})
        try:
            with urlopen(Request(self.address, headers=headers), timeout=10) as answer:  # noqa: S310 - our own server
                status, found, body = answer.status, answer.headers, answer.read()
        except HTTPError as refused:
            status, found, body = refused.code, refused.headers, refused.read()
        return Answer(status, found["ETag"], found["Auren-Release"], body)


@pytest.fixture
def neuros(hrv):
    """NEUROS watches hrv_rmssd; both are release 1 in production."""
    Channel.objects.get_or_create(name="production")
    neuros = make_neuros()
    publish(message="As first agreed on")
    return neuros


@pytest.fixture
def agent(neuros, live_server) -> Agent:
    token = ApiToken(name="neuros-test", agent=identity_of(neuros), scopes=["bindings:read"])
    secret = token.new_secret()
    token.save()
    return Agent(f"{live_server.url}/api/v1/agents/NEUROS/bindings", secret)


def publish_as_shown(page: Page, message: str, verb: str = "Publish") -> None:
    page.get_by_label("What changed, and why").fill(message)
    page.get_by_role("button", name=f"{verb} release 2").click()
    expect(page.get_by_role("heading", name="Release 2", exact=True)).to_be_visible()


def test_an_edit_is_published_reaches_the_agent_and_is_rolled_back(office, ines, hrv, agent):
    first = agent.poll()
    assert (first.status, first.release, first.worst) == (200, "1", "< 20")
    page = office.window(ines)
    page.goto(form_of(hrv))
    condition(page, "critical").fill("< 25")
    save(page)
    assert agent.poll().body == first.body  # nobody gets what is only edited

    page.get_by_role("navigation", name="Main").get_by_role("link", name="Publish").click()
    expect(page.get_by_text("20 to below 25 ms was warning and becomes critical.")).to_be_visible()
    expect(page.get_by_text("Critical: < 20 → < 25 ms")).to_be_visible()
    expect(page.get_by_role("img", name="Before: Normal 30 to 100 ms")).to_be_visible()
    publish_as_shown(page, "People feel it from 25 ms")
    expect(page.get_by_role("status")).to_contain_text("Release 2 is published")

    second = agent.poll()
    assert (second.status, second.release, second.worst) == (200, "2", "< 25")
    again = agent.poll(second.etag)
    assert (again.status, again.etag, again.body) == (304, second.etag, b"")
    assert agent.poll(first.etag).status == 200

    page.goto(RELEASES)
    page.get_by_role("link", name="Roll back… to release 1").click()
    expect(page.get_by_text("20 to below 25 ms was critical and becomes warning.")).to_be_visible()
    page.get_by_label("Why").fill("Too many alarms")
    page.get_by_role("button", name="Roll production back to release 1").click()
    expect(page.get_by_role("status")).to_contain_text("Production is on release 1 now")
    back = agent.poll()
    assert (back.status, back.release, back.body, back.etag) == (200, "1", first.body, first.etag)
    assert agent.poll(first.etag).status == 304


def test_a_release_is_brought_back_into_what_is_edited(office, ines, neuros):
    edit("< 25")
    page = office.window(ines)
    page.goto(f"{RELEASES}1/")
    page.get_by_role("link", name="Bring it back into the working copy…").click()
    expect(page.get_by_text("Critical: < 25 → < 20 ms")).to_be_visible()
    page.get_by_role("button", name="Bring release 1 back").click()
    expect(page.get_by_role("status")).to_contain_text("Everything is as it was in release 1")
    page.goto(PUBLISH)
    expect(page.get_by_role("heading", name="Nothing to publish")).to_be_visible()


def test_any_two_are_compared(office, ines, neuros):
    edit("< 25")
    publish()
    page = office.window(ines)
    page.goto(RELEASES)
    page.get_by_role("link", name="Compare").click()
    page.get_by_label("Before").select_option("release:1")
    page.get_by_label("After").select_option("channel:production")
    page.get_by_role("button", name="Compare").click()
    expect(page.get_by_text("from release 1 to production (release 2)")).to_be_visible()
    expect(page.get_by_text("Critical: < 20 → < 25 ms")).to_be_visible()
    page.get_by_role("link", name="Swap").click()
    expect(page.get_by_text("Critical: < 25 → < 20 ms")).to_be_visible()


def test_a_second_person_approves(office, ines, tomas, agent, settings):
    settings.REQUIRE_APPROVAL = True
    edit("< 25")
    page = office.window(ines)
    page.goto(PUBLISH)
    publish_as_shown(page, "People feel it from 25 ms", "Propose")
    expect(page.get_by_text("so someone else has to approve it.")).to_be_visible()
    expect(page.get_by_label("Approve it")).to_have_count(0)
    assert agent.poll().release == "1"

    other = office.window(tomas)
    other.goto(f"{RELEASES}2/")
    other.get_by_label("Approve it").check()
    other.get_by_label("Note").fill("As in the two studies")
    other.get_by_role("button", name="Record it").click()
    expect(other.get_by_role("status")).to_contain_text("You approved release 2.")
    assert Approval.objects.get().person == tomas
    assert agent.poll().release == "1"  # approved is not published yet
    other.get_by_role("link", name="Publish it to production…").click()
    other.get_by_role("button", name="Move production to release 2").click()
    expect(other.get_by_role("status")).to_contain_text("Production is on release 2 now")
    assert agent.poll().release == "2"


def test_warnings_ask_for_a_reason_once_they_are_ticked(office, ines, neuros, hrv):
    hrv.thresholds.filter(severity="warning").update(action="")
    page = office.window(ines)
    page.goto(PUBLISH)
    reason = page.get_by_label("Why the warnings may stay")
    expect(reason).to_be_hidden()
    page.get_by_label("Publish despite the rules’ warnings").check()
    reason.fill("Decided on 3 May")
    publish_as_shown(page, "Without an action for now")
    expect(page.get_by_text("“Decided on 3 May”")).to_be_visible()


def test_it_is_published_once_however_often_one_clicks(office, ines, neuros):
    edit("< 25")
    page = office.window(ines)
    page.goto(PUBLISH)
    page.get_by_label("What changed, and why").fill("Once")
    page.get_by_role("button", name="Publish release 2").dblclick()
    expect(page.get_by_role("heading", name="Release 2", exact=True)).to_be_visible()
    assert Release.objects.count() == 2


def test_it_works_without_scripts(office, ines, neuros):
    edit("< 25")
    page = office.window(ines, java_script_enabled=False)
    page.goto(PUBLISH)
    publish_as_shown(page, "Without scripts")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_page_can_be_read_and_fits_a_phone(office, ines, neuros, scheme):
    page = office.window(ines, color_scheme=scheme, viewport=PHONE)

    def look(*paths: str) -> None:
        for path in paths:
            page.goto(path)
            assert too_faint(page) == [], path
            assert not runs_over(page), path

    look(PUBLISH)  # nothing to publish
    edit("< 25")
    look(PUBLISH, f"{RELEASES}compare/")
    publish(message="w" * 400)
    Channel.objects.create(name="staging", is_protected=True)
    look(
        RELEASES, f"{RELEASES}1/", f"{RELEASES}2/", f"{RELEASES}1/restore/", CHANNELS, f"{CHANNELS}moves/",
        f"{CHANNELS}production/move/?release=1", f"{CHANNELS}staging/move/?release=2&from=production",
        f"{CHANNELS}add/", f"{CHANNELS}{Channel.objects.get(name='staging').pk}/change/",
    )  # fmt: skip
