#!/usr/bin/env python
"""Django's command line for AUREN Admin."""

import os
import sys

from django.core.management import execute_from_command_line

from auren_admin.environment import SettingError


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "auren_admin.settings")
    try:
        execute_from_command_line(sys.argv)
    except SettingError as error:
        sys.exit(f"{error}\ndocs/settings.md explains every setting.")


if __name__ == "__main__":
    main()
