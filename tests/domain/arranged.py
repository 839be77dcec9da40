"""The part of the rulebook about how people arrange their own inboxes."""

from talk.exceptions import RefusalCode as Code
from talk.models.participation.arranging import MOST_PINNED

from .rooms import must


class Arranged:
    """Rules of what is muted, archived and pinned. Nobody but the person is in any of them."""

    def set_notifications(self, name, at, level, muted):
        """`muted` is how long from now on: for ever, not at all, or until the past."""
        place = self.place(name, at)
        must(muted != "until the past", Code.INVALID_EXPIRY)
        place.level, place.muted = level, bool(muted)

    def archive(self, name, at):
        place = self.place(name, at)
        place.archived = True
        place.pinned = False

    def unarchive(self, name, at):
        self.place(name, at).archived = False

    def pin(self, name, at):
        place = self.place(name, at)
        if not place.pinned:
            pinned = [room for room in self.rooms if name in room.places]
            pinned = [room for room in pinned if room.places[name].pinned]
            must(len(pinned) < MOST_PINNED, Code.TOO_MANY_PINS)
            place.pinned, place.archived = True, False

    def unpin(self, name, at):
        self.place(name, at).pinned = False

    def bring_back(self, room, sender):
        """After a text: into whose inboxes the conversation comes back."""
        for name in room.active:
            place = room.places[name]
            if name == sender or not (place.is_muted or sender in self.blocked_by(name)):
                place.archived = False

    def total(self, name, muted):
        """What is unread in the whole inbox, with or without what is muted."""
        places = [
            (at, room.places[name]) for at, room in enumerate(self.rooms) if name in room.active
        ]
        return sum(
            len(self.unread(name, at))
            for at, place in places
            if not place.archived and (muted or not place.is_muted)
        )
