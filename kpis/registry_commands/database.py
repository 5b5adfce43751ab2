"""The working copy in the database as a side of a comparison."""

from contracts.commands.sides import DATABASE, MEMORIES, WORDS, Side
from kpis.importing import JOINED
from kpis.importing.seen import SeenComparisons
from kpis.services import registry_document


def stored() -> Side:
    """The registry in the database, with the agents that other apps keep beside it."""
    bindings, roster = JOINED[0].stored() if JOINED else ({}, None)
    return Side(registry_document(), bindings or None, roster)


# The app that releases the working copy knows better how to read the whole of it.
WORDS.setdefault(DATABASE, stored)
MEMORIES[DATABASE] = SeenComparisons()
