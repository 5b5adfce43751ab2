"""An edit of the working copy, as files bring it."""

from pathlib import Path

from tests.kpis.commands import EXAMPLE, REGISTRY, run, write


def edit(directory: Path, before: str = "< 20", after: str = "< 22") -> Path:
    """Import the example's registry with the first such condition changed; return the tree."""
    text = (EXAMPLE / REGISTRY).read_text(encoding="utf-8")
    tree = write(directory, text.replace(f'condition: "{before}"', f'condition: "{after}"', 1))
    assert run("import", tree, "--conflicts", "theirs")[0] == 0
    return tree
