"""Walks from an edit in the browser to the alert that fires, for docs/one-edit.md: ``make one-edit``.

It starts the site with Prometheus and Alertmanager beside it, by the files that a release gives, each on a spare
port and with a database of its own. It takes the pictures on the way, prints what the commands say, and ends with 1
where something does not follow. Needs Chromium and what ``make stack`` needs; takes about two minutes.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from datetime import UTC, datetime, timedelta
from difflib import unified_diff
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlencode
from urllib.request import Request, urlopen

import yaml
from playwright.sync_api import sync_playwright

from faults.servers import Server, wait_until
from scripts.one_edit_pictures import NEW, PASSWORD, Photographer
from scripts.stack import BASE, CannotStart, Stack, manage, program

CHROMIUM_OPTIONS: Final = [
    "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking",
]  # fmt: skip
GROUP, ALERT = "auren_agent_neuros", "AurenHrvRmssdCritical"
AGENT: Final = """
from datetime import timedelta
from django.utils import timezone
from bindings.identities import identity_of
from bindings.models import Agent, ApiToken
token = ApiToken(name="NEUROS", agent=identity_of(Agent.objects.get(name="NEUROS")), scopes=["observations:write"])
token.expires = timezone.now() + timedelta(hours=1)
print(token.new_secret())
token.save()
"""
UNWANTED: Final = ("DATABASE_URL", "CELERY_BROKER_URL", "PORT")


Measured = tuple[str, float, datetime]
"""Of whom, how many milliseconds, and when."""


class Walk(Stack):
    """The site of `make run` instead of the demo, with what watches it, and one agent that reports."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder, 8000)
        usual = [name for name in os.environ if not name.startswith("AUREN_") and name not in UNWANTED]
        self.environment = {name: os.environ[name] for name in usual} | {
            "AUREN_DATA_DIR": str(folder / "data"),
            "AUREN_ENV_FILE": os.devnull,
            "AUREN_SUBJECT_LABEL": "plain",
            "AUREN_PUBLIC_URL": self.admin,
            "DJANGO_SUPERUSER_PASSWORD": PASSWORD,
            "PORT": str(self.site),
        }
        self.reader = self.alerter = 0
        self._agent = ""

    def serve(self) -> None:
        """The site with the example registry, released, and somebody who may edit it."""
        command = [sys.executable, str(BASE / "manage.py"), "up"]
        server = Server(command, self.folder / "site.log", self.environment)
        self._run("The site", server, self.site, "/readyz", 180)
        somebody = ["--noinput", "--username", "ines", "--email", "ines@example.org"]
        manage(["createsuperuser", *somebody], self.environment)
        self._agent = manage(["shell", "--no-imports", "-c", AGENT], self.environment)

    def watch(self) -> None:
        """Prometheus and Alertmanager by what release 1 gives."""
        token = self.token()
        self.export()
        self.reader, self.alerter = self.monitoring(token)

    def load(self) -> None:
        """Have both read their files again."""
        for name, server in self._running:
            if name in ("Prometheus", "Alertmanager") and server.process:
                server.process.send_signal(signal.SIGHUP)

    def report(self, *values: Measured) -> str:
        """What NEUROS is told about the heart-rate variability it measured."""
        same = {"kpi": "hrv_rmssd", "measurement_source": "band"}
        told = [same | {"user_id": who, "value": value, "at": at.isoformat()} for who, value, at in values]
        headers = {"Content-Type": "application/json", "Authorization": f"Bearer {self._agent}"}
        request = Request(f"{self.admin}/api/v1/observations", json.dumps(told).encode(), headers)  # noqa: S310
        with urlopen(request, timeout=10) as answer:  # noqa: S310 - ours
            return json.dumps(json.load(answer), indent=2)

    def loaded(self) -> bool:
        """Prometheus has NEUROS' rule as release 2 gives it."""
        groups = got(self.reader, "/api/v1/rules")["data"]["groups"]
        (neuros,) = [one for one in groups if one["name"] == GROUP]
        return any(NEW in rule["query"] for rule in neuros["rules"])

    def firing(self) -> set[str]:
        """Whom Prometheus' alert is about."""
        promql = f'ALERTS{{alertname="{ALERT}",alertstate="firing",agent="NEUROS"}}'
        found = got(self.reader, "/api/v1/query", query=promql)["data"]["result"]
        return {one["metric"]["user_id"] for one in found}

    def routed(self) -> set[str]:
        """Whom Alertmanager was told about."""
        found = got(self.alerter, "/api/v2/alerts", filter=f'alertname="{ALERT}"')
        return {one["labels"]["user_id"] for one in found}

    def rule(self) -> list[str]:
        """NEUROS' rule, as it lies in the directory."""
        text = (self.folder / "export/prometheus/rules/kpi-alerts.yml").read_text(encoding="utf-8")
        (group,) = [one for one in yaml.safe_load(text)["groups"] if one["name"] == GROUP]
        (rule,) = [one for one in group["rules"] if one["alert"] == ALERT]
        return yaml.safe_dump(rule, sort_keys=False, width=1000).splitlines()

    def say(self, *command: str, code: int = 0) -> None:
        """Run a command as a reader would, and print what it says. Raises `CannotStart` if it ends otherwise."""
        called = (
            [sys.executable, str(BASE / "manage.py")] if command[0] == "manage.py" else [program(command[0])]
        )
        called += command[1:]
        done = subprocess.run(called, env=self.environment, capture_output=True, text=True, check=False)  # noqa: S603
        print(f"$ {' '.join(command)}\n{done.stdout}{done.stderr}", flush=True)
        if done.returncode != code:
            raise CannotStart(f"{' '.join(command)} ended with {done.returncode}, not {code}")

    def write(self) -> None:
        """Export what production follows, and let the tools that will read it judge it."""
        out = self.folder / "export"
        self.say("manage.py", "registry", "export", "--channel", "production", "--out", str(out))
        for what in ("rules", "tests"):
            files = sorted(map(str, (out / "prometheus" / what).glob("*.yml")))
            self.say("promtool", *(("check", "rules") if what == "rules" else ("test", "rules")), *files)
        self.say("amtool", "check-config", str(out / "alertmanager/alertmanager.yml"))

    def drift(self, code: int) -> None:
        """What `registry drift` says, which ends with this code."""
        where = ["--prometheus", f"http://127.0.0.1:{self.reader}", "--out", str(self.folder / "export")]
        self.say("manage.py", "registry", "drift", *where, code=code)


