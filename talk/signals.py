"""What a host project can listen to. Each fires once, after the commit, for one event.

A receiver gets `sender` (the class `Event`), `event`, and, where the event has them, `message`
and `participation`. A receiver that fails is logged and harms nobody else.
"""

from django.dispatch import Signal

conversation_started = Signal()
conversation_renamed = Signal()
conversation_upgraded = Signal()
message_sent = Signal()
message_removed = Signal()
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
#: Never sent: it concerns one person alone. Kept for projects that import it.
conversation_marked_unread = Signal()
