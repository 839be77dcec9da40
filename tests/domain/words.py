"""The part of the rulebook about what people do with messages that were sent."""

from talk.exceptions import RefusalCode as Code

from .rooms import must

#: Most different reactions to one message.
MOST_EMOJI = 20
#: The one link that texts have.
LINK = "https://a.example"
#: Most pinned messages of a room.
MOST_PINS = 50


class Words:
    """Rules of messages that were sent. The rest of the rulebook has the rooms and the people."""

    #: Whether `EDIT_SECONDS` is None, and not 0.
    may_edit = True

    def edit(self, name, at, number, body, mentions=None, kept=None):
        self.place(name, at)
        room, said = self._text(name, at, number)
        must(said.sender == name, Code.NOT_YOURS)
        must(self.may_edit, Code.TOO_LATE)
        mentioned = self._mentioned_by_edit(room, said, mentions)
        files = said.files if kept is None else kept
        must(set(files) <= set(said.files), Code.UNKNOWN_FILE)
        must(body or files, Code.EMPTY_BODY)
        if (body, mentioned) == (said.body, said.mentions) and set(files) == set(said.files):
            return
        now = self.tick()
        if body != said.body:
            said.earlier.append(said.body)
            said.has_preview &= LINK in body
        said.body, said.edited = body, now
        said.taken_out |= said.mentions.keys()
        said.taken_out -= mentioned.keys()
        said.mentions = mentioned
        self.drop_files(said, files)
        room.record("message_edited", name, name, number)

    def retract(self, name, at, number):
        place, room = self.place(name, at), self.rooms[at]
        must(number in room.seen_by(name), Code.NOT_FOUND)
        said = room.said[number - 1]
        must(place.here, Code.NOT_A_PARTICIPANT)
        must(said.is_text, Code.NOT_A_TEXT)
        must(said.sender == name or not said.removed_as, Code.NOT_FOUND)
        must(said.sender == name, Code.NOT_YOURS)
        if said.removed_as == "retracted":
            return
        must(not said.removed_as, Code.NOT_FOUND)
        self.forget(said, "retracted")
        room.record("message_removed", name, number=number)

    def take_away(self, name, at, number):
        """`remove_message` by an owner or admin."""
        place, room = self.place(name, at), self.rooms[at]
        must(number in room.seen_by(name), Code.NOT_FOUND)
        must(not room.private, Code.PRIVATE_CONVERSATION)
        self._must_be_admin(place)
        said = room.said[number - 1]
        if said.removed_as == "removed":
            return
        must(said.is_text, Code.NOT_A_TEXT)
        must(not said.removed_as, Code.NOT_FOUND)
        must(said.sender, Code.NOT_ALLOWED)
        self._outrank(place, room.places[said.sender])
        self.forget(said, "removed")
        room.record("message_removed", name, number=number)

    def keep_preview(self, at, number):
        """The server has fetched the page to which a text links."""
        room = self.rooms[at]
        said = room.said[number - 1] if 0 < number <= len(room.said) else None
        if said is None or LINK not in said.body or said.has_preview:
            return
        self.tick()
        said.has_preview = True
        room.record("message_completed", None, number=number)

    def react(self, name, at, number, emoji):
        room, said = self._text(name, at, number)
        if any((emoji, name) == each[:2] for each in said.reactions):
            return
        known = {each for each, *_ in said.reactions}
        must(emoji in known or len(known) < MOST_EMOJI, Code.TOO_MANY_REACTIONS)
        said.reactions.append((emoji, name, self.tick()))
        room.record("message_reacted", name, name, number)

    def unreact(self, name, at, number, emoji):
        room, said = self._text(name, at, number)
        left = [each for each in said.reactions if each[:2] != (emoji, name)]
        if left != said.reactions:
            self.tick()
            said.reactions = left
            room.record("message_reacted", name, name, number)

    def pin_message(self, name, at, number):
        room, said = self._text(name, at, number)
        self._must_pin(name, room)
        if said.pinned is None:
            there = [each for each in room.said if each.pinned]
            must(len(there) < MOST_PINS, Code.TOO_MANY_PINS)
            said.pinned = name, self.tick()
            room.record("message_pinned", name, name, number)

    def unpin_message(self, name, at, number):
        room, said = self._text(name, at, number)
        self._must_pin(name, room)
        if said.pinned is not None:
            self.tick()
            said.pinned = None
            room.record("message_unpinned", name, name, number)

    def save_message(self, name, at, number):
        self._seen_text(name, at, number).saved_by.add(name)

    def unsave_message(self, name, at, number):
        self._seen_text(name, at, number).saved_by.discard(name)

    def clear(self, name, at):
        place, room = self.place(name, at), self.rooms[at]
        self.tick()
        place.history_from = (len(room.said) if place.left_at is None else place.left_at) + 1
        place.marked, place.again = False, None
        for said in room.said[: place.history_from - 1]:
            said.saved_by.discard(name)

    # Parts of the rules.

    def _must_pin(self, name, room):
        must(room.private or room.places[name].role != "member", Code.NOT_ALLOWED)

    def _seen_text(self, name, at, number):
        """A text with words that `name` sees, whether or not they may act on it."""
        self.place(name, at)
        room = self.rooms[at]
        must(number in room.seen_by(name), Code.NOT_FOUND)
        said = room.said[number - 1]
        must(said.is_text, Code.NOT_A_TEXT)
        must(not said.removed_as, Code.NOT_FOUND)
        return said

    def _text(self, name, at, number):
        """A text with words, on which `name` may act."""
        place, room = self.place(name, at), self.rooms[at]
        must(number in room.seen_by(name), Code.NOT_FOUND)
        self._must_have_a_say(place)
        if room.private:
            self._must_reach(name, room.places)
        said = room.said[number - 1]
        must(said.is_text, Code.NOT_A_TEXT)
        must(not said.removed_as, Code.NOT_FOUND)
        return room, said

    def references(self, room, sender, reply_to, mentions, mention_all):
        """What a new message replies to, and whom it mentions."""
        refers = {}
        mentioned = dict.fromkeys(self._named(sender, mentions or []), False)
        if reply_to is not None:
            must(reply_to in room.seen_by(sender), Code.NUMBER_OUT_OF_RANGE)
            quoted = room.said[reply_to - 1]
            must(quoted.is_text, Code.NOT_A_TEXT)
            refers = {"reply_to": reply_to, "root": quoted.root or reply_to}
            # An empty list mentions nobody.
            if mentions != [] and quoted.sender in room.active - {sender}:
                mentioned[quoted.sender] = True
        must(mentioned.keys() <= room.active, Code.NOT_A_MEMBER)
        if mention_all:
            may = room.places[sender].role != "member" or len(room.active) <= 100
            must(may, Code.NOT_ALLOWED)
        return {"mentions": mentioned, "mentions_all": mention_all, **refers}

    def _mentioned_by_edit(self, room, said, mentions):
        """Whom a message mentions after an edit. The author whom it replies to stays."""
        if mentions is None:
            return said.mentions
        named = self._named(said.sender, mentions)
        must(set(named) - said.mentions.keys() <= room.active, Code.NOT_A_MEMBER)
        stays = {each: by_reply for each, by_reply in said.mentions.items() if by_reply}
        return dict.fromkeys(named, False) | stays

    def _named(self, sender, mentions):
        return [each for each in dict.fromkeys(mentions) if each != sender]
