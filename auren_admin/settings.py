"""Settings: embedded defaults that run with no configuration, and environment variables for the rest.

docs/settings.md lists every variable. https://docs.djangoproject.com/en/5.2/ref/settings/
"""

import os
from pathlib import Path

import django_stubs_ext
from csp.constants import NONE, SELF

from auren_admin.databases import database, of_jobs
from auren_admin.discretion import logging_to_stderr
from auren_admin.environment import Environment, SettingError, development_key, read_env_file
from auren_admin.trace_settings import trace_settings, trace_url
from contracts.limits import FILE_MIB, MOST_MIB
from rest.defaults import API_APPS, SPECTACULAR, rest_framework

# Django's own classes cannot be subscripted everywhere: https://github.com/typeddjango/django-stubs#i-cannot-use-queryset-or-manager-with-type-annotations
django_stubs_ext.monkeypatch()

BASE_DIR = Path(__file__).resolve().parent.parent

env = Environment(os.environ)
read_env_file(env.path("AUREN_ENV_FILE", BASE_DIR / ".env"))

# Where it runs

AUREN_ENV = env.choice("AUREN_ENV", ("development", "production"), default="development")
PRODUCTION = AUREN_ENV == "production"
DATA_DIR = env.path("AUREN_DATA_DIR", BASE_DIR / "var")

DEBUG = env.flag("AUREN_DEBUG", default=False)
if DEBUG and PRODUCTION:
    raise SettingError("AUREN_DEBUG", "true", "false in production, where error pages must not show data")

HOST = env.text("AUREN_HOST", default="127.0.0.1")
PORT = env.whole("PORT", default=8000, low=1, high=65535)
WORKERS = env.whole("AUREN_WORKERS", default=1, low=1, high=64)
THREADS = env.whole("AUREN_THREADS", default=4, low=1, high=64)
JOBS_AT_ONCE = env.whole("AUREN_JOBS_AT_ONCE", default=2, low=1, high=64)
TRACING, TRACE_URL = trace_settings(env), trace_url(env)

# Secrets and hosts

SECRET_KEY = env.secret("AUREN_SECRET_KEY")
if not SECRET_KEY and not PRODUCTION:
    SECRET_KEY = development_key(DATA_DIR / "secret_key")
if PRODUCTION and (len(SECRET_KEY) < 50 or len(set(SECRET_KEY)) < 10 or "change-me" in SECRET_KEY):
    raise SettingError(
        "AUREN_SECRET_KEY",
        None,
        "a random text of at least 50 characters in production, such as this prints: "
        'python -c "import secrets; print(secrets.token_urlsafe(64))"',
    )

TOKEN_PEPPER = env.secret("AUREN_TOKEN_PEPPER")
ALLOWED_HOSTS = env.hosts(
    "AUREN_ALLOWED_HOSTS", default=[] if PRODUCTION else ["localhost", ".localhost", "127.0.0.1", "[::1]"]
)
if PRODUCTION and (not ALLOWED_HOSTS or "*" in ALLOWED_HOSTS):
    raise SettingError(
        "AUREN_ALLOWED_HOSTS",
        ",".join(ALLOWED_HOSTS),
        "in production the host names people open the site by, separated by commas",
    )
CSRF_TRUSTED_ORIGINS = env.origins("AUREN_TRUSTED_ORIGINS")
PUBLIC_URL, RUNBOOK_URL = env.site("AUREN_PUBLIC_URL"), env.site("AUREN_RUNBOOK_URL")  # for links in alerts
GRAFANA_URL = env.site("AUREN_GRAFANA_URL")

# HTTPS, cookies, headers

HTTPS = env.flag("AUREN_HTTPS", default=PRODUCTION)
if BEHIND_PROXY := env.flag("AUREN_BEHIND_PROXY", default=False):
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_SSL_REDIRECT = HTTPS
SECURE_REDIRECT_EXEMPT = [r"^(livez|readyz|metrics(/kpis|/process)?)$"]  # they come past the proxy for HTTPS
SECURE_HSTS_SECONDS = env.whole("AUREN_HSTS_SECONDS", 31_536_000 if HTTPS else 0, low=0, high=63_072_000)
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = 60 * 60 * 12  # a working day
SILENCED_SYSTEM_CHECKS = [
    "models.W038",  # SQLite cannot defer a constraint: see `kpis.models.places`
    "security.W005",  # HSTS for sub-domains and
    "security.W021",  # the preload list: only the owner of the whole domain can decide that
]

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],  # Django admin's own CSS holds data: icons
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
    }
}

# What it is made of

INSTALLED_APPS = [
    "auren_admin",
    "kpis",
    "jobs",
    "bindings",
    "releases",
    "telemetry",
    "protocols",
    "observability",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django_prometheus",
    "csp",
    *API_APPS,
]

