"""What `deploy/` has for a machine of one's own, tried: proxies with the server behind."""

import os
import re
import shlex
import shutil
import socket
import ssl
import subprocess
import sys
import time
from contextlib import contextmanager
from typing import Any

import httpx
import pytest
from django.conf import settings

from tests.deploy.units import unit

DEPLOY = settings.BASE_DIR / "deploy"
PAGE = (settings.BASE_DIR / "docs/proxy.md").read_text(encoding="utf-8")
NAME = "admin.example.org"
KEY = "this-one-is-made-up-" * 4
NGINX = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")
CADDY = shutil.which("caddy")
TOKEN = """
from bindings.models import ApiToken
from django.contrib.auth.models import User
User.objects.create_superuser("ada", password="her own")
token = ApiToken(name="made-up", scopes=["registry:read", "observations:write", "metrics:read"])
print(token.new_secret())
token.save()
from django.core.management import call_command
from releases.services import publish
call_command("registry", "import", "examples/auren", verbosity=0)
publish(author=None, author_name="test", message="First.", accepted="Known.")
"""


def spare_port():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]


@contextmanager
def running(command, log, **options):
    """A process of the test's own, ended after it."""
    with (
        log.open("w") as output,
        subprocess.Popen(command, stdout=output, stderr=subprocess.STDOUT, **options) as process,
    ):
        try:
            yield process
        finally:
            process.terminate()  # not kill: its worker processes would live on


def wait_for(process, port, log):
    end = time.monotonic() + 60
    while True:
        assert process.poll() is None, log.read_text()
        assert time.monotonic() < end, log.read_text()
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return
        except OSError:
            time.sleep(0.05)


def wait_for_certificate(process, port, log):
    """Until a handshake succeeds: Caddy listens before its own authority has signed what it shows."""
    trusting = ssl._create_unverified_context()  # noqa: S323 - the certificate is the test's own
    end = time.monotonic() + 60
    while True:
        assert process.poll() is None, log.read_text()
        assert time.monotonic() < end, log.read_text()
        try:
            with socket.create_connection(("127.0.0.1", port), 5) as plain:
                trusting.wrap_socket(plain, server_hostname=NAME).close()
            return
        except ssl.SSLError:
            time.sleep(0.05)


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    """The port of a server started by auren-web.service's own line and settings, and a service's token."""
    folder, port = tmp_path_factory.mktemp("data"), spare_port()
    (folder / "secret_key").write_text(KEY)
    service, variables = unit(DEPLOY / "systemd/auren-web.service")
    told = "\n".join(re.findall(r"^AUREN_\w+=.+$", PAGE, re.MULTILINE))
    (folder / "auren.env").write_text(re.sub("/var/lib/auren|/etc/auren", str(folder), told))
    given = {name: value.replace("/etc/auren", str(folder)) for name, value in variables}
    where: Any = {
        "cwd": settings.BASE_DIR,
        "env": {"PATH": os.environ["PATH"], "PORT": str(port), **given},
    }
    command = shlex.split(service["ExecStart"].replace("/opt/auren-admin/.venv/bin/python", sys.executable))
    log = folder / "server.log"
    with running(command, log, **where) as process:
        wait_for(process, port, log)
        make = [sys.executable, "manage.py", "shell", "--no-imports", "-c", TOKEN]
        made = subprocess.run(make, capture_output=True, text=True, check=False, **where)
        assert made.returncode == 0, made.stderr
        yield port, made.stdout.strip(), log


