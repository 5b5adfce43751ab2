"""promtool on proof cards: whether Prometheus flips where each of them says."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from observability.promtool import Verdict, try_rules
from observability.proof.card import ProofCard


def prove(cards: Iterable[ProofCard], *, seconds: float = 60) -> Iterator[tuple[ProofCard, list[Verdict]]]:
    """Each card with promtool's verdicts on its rules and its tests, one after the other.

    Raises PromtoolError where there is no promtool.
    """
    for card in cards:
        with TemporaryDirectory(prefix="auren-proof-") as name:
            folder = Path(name)
            for path, text in card.files.items():
                (folder / path).parent.mkdir(parents=True, exist_ok=True)
                (folder / path).write_text(text, encoding="utf-8")
            yield card, try_rules(folder, seconds=seconds)
