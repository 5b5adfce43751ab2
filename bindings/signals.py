"""What other apps may listen to, without this one knowing them."""

from django.dispatch import Signal

report_made = Signal()
"""A validation report is stored; sent with ``report``, in the transaction that stores it."""
