"""The part of the rulebook about what people have written and not sent."""

from talk.exceptions import RefusalCode as Code

from .rooms import must


class Drafted:
    """Rules of drafts. Nobody but the person is in any of them."""

    def save_draft(self, name, at, body, reply_to, base):
        place, room = self.place(name, at), self.rooms[at]
        must(place.here, Code.NOT_A_PARTICIPANT)
        if not body:
            reply_to = None
        if reply_to is not None:
            must(reply_to in room.seen_by(name), Code.NUMBER_OUT_OF_RANGE)
            must(room.said[reply_to - 1].is_text, Code.NOT_A_TEXT)
        if (body, reply_to) != place.draft_as_seen:
            must(base == place.version, Code.DRAFT_CHANGED)
            place.write_draft(body, reply_to)
