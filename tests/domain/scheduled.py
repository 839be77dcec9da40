"""The part of the rulebook about messages that are sent later."""

from dataclasses import dataclass, field

from talk.exceptions import RefusalCode as Code

from .rooms import No, must


@dataclass
class Later:
    """One scheduled message."""

    name: str
    at: int
    body: str
    reply_to: int | None
    #: Whom it mentions; None if its person did not say.
    mentions: list[str] | None
    mention_all: bool
    #: Why it was not sent at its time.
    refusal: str = ""


@dataclass
class Scheduled:
    """Rules of what is sent later. Nobody but the person is in any of them until it is sent."""

    #: What is to be sent, in its order, and what was refused.
    later: list[Later] = field(default_factory=list)

    def schedule(self, name, at, body, reply_to, mentions, mention_all):
        place, room = self.place(name, at), self.rooms[at]
        must(body, Code.EMPTY_BODY)
        self._must_have_a_say(place)
        if room.private:
            self._must_reach(name, room.places)
        self.references(room, name, reply_to, mentions, mention_all)
        others = None if mentions is None else [each for each in mentions if each != name]
        self.later.append(Later(name, at, body, reply_to, others, mention_all))

    def cancel_scheduled(self, name, at, which):
        must(self.place(name, at).here, Code.NOT_A_PARTICIPANT)
        for each in self.later_of(name, at)[which : which + 1]:
            self.later.remove(each)

    def send_due(self):
        waiting = [each for each in self.later if not each.refusal]
        for each in waiting:
            room = self.rooms[each.at]
            mentions = each.mentions and [name for name in each.mentions if name in room.active]
            refers = {"mentions": mentions, "mention_all": each.mention_all}
            try:
                self._say(each.name, each.at, each.body, self.reply_of(each), **refers)
            except No as no:
                each.refusal = no.args[0]
            else:
                self.later.remove(each)

    def later_of(self, name, at):
        return [each for each in self.later if (each.name, each.at) == (name, at)]

    def reply_of(self, later):
        """To what a scheduled message is a reply, unless its person cleared that."""
        seen_from = self.rooms[later.at].places[later.name].history_from
        return None if (later.reply_to or 0) < seen_from else later.reply_to

    def forget_later(self, room, name):
        self.later = [
            each for each in self.later if each.name != name or self.rooms[each.at] is not room
        ]
