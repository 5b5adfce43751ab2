"""The fixtures of this folder's tests: files in our own words, in both formats."""

from pathlib import Path

FIXTURES = Path(__file__).parents[2] / "fixtures/documents"


def fixture(name: str) -> bytes:
    """The bytes of a file of `tests/fixtures/documents`."""
    return (FIXTURES / f"{name}.yaml").read_bytes()
