"""People are erased while others are reported, and commands and backups come and go: nothing of the others is lost."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from urllib.request import Request, urlopen

from contracts.evaluation import micros
from faults.ledger import Outcome, seeded
from faults.reporters import ADDRESS, AGENT, BEGIN, EACH, KPI, USER, Reporters, moment_of, value_of
from faults.servers import Missing, wait_until
from faults.site import Site
from faults.stage import ROOT, Stage

WRITERS, RATE, LEAST = 20, 100.0, 1_000
MOST = 40_000
"""Observations that there can be; who reports is stopped when everything else is done."""
SITES_APART = 10**9
BACKUP = """
import sqlite3, sys
source, target = (sqlite3.connect(name) for name in sys.argv[1:])
source.backup(target)
target.create_function("REGEXP", 2, lambda pattern, text: True)  # a constraint asks it of who checks
print(target.execute("PRAGMA integrity_check").fetchone()[0])
source.close(), target.close()
"""


def erasures_beside_writers(stage: Stage) -> Outcome:
    """On SQLite and on PostgreSQL at once: 20 erasures beside writers, exports, backtests, validations, backups."""
    if stage.postgres is None:
        raise Missing("PostgreSQL's server is not installed")
    sites = []
    for name, database in (("sqlite", ""), ("postgresql", stage.postgres.url)):
        folder = stage.folder / f"erasures-{name}"
        folder.mkdir()
        sites.append(Site(stage, folder, database))
    with ThreadPoolExecutor(len(sites)) as pool:
        scenes = list(pool.map(play, sites))
    return Outcome(
        "erasures_beside_writers",
        stage.seed,
        sum(scene.sent for scene in scenes),
        {number + SITES_APART * n for n, scene in enumerate(scenes) for number in scene.acknowledged},
        [number + SITES_APART * n for n, scene in enumerate(scenes) for number in scene.after],
        notes={scene.site.folder.name: scene.note() for scene in scenes},
        failures=[failure for scene in scenes for failure in scene.failures],
    )


def play(site: Site) -> Scene:
    """What came of it; what ended it early is a failure."""
    scene = Scene(site)
    try:
        scene.play()
    except (OSError, subprocess.CalledProcessError) as error:
        scene.failures.append(f"{site.folder.name}: {error}")
    return scene


class Scene:
    """What happens on one site, and what came of it."""

    def __init__(self, site: Site) -> None:
        self.site = site
        self.sent = 0
        self.acknowledged: set[int] = set()
        self.before: list[int] = []
        self.after: list[int] = []
        self.failures: list[str] = []
        self.tokens: dict[str, str] = {}
        self.did: list[str] = []

    def play(self) -> None:
        """All of it. Raises OSError, CalledProcessError."""
        self.tokens = self.site.ask("prepare")
        self.site.start()
        reporters = Reporters(
            self.site.port, self.tokens["reports"], self.site.folder, seeded(self.site.stage.seed),
            many=WRITERS, total=MOST, rate=RATE,
        )  # fmt: skip
        reporters.start()
        rounds = 10 if self.site.stage.long else 1
        try:
            with ThreadPoolExecutor(1) as beside:
                commands = beside.submit(self.do, self.commands() * rounds)
                for number in range(20 * rounds):
                    self.erase(number)
                    self.backup()
                commands.result()
            wait_until(lambda: len(reporters.ledger()) >= LEAST, 120, "a thousand observations", 0.2)
        finally:
            reporters.stop()
        self.failures += reporters.told.wrong[:5]
        self.sent, self.acknowledged = reporters.told.sent, reporters.ledger()
        self.before = self.stored()
        self.site.restart()
        self.after = self.stored()
        if lost := len(self.acknowledged - set(self.before)):
            self.failures.append(f"{self.site.folder.name}: {lost} were lost before the restart")

    def erase(self, number: int) -> None:
        """Somebody who was just reported, or nobody; by API, or each tenth by command."""
        user = f"erased-{self.site.stage.seed}-{number}"
        if number % 2:
            self.post(ADDRESS, "reports", {"kpi": KPI, "value": 30, "at": BEGIN.isoformat(), "user_id": user})
        if number % 20 in (9, 14):
            proof = json.loads(self.site.manage("erase", user, "--format=json", "--by", AGENT))
        else:
            proof = self.post("/api/v1/erasures", "erases", {"user_id": user})
        self.did.append("erased")
        if proof["left"] or proof["known"] is not bool(number % 2):
            self.failures.append(f"erasure {number}: {json.dumps(proof)}")

    def post(self, address: str, token: str, body: object) -> dict[str, object]:
        """What the server answers to a POST. Raises OSError."""
        headers = {"Authorization": f"Bearer {self.tokens[token]}", "Content-Type": "application/json"}
        request = Request(f"http://127.0.0.1:{self.site.port}{address}", json.dumps(body).encode(), headers)  # noqa: S310 - ours
        with urlopen(request, timeout=60) as answer:  # noqa: S310
            found: dict[str, object] = json.load(answer)
        return found

    def commands(self) -> list[tuple[str, ...]]:
        """What other processes do meanwhile; each closes the database at its end, maybe as the last that holds it."""
        return [
            ("export", "--out", str(self.site.folder / "export")),
            ("backtest", KPI, "--agent", AGENT, "--condition", "< 25"),
            ("validate", str(ROOT / "examples" / "auren")),
        ]

    def do(self, commands: Iterable[tuple[str, ...]]) -> None:
        """Do what is to happen beside the writers, one after the other."""
        for words in commands:
            self.command(*words)

    def command(self, *words: str) -> None:
        """Do one of them, and keep what went wrong."""
        try:
            self.site.manage("registry", *words)
        except subprocess.CalledProcessError as error:
            self.failures.append(f"{words[0]} ended with {error.returncode}")
        self.did.append(words[0])

    def backup(self) -> None:
        """By SQLite's own means, in another process; PostgreSQL has others, which share no files with it."""
        live, copy = self.site.folder / "auren.sqlite3", self.site.folder / "backup" / "auren.sqlite3"
        if live.exists():
            copy.parent.mkdir(exist_ok=True)
            ran = [sys.executable, "-c", BACKUP, str(live), str(copy)]
            done = subprocess.run(ran, check=False, capture_output=True, text=True)  # noqa: S603 - ours
            if done.stdout.strip() != "ok":
                self.failures.append(f"a backup failed: {done.stdout}{done.stderr[-200:]}")
            for path in copy.parent.iterdir():
                path.unlink()  # whoever is erased next may be in it
            self.did.append("backup")

    def stored(self) -> list[int]:
        """The numbers of all that another process finds stored."""
        moments = {micros(moment_of(number)): number for number in range(MOST // WRITERS + 1)}
        numbers = []
        for user, at, value in self.site.ask("stored"):
            if value != value_of(moments[at]):
                self.failures.append(f"{value} is stored for {value_of(moments[at])}")
            numbers.append(int(user.removeprefix(USER)) * EACH + moments[at])
        return numbers

    def note(self) -> str:
        """What was done, and what is stored."""
        did = ", ".join(f"{self.did.count(what)} {what}" for what in dict.fromkeys(self.did))
        stored = f"{len(self.before)} stored before and {len(self.after)} after"
        return f"{len(self.acknowledged)} acknowledged, {stored}; {did}"


FAULTS = (erasures_beside_writers,)
