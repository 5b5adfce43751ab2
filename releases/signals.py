"""What other apps may listen to. Each is sent once what it tells of is committed, and no listener can undo it."""

from django.dispatch import Signal

published = Signal()
"""A channel moved: ``release``, ``channel``, ``kind`` (of :class:`ChannelMove.Kind`) and ``move``."""
served_changed = Signal()
"""What agents are served is another than before, in the process that changed it; the others find out by themselves."""
proposed = Signal()
"""A release waits for someone's word before ``channel`` may go there: ``release``, ``channel``."""
