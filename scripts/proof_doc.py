"""Writes docs/proof.md: what proof cards are, and those of the example registry."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby
from pathlib import Path

from contracts.commands.sides import sides_at
from contracts.release import ReleaseDocument
from observability.options import ExportOptions
from observability.proof.card import ProofCard, proof_cards
from observability.proof.telling import BASES, moment, rows, sentence

ROOT = Path(__file__).parent.parent
PAGE = ROOT / "docs" / "proof.md"
HEAD = """\
# Proof cards

<!-- Written by `make docs` (scripts/proof_doc.py): change it there. -->

A threshold is said four times over: in words to people, by the evaluator to agents, as an alert rule to
Prometheus, as bands to Grafana. A proof card shows, for one trigger of one agent, that the four are one. It
has **boundary witnesses**: two numbers with none between them that a computer could hold, the agent acting on
one and not on the other, and the second from which it acts, or no longer does. The evaluator is asked for
each; the card carries the alert rule with a test that asks Prometheus for the same; Grafana's colour is that
of the steps which the dashboards have.

- In the admin: a release, *Alerts and dashboards*, *Proof cards*. There a card also tells what the last 30
  days would have come to. The page is made to be printed.
- On the command line: `manage.py registry prove KPI` makes the cards again and has `promtool` run the rule's
  unit tests and the witnesses. It exits with 1 where anything disagrees. `--agent`, `--release` and
  `--channel` say of what, `--format json` says it to programs.
- The **digest** is of everything on the card but the backtest: the same digest is the same card, wherever it
  was made.

A change over time (`drop >= 10% over 7d`) has no value of its own at which it flips; its unit tests are on
the card all the same. [What PromQL cannot say](semantics.md) is listed in one place.

## The cards of the example

The colour is that of the worst severity that a value has: a value that is no longer critical may still be a
warning.
"""


def page() -> str:
    """The page as it should be."""
    cards = proof_cards(example(), ExportOptions())
    lines = [HEAD]
    for (kpi, title), own in groupby(
        sorted(cards, key=lambda card: card.kpi), key=lambda card: (card.kpi, card.title)
    ):
        lines.append(f"### {title} (`{kpi}`)\n")
        for card in own:
            lines += _card(card)
    return "\n".join(lines)


def example() -> ReleaseDocument:
    """What the example's files say."""
    (side,) = sides_at(str(ROOT / "examples" / "auren"))
    assert side.roster is not None  # noqa: S101 - the example has all three kinds of files
    assert side.bindings is not None  # noqa: S101
    return ReleaseDocument(
        side.registry, side.roster, side.bindings, {name: name.lower() for name in side.bindings}
    )


def _card(card: ProofCard) -> Iterator[str]:
    yield f"**{card.severity}**, `{card.condition}`: {sentence(card)}\n"
    if found := list(rows(card)):
        yield "| value | the agent | Grafana |\n|---|---|---|"
        yield from (f"| {value} | {acts} | {colour} |" for value, acts, colour in found)
        yield ""
    moments = " ".join(f"It {moment(one)}." for one in card.witnesses.times)
    yield f"{moments} `{card.alert}`: {BASES[card.basis]}\n".lstrip()


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
