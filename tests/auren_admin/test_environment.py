"""Environment variables: read strictly, refused in words."""

import os

import pytest

from auren_admin.environment import Environment, SettingError, development_key, read_env_file


def env(**values):
    return Environment(values)


def test_an_unset_or_empty_variable_means_the_default():
    assert env(A="").flag("A", default=True) is True
    assert env(A=" ").whole("A", default=7, low=1, high=9) == 7
    assert env().choice("A", ("x", "y"), default="y") == "y"
    assert env().hosts("A", default=["localhost"]) == ["localhost"]


@pytest.mark.parametrize(("text", "expected"), [("true", True), ("YES", True), ("0", False), ("off", False)])
def test_a_flag_reads_the_usual_words(text, expected):
    assert env(A=text).flag("A", default=not expected) is expected


@pytest.mark.parametrize(
    ("read", "value", "expected"),
    [
        (lambda e: e.flag("A", default=False), "maybe", "true or false"),
        (lambda e: e.whole("A", default=1, low=1, high=65535), "eighty", "a whole number from 1 to 65535"),
        (lambda e: e.whole("A", default=1, low=1, high=65535), "70000", "a whole number from 1 to 65535"),
        (lambda e: e.whole("A", default=1, low=0, high=9), "-1", "a whole number from 0 to 9"),
        (lambda e: e.whole("A", default=1, low=0, high=9), "٣", "a whole number from 0 to 9"),
        (lambda e: e.choice("A", ("x", "y"), default="x"), "z", "one of x, y"),
        (lambda e: e.hosts("A", default=[]), "https://example.org", "host names without scheme"),
        (lambda e: e.hosts("A", default=[]), "example.org:8000", "host names without scheme"),
        (lambda e: e.origins("A"), "example.org", "origins such as https://"),
        (lambda e: e.networks("A"), "10.1.0.1/16", "networks such as 10.1.0.0/16"),
        (lambda e: e.networks("A"), "intranet", "networks such as 10.1.0.0/16"),
    ],
)
def test_nonsense_is_refused_with_its_name_value_and_what_was_expected(read, value, expected):
    with pytest.raises(SettingError) as refused:
        read(env(A=value))
    assert f"A={value!r}: expected {expected}" in str(refused.value)


def test_lists_are_separated_by_commas():
    assert env(A="a.org, .b.org,,[::1]").hosts("A", default=[]) == ["a.org", ".b.org", "[::1]"]
    assert env(A="https://a.org,http://b.org:8000").origins("A") == ["https://a.org", "http://b.org:8000"]
    assert list(map(str, env(A="10.1.0.0/16, fd00::/8,127.0.0.1").networks("A"))) == [
        "10.1.0.0/16",
        "fd00::/8",
        "127.0.0.1/32",
    ]


def test_a_secret_may_come_from_a_file(tmp_path):
    file = tmp_path / "key"
    file.write_text("s3cret\n", encoding="utf-8")
    assert env(KEY_FILE=str(file)).secret("KEY") == "s3cret"


def test_a_secret_given_twice_or_unreadable_is_refused(tmp_path):
    with pytest.raises(SettingError, match="only one of KEY and KEY_FILE"):
        env(KEY="a", KEY_FILE="b").secret("KEY")
    with pytest.raises(SettingError, match="a readable text file"):
        env(KEY_FILE=str(tmp_path / "absent")).secret("KEY")


def test_a_database_url_becomes_settings():
    config = env(URL="postgres://ann:p%40ss@db.example.org:5433/auren").database("URL")
    assert config is not None
    assert config["ENGINE"] == "django.db.backends.postgresql"
    assert (config["USER"], config["PASSWORD"], config["HOST"], config["PORT"], config["NAME"]) == (
        "ann",
        "p@ss",
        "db.example.org",
        5433,
        "auren",
    )
    assert env().database("URL") is None


@pytest.mark.parametrize(
    "url",
    [
        "mysql://ann:hush@db/auren",
        "postgres://ann:hush@db:port/auren",
        "postgres://ann:hush@db",
        "ann:hush@db",
    ],
)
def test_a_bad_database_url_is_refused_without_showing_its_password(url):
    with pytest.raises(SettingError, match="expected .*postgres://") as refused:
        env(URL=url).database("URL")
    assert "hush" not in str(refused.value)


def test_every_name_asked_for_is_remembered():
    e = env()
    e.secret("KEY")
    e.flag("FLAG", default=False)
    assert e.names == {"KEY", "KEY_FILE", "FLAG"}


def test_a_development_key_is_random_kept_and_private(tmp_path):
    file = tmp_path / "var" / "secret_key"
    key = development_key(file)
    assert len(key) >= 50
    assert development_key(file) == key
    assert file.stat().st_mode & 0o777 == 0o600
    assert development_key(tmp_path / "other") != key
    assert [path.name for path in file.parent.iterdir()] == ["secret_key"]


def test_a_line_of_the_env_file_that_means_nothing_is_refused(tmp_path):
    file = tmp_path / ".env"
    file.write_text("# a comment\n\nPORT = 9000\n", encoding="utf-8")
    with pytest.raises(SettingError, match=r"\.env line 3: expected NAME=value"):
        read_env_file(file)


def test_the_environment_wins_over_the_env_file(tmp_path, monkeypatch):
    monkeypatch.setenv("AUREN_TEST_A", "from the environment")
    monkeypatch.delenv("AUREN_TEST_B", raising=False)
    file = tmp_path / ".env"
    file.write_text("AUREN_TEST_A=from the file\nAUREN_TEST_B='from the file'\n", encoding="utf-8")
    read_env_file(file)
    assert os.environ["AUREN_TEST_A"] == "from the environment"
    assert os.environ.pop("AUREN_TEST_B") == "from the file"


def test_no_env_file_is_no_problem(tmp_path):
    read_env_file(tmp_path / ".env")


def test_an_address_may_hold_a_password(tmp_path):
    url = "https://ann:p%40ss@metrics.example.org:8428/api/v1/write"
    assert env(URL=url).address("URL") == url
    assert env().address("URL") == ""
    (tmp_path / "url").write_text(f"{url}\n")
    assert env(URL_FILE=str(tmp_path / "url")).address("URL") == url


@pytest.mark.parametrize(
    "url",
    ["metrics.example.org", "ftp://ann:hush@b.org", "https://", "http://b:x/", "http://b:0/", "http://a b/"],
)
def test_what_is_no_address_is_refused_without_its_password(url):
    with pytest.raises(SettingError) as refused:
        env(URL=url).address("URL")
    assert "hush" not in str(refused.value)
    assert "expected an address such as https://" in str(refused.value)


def test_a_pattern_is_one_that_re2_takes():
    assert env(P="[0-9]{10}").pattern("P") == "[0-9]{10}"
    assert env().pattern("P") == ""
    with pytest.raises(SettingError, match="P='\\(\\?=x\\)': expected a regular expression as RE2 has them"):
        env(P="(?=x)").pattern("P")
