"""The command line, when the settings cannot be used."""

import os
import subprocess
import sys

from django.conf import settings


def test_a_setting_that_cannot_be_used_is_said_in_two_lines():
    environment = {**os.environ, "PORT": "eighty", "DJANGO_SETTINGS_MODULE": "auren_admin.settings"}
    command = [sys.executable, "manage.py", "check"]
    done = subprocess.run(command, cwd=settings.BASE_DIR, env=environment, capture_output=True, text=True)
    assert done.returncode == 1
    assert done.stderr == (
        "PORT='eighty': expected a whole number from 1 to 65535\ndocs/settings.md explains every setting.\n"
    )
