"""The product's settings without this machine's .env, and with what makes tests fast."""

import os
import secrets

for name in [name for name in os.environ if name.startswith("AUREN_")]:
    del os.environ[name]
os.environ["AUREN_ENV_FILE"] = os.devnull
os.environ["AUREN_SECRET_KEY"] = secrets.token_urlsafe(64)

from auren_admin.settings import *  # noqa: E402, F403 - the environment above must be set first

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
FAST_POLLS = False  # a thread with a database connection of its own: tests that want one start it
