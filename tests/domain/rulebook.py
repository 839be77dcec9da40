"""A second implementation of the rules, in plain Python and without a database, to compare with."""

from dataclasses import dataclass, field

from talk.exceptions import RefusalCode as Code

from .arranged import Arranged
from .drafted import Drafted
from .filed import File, Filed
from .rooms import UNDESCRIBED, No, Place, Room, Said, must
from .scheduled import Scheduled
from .words import Words

__all__ = ["MOST", "No", "Rulebook"]

MOST = 4
#: In conversations of more people nobody is told what somebody read.
FEW = 3


@dataclass
class Rulebook(Words, Arranged, Drafted, Scheduled, Filed):
    rooms: list[Room] = field(default_factory=list)
    files: dict[str, File] = field(default_factory=dict)
    clock: int = 0
    #: (who blocked, whom)
    blocks: set[tuple[str, str]] = field(default_factory=set)

    def tick(self):
        self.clock += 1
        return self.clock

    def place(self, name, at):
        must(name in self.rooms[at].places, Code.NOT_A_PARTICIPANT)
        return self.rooms[at].places[name]

    def of_other(self, name, at):
        must(name in self.rooms[at].places, Code.NEVER_JOINED)
        return self.rooms[at].places[name]

    # Where people talk.

    def between(self, one, other):
        for at, room in enumerate(self.rooms):
            if room.private and set(room.places) == {one, other}:
                return at
        self._must_reach(one, [other])
        return self._start(Room(private=True), [one, other])

    def start_group(self, creator, others, title=""):
        people = [creator, *recipients(creator, others)]
        self._must_reach(creator, people)
        at = self._start(Room(private=False, title=title), people)
        self.rooms[at].places[creator].role = "owner"
        return at

    def for_key(self, key, creator, others):
        for at, room in enumerate(self.rooms):
            if room.key == key:
                return at
        at = self.start_group(creator, others)
        self.rooms[at].key = key
        return at

    def among(self, sender, others):
        others = recipients(sender, others)
        if len(others) == 1:
            return self.between(sender, others[0])
        found = [
            at
            for at, room in enumerate(self.rooms)
            if not (room.private or room.key) and room.active == {sender, *others}
        ]
        if not found:
            return self.start_group(sender, others)
        return max(found, key=lambda at: self.rooms[at].places[sender].activity)

    def _start(self, room, people):
        now = self.tick()
        for turn, name in enumerate(people):
            room.places[name] = Place(joined=now, activity=now, turn=turn)
        room.record("conversation_started", people[0])
        self.rooms.append(room)
        return len(self.rooms) - 1

    # What members do.

    def send_to_users(self, sender, others, body):
        at = self.among(sender, others)
        return self._say(sender, at, body)

    def send(self, sender, at, body, invited=(), draft=None, **refers):
        place = self.place(sender, at)
        if invited:
            at = self.invite(sender, at, invited)
        self._say(sender, at, body, **refers)
        if draft == place.version:
            place.drop_draft()
        return at

    def _say(self, sender, at, body, reply_to=None, mentions=None, mention_all=False, files=()):
        room = self.rooms[at]
        place = room.places[sender]
        must(body or files, Code.EMPTY_BODY)
        self._must_have_a_say(place)
        if room.private:
            self._must_reach(sender, room.places)
        caught_up = not self.unread(sender, at) and place.read >= place.before
        now = self.tick()
        refers = self.references(room, sender, reply_to, mentions, mention_all)
        self.must_be_usable(sender, files)
        self._tell(room, "text", "message_sent", sender, sender, body, **refers)
        self.claim(at, files)
        if caught_up:
            place.read = len(room.said)
        place.marked = False
        for name in room.active:
            room.places[name].activity = now
        self.bring_back(room, sender)
        return at

    def announce(self, at, body):
        must(body, Code.EMPTY_BODY)
        room = self.rooms[at]
        now = self.tick()
        self._tell(room, "text", "message_sent", None, body=body)
        for name in room.active:
            room.places[name].activity = now
        self.bring_back(room, None)
        return at

    def invite(self, actor, at, invited):
        place, room = self.place(actor, at), self.rooms[at]
        self._must_have_a_say(place)
        must(len(set(invited)) <= MOST, Code.TOO_MANY_PARTICIPANTS)
        if room.private:
            self._must_reach(actor, room.places)
            group = self.among(actor, [*room.places, *invited])
            if group != at and self.rooms[group].upgraded_from is None:
                self._must_have_a_say(self.rooms[group].places[actor])
                self.rooms[group].upgraded_from = at
                self._tell(self.rooms[group], "upgraded", "conversation_upgraded", actor)
            return group
        self._admit(actor, room, invited)
        return at

    def _admit(self, actor, room, invited):
        invited = list(dict.fromkeys(invited))
        back = [name for name in invited if name in room.places and not room.places[name].here]
        new = [name for name in invited if name not in room.places]
        self._must_reach(actor, back + new)
        coming = len(back) + len(new)
        must(not coming or len(room.active) + coming <= MOST, Code.TOO_MANY_PARTICIPANTS)
        now = self.tick()
        for name in back:
            place = room.places[name]
            by_the_project = actor is None
            may = by_the_project or place.status == "left" or room.places[actor].role != "member"
            must(may, Code.NOT_ALLOWED)
            place.status, place.left_at, place.left_title = "active", None, ""
            place.left_when = None
            place.joined = place.activity = now
            place.marked, place.again, place.archived = False, None, False
            self._tell(room, "reinstated", "participant_reinstated", actor, name, subject=name)
        last = len(room.said)
        for name in new:
            room.places[name] = Place(joined=now, activity=now, turn=len(room.places), before=last)
        for name in new:
            self._tell(room, "joined", "participant_joined", actor, name, subject=name)
        self._keep_an_owner(room, actor)

    def leave(self, name, at):
        place, room = self.place(name, at), self.rooms[at]
        must(not room.private, Code.PRIVATE_CONVERSATION)
        must(place.status != "left", Code.ALREADY_LEFT)
        must(place.here, Code.NOT_A_PARTICIPANT)
        self._go(room, name, name, "left")

    def remove(self, actor, at, name):
        room = self.rooms[at]
        by = self.place(actor, at)
        must(not room.private, Code.PRIVATE_CONVERSATION)
        must(actor != name, Code.CANNOT_REMOVE_YOURSELF)
        self._must_be_admin(by)
        place = self.of_other(name, at)
        self._outrank(by, place)
        must(place.here, Code.NOT_A_MEMBER)
        self._go(room, actor, name, "removed")

    def _go(self, room, actor, name, kind):
        place = room.places[name]
        self.tick()
        self._tell(room, kind, f"participant_{kind}", actor, name, subject=name)
        place.status, place.role = kind, "member"
        place.left_at, place.left_title = len(room.said), room.title
        place.left_when = self.clock
        place.drop_draft()
        self.forget_later(room, name)
        place.left_with = frozenset(room.active)
        self._keep_an_owner(room, actor)

    def reinstate(self, actor, at, name):
        room = self.rooms[at]
        by = actor and self.place(actor, at)
        must(actor != name, Code.CANNOT_REINSTATE_YOURSELF)
        if by is not None:
            self._must_have_a_say(by)
        place = self.of_other(name, at)
        must(not place.here, Code.ALREADY_ACTIVE)
        self._admit(actor, room, [name])

    def change_role(self, actor, at, name, role):
        room = self.rooms[at]
        by = self.place(actor, at)
        must(not room.private, Code.PRIVATE_CONVERSATION)
        self._must_be_admin(by)
        place = self.of_other(name, at)
        self._outrank(by, place)
        must(role != "owner" or by.role == "owner", Code.NOT_ALLOWED)
        must(place.here, Code.NOT_A_MEMBER)
        if role != place.role:
            places = room.places
            owners = [
                each
                for each in room.active
                if places[each].role == "owner" and (each == name or not places[each].suspended)
            ]
            must(owners != [name], Code.LAST_OWNER)
            place.role = role
            room.record("participant_role_changed", actor, name)

    def rename(self, actor, at, title):
        place, room = self.place(actor, at), self.rooms[at]
        self._must_have_a_say(place)
        must(not room.private, Code.PRIVATE_CONVERSATION)
        must(place.role != "member", Code.NOT_ALLOWED)
        if title != room.title:
            room.title = title
            self._tell(room, "renamed", "conversation_renamed", actor, body=title)

    def describe(self, actor, at, given):
        place, room = self.place(actor, at), self.rooms[at]
        must(not room.private, Code.PRIVATE_CONVERSATION)
        self._must_be_admin(place)
        self._describe(at, actor, given)

    def give_avatar(self, actor, at, filename):
        place, room = self.place(actor, at), self.rooms[at]
        must(not room.private, Code.PRIVATE_CONVERSATION)
        self._must_be_admin(place)
        self._describe(at, actor, {"avatar": ""}, filename)

    def describe_for_the_project(self, at, given):
        room = self.rooms[at]
        must(not room.private or given.keys() <= {"data"}, Code.PRIVATE_CONVERSATION)
        self._describe(at, None, given)

    def _describe(self, at, actor, given, filename=None):
        now, room = self.tick(), self.rooms[at]
        changed = {name: value for name, value in given.items() if value != room.described[name]}
        if "avatar" in given and self.take_avatar(actor, at, filename):
            changed["avatar"] = given["avatar"]
        if changed:
            room.described |= changed
            room.described_by |= {name: actor if value else None for name, value in changed.items()}
            room.described_when = now
            room.record("conversation_changed", actor)

    def read(self, name, at, number, privately=False):
        place, room = self.place(name, at), self.rooms[at]
        must(place.here, Code.NOT_A_PARTICIPANT)
        must(0 <= number <= len(room.said), Code.NUMBER_OUT_OF_RANGE)
        if number > place.read:
            hidden = room.private and self.blocked_by(name).intersection(room.places)
            place.privately = bool(privately or hidden or len(room.active) > FEW)
            if not place.privately:
                room.record("conversation_read", name, name)
            place.read = number
        if number == place.read:
            place.marked, place.again = False, None
        elif place.again is not None:
            place.again = max(place.again, number + 1)

    def mark_unread(self, name, at, number=None):
        place, room = self.place(name, at), self.rooms[at]
        must(place.here, Code.NOT_A_PARTICIPANT)
        if number is not None:
            must(number in room.seen_by(name), Code.NUMBER_OUT_OF_RANGE)
            if number <= place.read:
                place.again = min(number, place.again or number)
        place.marked = True

    def receipts(self, name, at):
        """How far others have read, as `name` is told: by the name of who reads, or None."""
        room = self.rooms[at]
        if not room.places[name].here or len(room.active) > FEW or room.places[name].privately:
            return None
        return {
            other: (room.places[other].before, room.places[other].read)
            for other in room.active
            if room.places[other].read
            and not room.places[other].privately
            and (other, name) not in self.blocks
        }

    # What moderators do.

    def remove_message(self, at, number):
        room = self.rooms[at]
        must(0 < number <= len(room.said), Code.NOT_FOUND)
        said = room.said[number - 1]
        must(said.kind in {"text", "renamed"} and not said.removed_as, Code.NOT_FOUND)
        title = said.body
        self.forget(said, "moderated")
        room.record("message_removed", None, number=number)
        if said.kind == "renamed":
            self._forget_title(room, number, title)

    def remove_description(self, at, name):
        room = self.rooms[at]
        filed = name == "avatar" and any(each.avatar_of == at for each in self.files.values())
        must(room.described[name] or filed, Code.NOT_FOUND)
        self._describe(at, None, {name: UNDESCRIBED[name]})

    def suspend(self, name, at, suspended=True):
        place = self.place(name, at)
        if place.suspended != suspended:
            place.suspended = suspended
            kind = "participant_suspended" if suspended else "participant_restored"
            self.rooms[at].record(kind, None, name)
            self._keep_an_owner(self.rooms[at], None)

    def _forget_title(self, room, number, title):
        renames = [at for at, said in enumerate(room.said, start=1) if said.kind == "renamed"]
        if title not in {room.said[at - 1].body for at in renames}:
            for place in room.places.values():
                if place.left_title == title:
                    place.left_title = ""
        if room.title and renames[-1] == number:
            room.title = ""
            room.record("conversation_renamed", None)

    # What they do about each other.

    def block(self, blocker, blocked):
        must(blocker != blocked, Code.CANNOT_BLOCK_YOURSELF)
        self.blocks.add((blocker, blocked))

    def unblock(self, blocker, blocked):
        self.blocks.discard((blocker, blocked))

    def unread(self, name, at):
        return self.rooms[at].unread(name, self.blocked_by(name))

    def unread_mentions(self, name, at):
        return self.rooms[at].unread_mentions(name, self.blocked_by(name))

    def found(self, name, beginning):
        """The texts that `name` finds by the beginning of a word: rooms and numbers."""
        hidden = self.blocked_by(name)
        return {
            (at, number)
            for at, room in enumerate(self.rooms)
            if name in room.places
            for number in room.seen_by(name)
            if room.shows_words(name, said := room.said[number - 1])
            and said.sender not in hidden
            and any(word.startswith(beginning) for word in said.body.lower().split())
        }

    def blocked_by(self, name):
        return {other for by, other in self.blocks if by == name}

    # Parts of the rules.

    def _must_have_a_say(self, place):
        must(place.here, Code.NOT_A_PARTICIPANT)
        must(not place.suspended, Code.SUSPENDED)

    def _must_reach(self, sender, people):
        must(not any((name, sender) in self.blocks for name in people), Code.NOT_REACHABLE)

    def _must_be_admin(self, by):
        self._must_have_a_say(by)
        must(by.role != "member", Code.NOT_ALLOWED)

    def _outrank(self, by, other):
        may = by.role == "owner" or (by.role == "admin" and other.role == "member")
        must(may, Code.NOT_ALLOWED)

    def _tell(self, room, kind, event, actor, about=None, body="", *, subject=None, **refers):
        room.said.append(
            Said(kind, actor, subject, body, at=self.clock, here=frozenset(room.active), **refers)
        )
        room.record(event, actor, about, len(room.said))

    def _keep_an_owner(self, room, actor):
        def standing(name):
            place = room.places[name]
            rank = ["owner", "admin", "member"].index(place.role)
            # Nobody who is suspended acts, but who owns it already goes on owning it.
            suspended = (place.role != "owner") + 1 if place.suspended else 0
            return suspended, rank, place.joined, place.turn

        heir = min(room.active, key=standing, default=None)
        if not room.private and heir and room.places[heir].role != "owner":
            room.places[heir].role = "owner"
            room.record("participant_role_changed", actor, heir)


def recipients(sender, others):
    must(len(set(others)) <= MOST, Code.TOO_MANY_PARTICIPANTS)
    others = [name for name in dict.fromkeys(others) if name != sender]
    must(others, Code.NO_RECIPIENTS)
    must(len(others) < MOST, Code.TOO_MANY_PARTICIPANTS)
    return others
