"""``registry export --receivers``: a site's own addresses in Alertmanager's configuration."""

import pytest

from tests.kpis.commands import run

pytestmark = pytest.mark.usefixtures("first")
FILE = "alertmanager/alertmanager.yml"
EXPORT = ("export", "--only", "observability", "--channel", "production", "--out")


@pytest.fixture
def receivers(tmp_path):
    file = tmp_path / "receivers.yaml"
    file.write_text("receivers: [{name: inbox, email_configs: [{to: team@example.org}]}]")
    return file


def test_addresses_are_filled_in_and_not_told_by_the_manifest(tmp_path, receivers):
    assert run(*EXPORT, tmp_path / "build", "--receivers", receivers)[0] == 0
    assert "team@example.org" in (tmp_path / "build" / FILE).read_text()
    assert "team@example.org" not in (tmp_path / "build" / "auren-export.json").read_text()


def test_check_asks_for_the_same_file(tmp_path, receivers):
    run(*EXPORT, tmp_path / "build", "--receivers", receivers)
    assert run(*EXPORT, tmp_path / "build", "--receivers", receivers, "--check")[0] == 0
    assert run(*EXPORT, tmp_path / "build", "--check")[0] == 1


@pytest.mark.parametrize(
    ("data", "said"),
    [(b"receivers: [", "not YAML"), (b"\xff", "no text"), (b"#" * 1_000_001, "larger than 1,000,000 bytes")],
    ids=["yaml", "bytes", "size"],
)
def test_a_file_that_cannot_be_used_is_refused_before_anything_is_written(tmp_path, receivers, data, said):
    receivers.write_bytes(data)
    code, _, error = run(*EXPORT, tmp_path / "build", "--receivers", receivers)
    assert (code, said in error) == (2, True)
    assert not (tmp_path / "build").exists()


def test_a_file_that_is_not_there_is_said(tmp_path):
    code, _, error = run(*EXPORT, tmp_path / "build", "--receivers", tmp_path / "none")
    assert (code, "cannot be read: No such file" in error) == (2, True)


ALIAS_BOMB = "receivers: [{name: inbox, a: &a [q, q], " + ", ".join(
    f"{to}: &{to} [{', '.join(['*' + of] * 10)}]" for of, to in zip("abcdefgh", "bcdefghi", strict=True)
)


@pytest.mark.parametrize(
    "text",
    [
        "receivers: [{name: inbox, x: &a [*a]}]",
        "receivers: [{name: inbox, x: !!binary aGk=}]",
        "receivers: [{name: inbox, x: !!set {a}}]",
        f"{ALIAS_BOMB}}}]",
        "receivers: [{name: inbox, webhook_configs: [{url: 'https://hook.example/made-up}]}]",
        "receivers: [{name: inbox}, {<<: 7}]",
        'receivers: [{name: inbox, x: "\\0"}]',
    ],
    ids=["itself", "binary", "set", "aliases", "quote", "merge", "nul"],
)
def test_what_no_configuration_can_hold_is_refused_without_showing_the_file(tmp_path, text):
    file = tmp_path / "receivers.yaml"
    file.write_text(text)
    code, _, err = run(*EXPORT, tmp_path / "build", "--receivers", file)
    assert (code, "made-up" in err, (tmp_path / "build").exists()) == (2, False, False)
    assert "receivers.yaml: The receivers cannot be read: line 1" in err


def test_a_number_as_a_key_and_a_day_are_texts(tmp_path):
    file = tmp_path / "receivers.yaml"
    file.write_text("receivers: [{name: inbox, 1: 2024-01-01}]")
    assert run(*EXPORT, tmp_path / "build", "--receivers", file)[0] == 0
    text = (tmp_path / "build/alertmanager/alertmanager.yml").read_text()
    assert '1: "2024-01-01"' in text
