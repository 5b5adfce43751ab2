"""Settings: defaults that just run, production that refuses what is unsafe."""

import runpy
import secrets

import pytest
from django.conf import settings

from auren_admin.environment import SettingError

SETTINGS = settings.BASE_DIR / "auren_admin" / "settings.py"
PRODUCTION = {
    "AUREN_ENV": "production",
    "AUREN_SECRET_KEY": secrets.token_urlsafe(64),
    "AUREN_ALLOWED_HOSTS": "admin.example.org",
}


@pytest.fixture
def load(monkeypatch, tmp_path):
    """Read the settings file again, under other environment variables."""

    def load(**variables):
        for name in settings.ENVIRONMENT_NAMES:
            monkeypatch.delenv(name, raising=False)
        monkeypatch.setenv("AUREN_ENV_FILE", "/dev/null")
        monkeypatch.setenv("AUREN_DATA_DIR", str(tmp_path))
        for name, value in variables.items():
            monkeypatch.setenv(name, value)
        return runpy.run_path(str(SETTINGS))

    return load


def test_nothing_needs_to_be_set(load, tmp_path):
    read = load()
    assert read["DATABASES"]["default"]["NAME"] == str(tmp_path / "auren.sqlite3")
    assert read["PORT"] == 8000
    assert read["SECRET_KEY"] == load()["SECRET_KEY"]
    assert read["DEBUG"] is False


def test_sqlite_waits_for_its_turn_instead_of_failing(load):
    options = load()["DATABASES"]["default"]["OPTIONS"]
    assert options["transaction_mode"] == "IMMEDIATE"
    assert options["timeout"] == 20
    assert "journal_mode=WAL" in options["init_command"]


def test_postgresql_keeps_a_connection_for_each_thread(load):
    config = load(DATABASE_URL="postgres://auren@db/auren", AUREN_THREADS="6")["DATABASES"]["default"]
    assert config["ENGINE"] == "django.db.backends.postgresql"
    assert (
        config["OPTIONS"]["pool"]["max_size"] == 14
    )  # for each kind of request, one for what watches, one to spare


def test_production_starts_when_all_is_as_it_should_be(load):
    read = load(**PRODUCTION)
    assert read["ALLOWED_HOSTS"] == ["admin.example.org"]
    assert read["SESSION_COOKIE_SECURE"]
    assert read["CSRF_COOKIE_SECURE"]
    assert read["SECURE_SSL_REDIRECT"]
    assert read["SECURE_HSTS_SECONDS"] > 0


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("AUREN_SECRET_KEY", ""),
        ("AUREN_SECRET_KEY", "short"),
        ("AUREN_SECRET_KEY", "a" * 60),
        ("AUREN_SECRET_KEY", "change-me-" * 7),
        ("AUREN_ALLOWED_HOSTS", ""),
        ("AUREN_ALLOWED_HOSTS", "*"),
        ("AUREN_DEBUG", "true"),
        ("AUREN_ENV", "prod"),
        ("PORT", "http"),
        ("AUREN_THREADS", "0"),
        ("AUREN_LOG_LEVEL", "loud"),
    ],
)
def test_a_value_that_cannot_work_in_production_is_refused_by_name(load, name, value):
    with pytest.raises(SettingError) as refused:
        load(**{**PRODUCTION, name: value})
    assert refused.value.name == name
    assert "expected" in str(refused.value)


def test_a_refused_secret_is_not_shown(load):
    with pytest.raises(SettingError) as refused:
        load(**{**PRODUCTION, "AUREN_SECRET_KEY": "my-short-secret"})
    assert "my-short-secret" not in str(refused.value)


def test_a_production_key_may_come_from_a_file(load, tmp_path):
    file = tmp_path / "key"
    file.write_text(secrets.token_urlsafe(64), encoding="utf-8")
    read = load(**{**PRODUCTION, "AUREN_SECRET_KEY": "", "AUREN_SECRET_KEY_FILE": str(file)})
    assert read["SECRET_KEY"] == file.read_text(encoding="utf-8")


def test_the_settings_file_stays_one_short_file():
    assert len(SETTINGS.read_text(encoding="utf-8").splitlines()) < 250


def test_the_environment_is_read_in_one_place():
    """NO_COLOR is no setting of ours but a custom of terminals: https://no-color.org.

    How large a file may be is asked by `auren-registry` as well, which has no settings.
    """
    readers = {
        path.relative_to(settings.BASE_DIR).as_posix()
        for package in ("auren_admin", "kpis", "contracts")
        for path in (settings.BASE_DIR / package).rglob("*.py")
        for line in path.read_text(encoding="utf-8").splitlines()
        if "os.environ" in line and "NO_COLOR" not in line
    }
    assert readers <= {f"auren_admin/{name}.py" for name in ("settings", "wsgi", "celery", "checks")} | {
        "contracts/commands/paths.py"
    }
