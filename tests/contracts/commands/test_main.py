"""``auren-registry`` as a person or CI calls it, with its exit codes."""

import subprocess
import sys

from contracts.commands.main import main
from tests.kpis.commands import EXAMPLE, KPI_YAML, REGISTRY, ROOT, write

PLAIN = """
import sys
from contracts.commands.main import main
example = sys.argv[1]
codes = [main(words) for words in (["validate", example], ["schema", "roster"], ["fmt", "--check", example])]
assert codes == [0, 0, 0], codes
assert "django" not in sys.modules
main(["diff", example])
"""


def test_the_example_is_valid(capsys):
    assert main(["validate", str(EXAMPLE), "--fail-on", "warning"]) == 0
    assert "in 12 files." in capsys.readouterr().out


def test_an_error_is_exit_code_1_and_named_with_its_place(tmp_path, capsys):
    assert main(["validate", str(write(tmp_path, KPI_YAML.replace("< 20", "< 120")))]) == 1
    assert f"{REGISTRY}:10:20" in capsys.readouterr().out


def test_nothing_to_check_is_said_with_where_it_was_looked_for(tmp_path, capsys):
    for words in (["validate"], ["fmt", "--check"]):
        assert main([*words, str(tmp_path)]) == 3
        told = capsys.readouterr().err
        assert told.startswith("auren-registry: ")
        assert "agents/shared_modules/kpi_registry.yaml" in told
    assert main(["validate", str(tmp_path / "missing")]) == 2


def test_a_file_that_cannot_be_written_is_said_without_a_traceback(tmp_path, capsys):
    (tmp_path / "file").write_text("")
    report = tmp_path / "file/report.json"
    assert main(["validate", str(EXAMPLE), "--output", str(report)]) == 3
    assert str(tmp_path / "file") in capsys.readouterr().err


def test_both_sides_of_a_comparison_are_files(tmp_path, capsys):
    other = write(tmp_path, (EXAMPLE / REGISTRY).read_text().replace('"< 20"', '"< 25"'))
    assert main(["diff", str(EXAMPLE), str(other)]) == 1
    assert "hrv_rmssd critical: < 20 → < 25 ms" in capsys.readouterr().out


def test_it_needs_no_django_and_compares_with_no_database():
    done = subprocess.run(
        [sys.executable, "-c", PLAIN, EXAMPLE], cwd=ROOT, capture_output=True, encoding="utf-8", check=False
    )
    assert done.returncode == 2, done.stderr
    assert done.stderr.endswith("the following arguments are required: B\n")


def test_a_screen_that_cannot_show_a_character_gets_it_escaped(tmp_path):
    other = write(tmp_path, KPI_YAML.replace("< 20", "< 25"))
    done = subprocess.run(
        [sys.executable, "-m", "contracts.commands.main", "diff", write(tmp_path / "a", KPI_YAML), other],
        cwd=ROOT,
        env={"PYTHONIOENCODING": "ascii", "PATH": ""},
        capture_output=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (1, b"")
    assert rb"< 20 \u2192 < 25 ms" in done.stdout
