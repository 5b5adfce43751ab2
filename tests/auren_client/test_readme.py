"""The README's agents, as written, against a real server."""

import os
import re
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request

import pytest
from django.conf import settings

README = (settings.BASE_DIR / "auren_client" / "README.md").read_text(encoding="utf-8")
SNIPPETS = re.findall(r"^( *)```python\n(.*?)^\1```$", README, re.M | re.S)
MAKE_TOKEN = """
from bindings.identities import identity_of
from bindings.models import Agent, ApiToken
token = ApiToken(name="made-up", agent=identity_of(Agent.objects.get(name="NEUROS")),
                 scopes=["bindings:read", "observations:write", "runs:write"])
secret = token.new_secret()
token.save()
print(secret)
"""


def snippet(beginning):
    """The README's code that starts so."""
    return next(code for _, code in SNIPPETS if code.startswith(beginning))


def told():
    """What the README promises that the ten lines print."""
    return re.findall(r"^```\n(normal: .*?)^```$", README, re.M | re.S)[0]


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    """The environment of a server in processes of its own, with an empty database."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    unwanted = ("DATABASE_URL", "CELERY_BROKER_URL")
    found = {name: value for name, value in os.environ.items() if name not in unwanted} | {
        "PORT": str(port),
        "AUREN_DATA_DIR": str(tmp_path_factory.mktemp("data")),
        "DJANGO_SETTINGS_MODULE": "auren_admin.settings",
    }
    log = tmp_path_factory.mktemp("log") / "server"
    with log.open("w") as output, subprocess.Popen(
        [sys.executable, "manage.py", "up", "--web-only"],
        cwd=settings.BASE_DIR, env=found, stdout=output, stderr=subprocess.STDOUT,
    ) as process:  # fmt: skip
        try:
            wait_for(process, f"http://127.0.0.1:{port}/livez", log)
            yield found
        finally:
            process.terminate()  # not kill: its worker processes would live on


@pytest.fixture(scope="module")
def environment(server, tmp_path_factory):
    """What an agent needs to reach the server."""
    make_token = [sys.executable, "manage.py", "shell", "--no-imports", "-c", MAKE_TOKEN]
    return {
        "PATH": os.environ["PATH"],
        "HOME": str(tmp_path_factory.mktemp("home")),
        "AUREN_URL": f"http://127.0.0.1:{server['PORT']}",
        "AUREN_AGENT": "NEUROS",
        "AUREN_TOKEN": run(make_token, server).stdout.strip(),
    }


def wait_for(process, url, log):
    end = time.monotonic() + 60
    while True:
        assert process.poll() is None, log.read_text()
        assert time.monotonic() < end, log.read_text()
        try:
            urllib.request.urlopen(url, timeout=5).close()  # noqa: S310 - the address is ours
            return
        except urllib.error.URLError:
            time.sleep(0.05)


def run(command, environment):
    done = subprocess.run(
        command,
        cwd=settings.BASE_DIR,
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done


def test_the_agent_has_ten_lines():
    assert len(snippet("from auren_client import Client\n").rstrip().splitlines()) == 10


@pytest.mark.slow
def test_the_ten_line_agent_does_what_the_readme_says(environment):
    done = run([sys.executable, "-c", snippet("from auren_client import Client\n")], environment)
    assert done.stdout == told()


@pytest.mark.slow
def test_the_agent_that_does_its_part_does_what_the_readme_says(environment):
    run([sys.executable, "-c", snippet("from auren_client import Client\n")], environment)
    code = next(code for _, code in SNIPPETS if "auren.inbox()" in code)
    done = run([sys.executable, "-c", code], environment)
    # What the other agents of this page reported may be to be done as well.
    assert re.findall(r"^```\n(u-17, .*?)^```$", README, re.M | re.S)[0] in done.stdout
    again = run([sys.executable, "-c", code], environment)
    # Nothing is left to do: SOMNOS and CARDIOS are asked.
    assert again.stdout.splitlines() == re.findall(r"^u-.*", done.stdout, re.M)


@pytest.mark.slow
def test_the_agent_on_asyncio_is_told_by_the_server_what_it_said_itself(environment):
    code = snippet("from auren_client import AsyncClient\n")
    imports, body = code.split("\n\n", 1)
    indented = "\n".join(f"    {line}" for line in body.splitlines())
    agent = (
        f"import asyncio\n{imports}\nasync def agent():\n{indented}\n    return verdict, answers\n"
        "verdict, answers = asyncio.run(agent())\nstate = answers[0].states[0]\n"
        "print(verdict.state, state['state'], state['reason'] == verdict.reason, *answers[0].results.values())\n"
    )
    assert run([sys.executable, "-c", agent], environment).stdout == "critical critical True accepted\n"


def manage(*words, environment):
    return run([sys.executable, "manage.py", "registry", *words], environment).stdout


@pytest.mark.slow
def test_the_agent_that_lives_on_follows_the_next_release_and_delivers_before_it_ends(
    environment, server, tmp_path
):
    code = snippet("import signal\n").replace("stop.wait(10)", "stop.wait(0.1)").replace("u-17", "u-18")
    log = tmp_path / "log"
    with (
        log.open("w") as output,
        subprocess.Popen(
            [sys.executable, "-u", "-c", code],
            cwd=settings.BASE_DIR,
            env=environment,
            stdout=output,
            stderr=output,
        ) as agent,
    ):
        try:
            wait_until(agent, log, "critical: 18 ms is below 25 ms")
            registry = tmp_path / "agents/neuros_modules/kpi_bindings.yaml"
            registry.parent.mkdir(parents=True)
            text = (settings.BASE_DIR / "examples/auren" / registry.relative_to(tmp_path)).read_text()
            registry.write_text(text.replace("< 25", "< 10"))
            manage("import", str(registry), environment=server)
            manage("publish", "-m", "Rarer.", "--accept-warnings", "Known.", environment=server)
            wait_until(agent, log, "release 2: hrv_rmssd")
            wait_until(agent, log, "normal: 18 ms is not below 10 ms")
            manage("rollback", "--reason", "For the other tests.", environment=server)
            # Servers look each second: without this the next test's agent may still be told release 2.
            wait_until(agent, log, "release 1: hrv_rmssd")
        finally:
            agent.terminate()
    assert agent.returncode == 0, log.read_text()
    assert "Traceback" not in log.read_text()


@pytest.mark.slow
def test_the_agent_that_lives_on_waits_for_a_server_that_is_not_there_yet(environment, tmp_path):
    away = environment | {"AUREN_URL": "http://127.0.0.1:9", "HOME": str(tmp_path)}
    code = snippet("import signal\n").replace("stop.wait(10)", "stop.wait(0.1)")
    log = tmp_path / "log"
    with (
        log.open("w") as output,
        subprocess.Popen(
            [sys.executable, "-u", "-c", code], cwd=settings.BASE_DIR, env=away, stdout=output, stderr=output
        ) as agent,
    ):
        try:
            wait_until(agent, log, "NEUROS has no bindings yet: the server did not answer")
        finally:
            agent.terminate()
    assert agent.returncode == 0, log.read_text()


def wait_until(process, log, text):
    end = time.monotonic() + 60
    while text not in log.read_text():
        assert process.poll() is None, log.read_text()
        assert time.monotonic() < end, log.read_text()
        time.sleep(0.05)


@pytest.mark.slow
def test_a_name_in_small_letters_is_told_the_right_one(environment):
    agent = "from auren_client import Client\nClient(agent='neuros').bindings()"
    done = subprocess.run(
        [sys.executable, "-c", agent], cwd=settings.BASE_DIR, env=environment, capture_output=True, text=True,
        timeout=60, check=False,
    )  # fmt: skip
    assert "The release has no agent called neuros. Did you mean NEUROS?" in done.stderr


@pytest.mark.slow
def test_a_real_server_answers_304_and_says_what_it_serves(environment):
    agent = """
from auren_client import Client
client = Client(file=None)
client.step()
client._engine._poll_at = 0
calls = []
send = client._send
client._send = lambda call: calls.append(send(call)) or calls[-1]
client.step()
found = client.bindings()
print(calls[0].status, found.release, found.channel, len(found), client.status.problem)
"""
    assert run([sys.executable, "-c", agent], environment).stdout == "304 1 production 3 None\n"


@pytest.mark.slow
def test_a_wrong_token_is_told_in_words(environment):
    agent = "from auren_client import Client\nClient().bindings()"
    command = [sys.executable, "-c", agent]
    done = subprocess.run(
        command, cwd=settings.BASE_DIR, env=environment | {"AUREN_TOKEN": "aur_no.token", "HOME": "/nowhere"},
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert (
        "NoBindings: NEUROS has no bindings yet: the server answered 401: This token does not count"
        in done.stderr
    )
