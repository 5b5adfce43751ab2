"""System checks, each by its id."""

from django.core.management import call_command

from auren_admin.checks import static_files_collected, variables_known


def test_w001_a_misspelt_variable_is_pointed_out(monkeypatch):
    monkeypatch.setenv("AUREN_ALOWED_HOSTS", "admin.example.org")
    [message] = variables_known(None)
    assert message.id == "auren_admin.W001"
    assert message.hint == "Did you mean AUREN_ALLOWED_HOSTS?"


def test_w001_variables_that_exist_are_fine(monkeypatch):
    monkeypatch.setenv("AUREN_SECRET_KEY_FILE", "/run/secrets/key")
    assert variables_known(None) == []


def test_w002_production_without_collected_static_files_is_pointed_out(settings, tmp_path):
    settings.PRODUCTION, settings.STATIC_ROOT = True, tmp_path
    [message] = static_files_collected(None)
    assert message.id == "auren_admin.W002"
    assert message.hint is not None
    assert "collectstatic" in message.hint


def test_w002_is_quiet_in_development_and_once_files_are_collected(settings, tmp_path):
    settings.STATIC_ROOT = tmp_path
    assert static_files_collected(None) == []
    settings.PRODUCTION = True
    (tmp_path / "staticfiles.json").touch()
    assert static_files_collected(None) == []


def test_the_project_has_nothing_to_complain_about():
    call_command("check", fail_level="WARNING")
