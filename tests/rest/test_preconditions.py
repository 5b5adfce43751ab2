"""Whoever has seen a row may write it, whatever a proxy that compresses has made of its tag."""

from collections.abc import Iterator

import httpx
import pytest

from bindings.models import ApiToken
from faults.nginx import Nginx
from faults.servers import Missing
from rest.preconditions import seen_version
from tests.bindings.api.conftest import agents, unhurried, writer  # noqa: F401 - fixtures
from tests.kpis.conftest import registry  # noqa: F401 - fixture
from tests.rest.calls import call, seen

AGENT = "agents/NEUROS/"
GZIP = "gzip on; gzip_proxied any; gzip_min_length 1; gzip_types application/json;"
ALTERED = {
    "as it was sent": '"{}"',
    "nginx": 'W/"{}"',
    "Apache": '"{}-gzip"',
    "Apache, Brotli": 'W/"{}-br"',
    "among others": '"other", W/"{}"',
}


@pytest.mark.django_db
@pytest.mark.parametrize("form", ALTERED.values(), ids=ALTERED.keys())
def test_a_tag_that_a_proxy_has_altered_is_still_the_revision(writer, form):  # noqa: F811 - the fixture
    _, tag = seen(writer, AGENT)
    altered = form.format(tag.strip('"'))
    assert call(writer, "PATCH", AGENT, {"role": "Nerves"}, if_match=altered).status_code == 200
    answer = call(writer, "PATCH", AGENT, {"role": "Other"}, if_match=altered)
    assert (answer.status_code, answer.json()["code"]) == (412, "stale")


@pytest.mark.parametrize("version", ["agent-1-7", "kpi-12-3", "0f3a-gzipped", ""])
def test_what_no_proxy_adds_stays(version):
    assert seen_version(f'"{version}"') == version


@pytest.fixture
def proxied(live_server, tmp_path) -> Iterator[str]:
    """The address of an nginx that compresses, before a server of the tests' database."""
    try:
        nginx = Nginx(tmp_path / "nginx", [live_server.thread.port], GZIP)
    except Missing as missing:
        pytest.skip(str(missing))
    nginx.start()
    yield f"http://127.0.0.1:{nginx.port}/api/v1/"
    nginx.stop()


@pytest.mark.slow
@pytest.mark.usefixtures("agents")
@pytest.mark.django_db(transaction=True)
def test_a_row_is_written_through_an_nginx_that_compresses(proxied):
    token = ApiToken(name="test", scopes=["bindings:read", "registry:write"])
    secret = token.new_secret()
    token.save()
    with httpx.Client(base_url=proxied, headers={"Authorization": f"Bearer {secret}"}) as caller:
        read = caller.get(AGENT)
        assert read.headers["Content-Encoding"] == "gzip"
        assert read.headers["ETag"].startswith("W/")
        written = caller.patch(AGENT, json={"role": "Nerves"}, headers={"If-Match": read.headers["ETag"]})
        assert (written.status_code, written.json()["role"]) == (200, "Nerves"), written.text
        again = caller.patch(AGENT, json={"role": "Other"}, headers={"If-Match": read.headers["ETag"]})
        assert again.status_code == 412
        assert again.headers["ETag"].strip("W/") == written.headers["ETag"].strip("W/")
