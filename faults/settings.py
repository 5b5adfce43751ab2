"""The product's settings, with jobs that exist only to be disturbed."""

from auren_admin.settings import *  # noqa: F403
from auren_admin.settings import INSTALLED_APPS

INSTALLED_APPS = [*INSTALLED_APPS, "faults"]
ROOT_URLCONF = "faults.urls"
