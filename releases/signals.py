"""What other apps may listen to. Each is sent once what it tells of is committed, and no listener can undo it."""

from django.dispatch import Signal

published = Signal()
"""A channel moved: ``release``, ``channel``, ``kind`` (of :class:`ChannelMove.Kind`) and ``move``."""
proposed = Signal()
"""A release waits for someone's word before ``channel`` may go there: ``release``, ``channel``."""