def got(port: int, path: str, **query: str) -> Any:
    """What Prometheus or Alertmanager answers."""
    with urlopen(f"http://127.0.0.1:{port}{path}?{urlencode(query)}", timeout=10) as answer:  # noqa: S310 - ours
        return json.load(answer)


def mornings(now: datetime) -> list[Measured]:
    """Two people who are well, but for one morning of one of them, on which NEUROS did nothing yet."""
    days = [(n, now - timedelta(days=n)) for n in range(14, 0, -1)]
    return [
        (who, 26.5 if (who, n) == ("u-31", 9) else usual + (n * step) % 9, at)
        for who, usual, step in (("u-17", 44, 5), ("u-31", 41, 7))
        for n, at in days
    ]


def now() -> datetime:
    return datetime.now(UTC).replace(microsecond=0)


def walk(stack: Walk, view: Photographer) -> None:
    """The whole way, in the order of the page."""
    stack.serve()
    view.sign_in()
    stack.report(*mornings(now()))
    stack.watch()
    stack.drift(0)
    view.edit()
    view.publish()
    stack.drift(1)
    before = stack.rule()
    stack.write()
    print(
        "\n".join(unified_diff(before, stack.rule(), "release 1", "release 2", n=1, lineterm="")), end="\n\n"
    )
    stack.drift(1)
    stack.load()
    wait_until(stack.loaded, 60, "the new rule", every=1)
    stack.drift(0)
    view.rules(stack.reader)
    print(stack.report(("u-17", 18, now()), ("u-31", 26.5, now())))
    wait_until(lambda: stack.firing() == {"u-17", "u-31"}, 120, "the alert", every=1)
    view.alerts(stack.reader)
    view.standing("agent")
    wait_until(lambda: stack.routed() == {"u-17", "u-31"}, 60, "the alert in Alertmanager", every=1)
    stack.say(
        "amtool", f"--alertmanager.url=http://127.0.0.1:{stack.alerter}", "alert", "query", "agent=NEUROS"
    )
    stack.report(("u-17", 47, now()), ("u-31", 44, now()))
    wait_until(lambda: not stack.firing() and not stack.routed(), 120, "the recovery", every=1)
    view.standing("recovered")


def main() -> int:
    """Walk it once."""
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    if chromium is None:
        print("one-edit: no Chromium here (Debian: apt install chromium)", file=sys.stderr)
        return 1
    try:
        program("prometheus")
        program("prometheus-alertmanager", "alertmanager")
        with (
            tempfile.TemporaryDirectory() as data,
            sync_playwright() as playwright,
            Walk(Path(data)) as stack,
        ):
            browser = playwright.chromium.launch(executable_path=chromium, args=CHROMIUM_OPTIONS)
            walk(stack, Photographer(browser, stack.admin))
            browser.close()
    except (CannotStart, TimeoutError) as error:
        print(f"one-edit: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
