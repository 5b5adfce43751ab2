"""A process that erases people while it keeps the database open, as a web server does; SQLite in a file.

As a program (``python -m tests.telemetry.erased_beside``) it prints how many of the values it was told are stored.
"""

from __future__ import annotations

import json
import subprocess
import sys

EVERY = 5
ASK = """
import sqlite3, sys
one = sqlite3.connect(sys.argv[1])
print(one.execute("SELECT count(*) FROM telemetry_observation").fetchone()[0])
one.close()
"""


def other_process(path: str) -> int:
    """How many values another process finds; it is the last to close the file, if the locks of all others are gone."""
    ran = subprocess.run([sys.executable, "-c", ASK, path], capture_output=True, text=True, check=True)
    return int(ran.stdout)


def main() -> None:
    """Report, erase by API in another thread, have another process come and go, report again."""
    import django

    django.setup()
    from django.core.management import call_command
    from django.db import connection

    from tests.bindings.api.conftest import bearer
    from tests.telemetry.at_once import at_once
    from tests.telemetry.samples import MINUTE, NOW, observation, publish_with_settings, told

    call_command("migrate", verbosity=0)
    publish_with_settings()
    client = bearer("people:erase")
    path, done = str(connection.settings_dict["NAME"]), 0
    proofs = []
    for turn in range(4):
        for _ in range(EVERY):
            told(observation(50, NOW - done * MINUTE, user_id="stays"))
            done += 1
        body = json.dumps({"user_id": f"nobody-at-all-{turn}"})

        def erase(_: int, body: str = body) -> object:
            return client.post(
                "/api/v1/erasures", body, content_type="application/json", SERVER_NAME="localhost"
            ).json()

        proofs += at_once(erase, 1)
        other_process(path)
    print(json.dumps({"told": done, "stored": other_process(path), "proofs": proofs}))  # noqa: T201


if __name__ == "__main__":
    main()
