"""Signals for host projects: one for each kind of event, sent once, after the commit.

A receiver gets `sender` (the class `Event`), `event`, and the event's `message` and
`participation`, which can be None. If a receiver fails, that is logged, and the others run.
"""

from django.dispatch import Signal

conversation_started = Signal()
conversation_renamed = Signal()
conversation_changed = Signal()
conversation_upgraded = Signal()
message_sent = Signal()
message_edited = Signal()
message_removed = Signal()
message_reacted = Signal()
message_pinned = Signal()
message_unpinned = Signal()
message_completed = Signal()
participant_invited = Signal()
participant_declined = Signal()
participant_joined = Signal()
participant_left = Signal()
participant_removed = Signal()
participant_reinstated = Signal()
participant_role_changed = Signal()
participant_suspended = Signal()
participant_restored = Signal()
conversation_read = Signal()
#: Never sent any more. It is here for projects that import it.
conversation_marked_unread = Signal()
