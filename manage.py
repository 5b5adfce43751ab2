#!/usr/bin/env python
"""Django's command line for AUREN Admin."""

import os
import sys

from django.core.management import execute_from_command_line
from django.db import DatabaseError

from auren_admin.environment import SettingError
from rest.storage import WAY_OUT, Failure, failure_of


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "auren_admin.settings")
    try:
        execute_from_command_line(sys.argv)
    except SettingError as error:
        sys.exit(f"{error}\ndocs/settings.md explains every setting.")
    except DatabaseError as error:
        if (failure := failure_of(error)) is None:
            raise
        way_out = f" {WAY_OUT}" if failure is Failure.DAMAGED else " Make room on the disk."
        sys.exit(f"The database cannot be used: {str(error).strip()}.{way_out}")


if __name__ == "__main__":
    main()
