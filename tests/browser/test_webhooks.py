"""A webhook in a real browser: made, its secret copied, tested, its message read; at a desk and on a phone."""

import re
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_network

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import PHONE, runs_over
from tests.releases.webhooks.conftest import run_now

pytestmark = pytest.mark.browser


@pytest.fixture
def receiver(settings):
    settings.WEBHOOK_ALLOW = [ip_network("127.0.0.0/8")]

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            self.rfile.read(int(self.headers["Content-Length"]))
            self.send_response(500 if "broken" in self.path else 200)
            self.end_headers()
            self.wfile.write(b"thank you")

        def log_message(self, *args):
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def add(page, url):
    page.goto("/admin/releases/webhook/add/")
    page.get_by_label("Name").fill("deploy-bot")
    page.get_by_label("Address").fill(url)
    page.get_by_label("a channel went to another release").check()
    page.get_by_role("button", name="Save", exact=True).click()


def test_a_webhook_is_made_and_tested(office, ines, receiver):
    page = office.window(ines)
    page.goto("/admin/releases/webhook/")
    expect(page.get_by_role("heading", name="No webhooks yet")).to_be_visible()
    add(page, "https://169.254.169.254/")
    expect(page.get_by_text("This is no public address.")).to_be_visible()
    add(page, f"{receiver}/hook")
    expect(page.locator("#secret")).to_have_text(re.compile(r"^whsec_[A-Za-z0-9+/]{43}=$"))
    page.get_by_role("link", name="I have it").click()
    expect(page.get_by_text("No message yet.")).to_be_visible()
    page.get_by_role("button", name="Send a test").click()
    expect(page.get_by_role("heading", name="On its way")).to_be_visible()
    run_now()
    expect(page.get_by_text("Accepted.")).to_be_visible()
    expect(page.get_by_text("thank you")).to_be_visible()
    page.get_by_role("link", name="The webhook").click()
    expect(page.get_by_role("row").filter(has_text="test")).to_contain_text("delivered")


def test_the_secret_of_a_token_is_copied_whole_and_shown_once(office, ines):
    page = office.window(ines, permissions=["clipboard-read", "clipboard-write"])
    page.goto("/admin/bindings/apitoken/add/")
    page.get_by_label("Name").fill("dashboards")
    page.locator("input[value='registry:read']").check()
    page.get_by_role("button", name="Save", exact=True).click()
    secret = page.locator("#secret")
    expect(secret).to_have_text(re.compile(r"^aur_[A-Za-z0-9]+\.[A-Za-z0-9_-]{40,}$"))
    page.get_by_role("button", name="Copy").click()
    expect(page.get_by_text("Copied.")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()") == secret.text_content()
    page.reload()
    expect(page.locator("#secret")).to_have_count(0)


def test_where_the_browser_keeps_the_clipboard_to_itself_the_secret_is_selected(office, ines, receiver):
    page = office.window(ines)
    page.add_init_script("navigator.clipboard.writeText = () => Promise.reject(new Error('no'))")
    add(page, f"{receiver}/hook")
    page.get_by_role("button", name="Copy").click()
    expect(page.get_by_text("It is selected: copy it now.")).to_be_visible()
    assert page.evaluate("getSelection().toString().trim()") == page.locator("#secret").text_content()


def test_on_a_phone_nothing_runs_over(office, ines, receiver):
    page = office.window(ines, viewport=PHONE)
    add(page, f"{receiver}/broken/{'x' * 200}")
    pages = [lambda: page.get_by_role("link", name="I have it").click()]
    pages.append(lambda: page.get_by_role("button", name="Send a test").click())
    pages.append(lambda: (run_now(), page.reload()))
    pages.append(lambda: page.goto("/admin/releases/webhook/"))
    pages.append(lambda: page.goto("/admin/releases/delivery/"))
    assert runs_over(page) == 0
    for go in pages:
        go()
        page.wait_for_load_state()
        assert runs_over(page) == 0, page.url
