"""Webhooks: telling other programs what happened, signed, tried again, and only where they may be."""
