"""Calling ``manage.py registry`` in tests, in this process and in one of its own."""

import os
import subprocess
import sys
from io import StringIO
from pathlib import Path

from django.core.management import call_command
from django.core.management.base import CommandError

ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / "examples/auren"
REGISTRY = "agents/shared_modules/kpi_registry.yaml"
KPI_YAML = """\
kpis:
  - name: hrv_rmssd
    unit: milliseconds
    prometheus_metric: auren_hrv_rmssd_ms
    normal_range:
      min: 30
      max: 100
    risk_thresholds:
      critical:
        condition: "< 20"
        action: rest_today
"""


class Terminal(StringIO):
    """Somewhere to write that says it is a screen."""

    def isatty(self) -> bool:
        return True


def run(*args: object, stdout: StringIO | None = None) -> tuple[int, str, str]:
    """Exit code, standard output and standard error of a call."""
    out, err = stdout or StringIO(), StringIO()
    try:
        call_command("registry", *map(str, args), stdout=out, stderr=err)
    except SystemExit as ended:
        return int(ended.code or 0), out.getvalue(), err.getvalue()
    except CommandError as error:
        return error.returncode, out.getvalue(), str(error)
    return 0, out.getvalue(), err.getvalue()


def shell(*args: object, **environment: str) -> "subprocess.CompletedProcess[str]":
    """The same as a process of its own, which has only the data directory that the test gives it."""
    product = {"AUREN_ENV_FILE": os.devnull, "DJANGO_SETTINGS_MODULE": "auren_admin.settings"}
    variables = os.environ | product | environment
    command = [sys.executable, "manage.py", "registry", *map(str, args)]
    return subprocess.run(
        command, cwd=ROOT, env=variables, capture_output=True, encoding="utf-8", check=False
    )  # noqa: S603


def write(directory: Path, text: str) -> Path:
    path = directory / REGISTRY
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return directory