MIDDLEWARE = [
    *(("auren_admin.traced_requests.traced",) if TRACING else ()),
    "django_prometheus.middleware.PrometheusBeforeMiddleware",
    # First those that put headers on a response, so that every response has them, errors included.
    "rest.middleware.request_id",
    "csp.middleware.CSPMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "auren_admin.middleware.liveness",
    "auren_admin.middleware.unchanged",
    "rest.middleware.problems",
    "rest.middleware.body_limit",
    "auren_admin.middleware.body_limit",
    "auren_admin.middleware.no_nul",
    "auren_admin.middleware.search_limit",
    "auren_admin.middleware.busy",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django_prometheus.middleware.PrometheusAfterMiddleware",
]

ROOT_URLCONF = "auren_admin.urls"
WSGI_APPLICATION = "auren_admin.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    }
]

# Database: a file by default, PostgreSQL by DATABASE_URL

DATABASE_WAIT = env.whole("AUREN_DATABASE_WAIT", default=10, low=2, high=600)
JOB_DATABASE_WAIT = env.whole("AUREN_JOB_DATABASE_WAIT", default=3600, low=10, high=604_800)
DATABASES = {
    "default": database(
        env, DATA_DIR, connections=max(2 * THREADS, JOBS_AT_ONCE) + 2, limits=of_jobs(JOB_DATABASE_WAIT)
    )
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# Background jobs are called for through files, or Redis: see `auren_admin.celery`

CELERY_BROKER_URL = env.broker("CELERY_BROKER_URL")

# Releases: who may publish alone, and how agents' polls are answered

REQUIRE_APPROVAL = env.flag("AUREN_REQUIRE_APPROVAL", default=False)
FAST_POLLS = env.flag("AUREN_FAST_POLLS", default=True)
SNAPSHOT_DIR = DATA_DIR / "snapshots"
WEBHOOK_ALLOW = env.networks("AUREN_WEBHOOK_ALLOW")

# Measurements: how long they are kept, and how people are called in metrics

RETENTION_DAYS = env.whole("AUREN_RETENTION_DAYS", default=400, low=1, high=36_500)
SUBJECT_LABEL = env.choice("AUREN_SUBJECT_LABEL", ("pseudonym", "plain", "off"), default="pseudonym")
USER_ID_PATTERN = env.pattern("AUREN_USER_ID_PATTERN")
SERIES_BUDGET = env.whole("AUREN_SERIES_BUDGET", default=200_000, low=0, high=10_000_000)
FORWARD_URL = env.address("AUREN_FORWARD_URL")
FORWARD_TOKEN, FORWARD_TENANT = env.secret("AUREN_FORWARD_TOKEN"), env.text("AUREN_FORWARD_TENANT")

# People

LOGIN_URL, LOGIN_REDIRECT_URL = "admin:login", "admin:index"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}Validator"}
    for name in "UserAttributeSimilarity MinimumLength CommonPassword NumericPassword".split()
]

# Language and time

LANGUAGE_CODE, TIME_ZONE, USE_TZ = "en-gb", "UTC", True
FORMAT_MODULE_PATH = "auren_admin.formats"  # times with their zone

# Files: static ones from this process, uploads kept in memory

STATIC_URL = "static/"
STATIC_ROOT = env.path("AUREN_STATIC_ROOT", DATA_DIR / "static")
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"
        if PRODUCTION
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}
WHITENOISE_USE_FINDERS = WHITENOISE_AUTOREFRESH = not PRODUCTION  # in development nothing is collected

MIB = 1024 * 1024
FILE_MAX_BYTES = env.whole("AUREN_FILE_MAX_MIB", FILE_MIB, low=1, high=MOST_MIB) * MIB  # that a command reads
IMPORT_MAX_BYTES = env.whole("AUREN_UPLOAD_MAX_MIB", 8, low=1, high=256) * MIB  # that is sent to us
FILE_UPLOAD_MAX_MEMORY_SIZE = IMPORT_MAX_BYTES
DATA_UPLOAD_MAX_MEMORY_SIZE, DATA_UPLOAD_MAX_NUMBER_FIELDS = IMPORT_MAX_BYTES + MIB, 10_000
DATA_UPLOAD_MAX_NUMBER_FILES = 2_100  # a registry, a roster and every agent's bindings (contracts.limits)
REQUEST_MAX_BYTES = 4 * IMPORT_MAX_BYTES  # refused before anything is read; an import may bring several files

API_RATE = env.whole("AUREN_API_RATE", default=1200, low=1, high=1_000_000)
ADDRESS_RATE = env.whole("AUREN_API_ADDRESS_RATE", default=3000, low=1, high=1_000_000)
REST_FRAMEWORK = rest_framework(caller_rate=API_RATE, address_rate=ADDRESS_RATE, proxies=int(BEHIND_PROXY))
SPECTACULAR_SETTINGS = SPECTACULAR

# What it says about itself

# On stderr: stdout belongs to what commands answer (`registry export --out -`).
LOG_LEVEL = env.choice("AUREN_LOG_LEVEL", ("DEBUG", "INFO", "WARNING", "ERROR"), default="INFO")
LOGGING = logging_to_stderr(LOG_LEVEL)

ENVIRONMENT_NAMES = frozenset(env.names)