@pytest.fixture
def nginx(server, tmp_path):
    """nginx with deploy/nginx.conf; its ports for HTTP and HTTPS."""
    if NGINX is None:
        pytest.skip("needs nginx (Debian, Ubuntu: apt install nginx-light)")
    plain, secure = spare_port(), spare_port()
    certificate = [
        "openssl",
        "req",
        "-x509",
        "-newkey",
        "ec",
        "-pkeyopt",
        "ec_paramgen_curve:prime256v1",
        "-nodes",
    ]
    certificate += [
        "-subj",
        f"/CN={NAME}",
        "-keyout",
        str(tmp_path / "privkey.pem"),
        "-out",
        str(tmp_path / "fullchain.pem"),
    ]
    subprocess.run(certificate, check=True, capture_output=True)
    text = re.sub(r"listen \[::\].*\n", "", (DEPLOY / "nginx.conf").read_text(encoding="utf-8"))
    text = text.replace(f"/etc/letsencrypt/live/{NAME}", str(tmp_path)).replace(
        "127.0.0.1:8000", f"127.0.0.1:{server[0]}"
    )
    text = text.replace("listen 80;", f"listen 127.0.0.1:{plain};").replace(
        "listen 443", f"listen 127.0.0.1:{secure}"
    )
    (tmp_path / "site.conf").write_text(text)
    temporary = " ".join(
        f"{kind}_temp_path {tmp_path};" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    user = "user root;" if os.getuid() == 0 else ""
    (tmp_path / "nginx.conf").write_text(
        f"daemon off; {user} pid {tmp_path}/pid; error_log {tmp_path}/error; events {{}}\n"
        f"http {{ access_log off; {temporary} include {tmp_path}/site.conf; }}\n"
    )
    log = tmp_path / "log"
    with running([NGINX, "-c", str(tmp_path / "nginx.conf"), "-e", str(tmp_path / "error")], log) as process:
        wait_for(process, secure, log)
        yield plain, secure


@pytest.fixture
def caddy(server, tmp_path):
    """Caddy with deploy/Caddyfile, its certificate from an authority of its own."""
    if CADDY is None:
        pytest.skip("needs Caddy (Debian, Ubuntu: apt install caddy)")
    plain, secure = spare_port(), spare_port()
    own = f"{{\n\tadmin off\n\thttp_port {plain}\n\thttps_port {secure}\n\tlocal_certs\n\tskip_install_trust\n}}\n"
    text = (
        (DEPLOY / "Caddyfile").read_text(encoding="utf-8").replace("127.0.0.1:8000", f"127.0.0.1:{server[0]}")
    )
    (tmp_path / "Caddyfile").write_text(own + text)
    folders = {"XDG_DATA_HOME": str(tmp_path), "XDG_CONFIG_HOME": str(tmp_path), "HOME": str(tmp_path)}
    command = [CADDY, "run", "--config", str(tmp_path / "Caddyfile"), "--adapter", "caddyfile"]
    log = tmp_path / "log"
    with running(command, log, env=os.environ | folders) as process:
        wait_for(process, secure, log)
        wait_for_certificate(process, secure, log)
        yield plain, secure


@pytest.fixture
def ask():
    """Asks the site by its name, through a proxy on this port, as a browser does."""
    with httpx.Client(verify=False, timeout=30) as http:  # noqa: S501 - the certificate is the test's own

        def ask(port, method, path, headers=None, **more):
            told = {"Host": NAME, "Referer": f"https://{NAME}/", **(headers or {})}
            hello = {"sni_hostname": NAME}
            address = f"https://127.0.0.1:{port}{path}"
            return http.request(method, address, headers=told, extensions=hello, **more)

        yield ask


@pytest.mark.slow
@pytest.mark.parametrize("proxy", ["nginx", "caddy"])
def test_the_proxy_does_https_and_passes_everything_on(server, proxy, ask, request):
    plain, secure = request.getfixturevalue(proxy)
    sent = httpx.get(f"http://127.0.0.1:{plain}/admin/", headers={"Host": NAME})
    assert sent.status_code in (301, 308)
    assert sent.headers["Location"].startswith(f"https://{NAME}")
    page = ask(secure, "GET", "/admin/login/?next=/admin/")
    assert page.status_code == 200
    assert ask(secure, "GET", re.findall(r'href="([^"]+\.css)"', page.text)[0]).status_code == 200
    answer = {"username": "ada", "password": "her own", "next": "/admin/"}
    answer["csrfmiddlewaretoken"] = re.findall(r'csrfmiddlewaretoken" value="(\w+)"', page.text)[0]
    signed_in = ask(secure, "POST", "/admin/login/", data=answer)
    assert (signed_in.status_code, signed_in.headers["Location"]) == (302, "/admin/")
    assert "Secure" in signed_in.headers["Set-Cookie"]
    assert ask(secure, "GET", "/admin/").status_code == 200


@pytest.mark.slow
@pytest.mark.parametrize("proxy", ["nginx", "caddy"])
def test_agents_poll_and_report_through_the_proxy(server, proxy, ask, request):
    _, secure = request.getfixturevalue(proxy)
    token = {"Authorization": f"Bearer {server[1]}"}
    first = ask(secure, "GET", "/api/v1/registry", headers=token)
    assert first.status_code == 200
    assert not first.headers["ETag"].startswith("W/")
    again = ask(secure, "GET", "/api/v1/registry", headers=token | {"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    large = b'{"observations": [' + b" " * 2 * 1024 * 1024 + b"]}"
    sent = ask(
        secure,
        "POST",
        "/api/v1/observations",
        headers=token | {"Content-Type": "application/json"},
        content=large,
    )
    assert sent.headers["Content-Type"] != "text/html"
    assert sent.status_code in (200, 400)


@pytest.mark.slow
def test_the_server_s_own_address_only_leads_to_https_and_its_first_lines_say_so(server):
    port, _, log = server
    sent = httpx.get(f"http://127.0.0.1:{port}/admin/", headers={"Host": NAME})
    assert sent.headers["Location"] == f"https://{NAME}/admin/"
    assert f"Open     https://{NAME}/\n" in log.read_text()


@pytest.mark.slow
@pytest.mark.parametrize("path", ["/metrics", "/metrics/kpis", "/metrics/process"])
def test_prometheus_reads_the_server_itself_past_the_proxy(server, path):
    port, token, _ = server
    told = {"Host": NAME, "Authorization": f"Bearer {token}"}
    assert httpx.get(f"http://127.0.0.1:{port}{path}", headers=told).status_code == 200
    assert httpx.get(f"http://127.0.0.1:{port}{path}", headers={"Host": NAME}).status_code == 401
