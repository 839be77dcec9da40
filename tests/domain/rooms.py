"""The state of one conversation in the rulebook, in dataclasses instead of rows."""

from dataclasses import dataclass, field

#: What there is before anybody describes a conversation.
UNDESCRIBED = {"description": "", "avatar": "", "data": {}}


class No(Exception):
    """What the rules refuse, with the code of the reason."""


def must(condition, code):
    if not condition:
        raise No(code)


@dataclass
class Place:
    joined: int
    activity: int
    #: Of two that joined together, the one that was named first stands longer.
    turn: int
    role: str = "member"
    status: str = "active"
    read: int = 0
    #: How much was said before they joined.
    before: int = 0
    #: The number of the first message that they see.
    history_from: int = 1
    #: The number of the last message that they see, and when they left.
    left_at: int | None = None
    left_when: int | None = None
    left_title: str = ""
    #: Who took part when they had left.
    left_with: frozenset[str] = frozenset()
    marked: bool = False
    #: From which number on they marked as unread what they had read.
    again: int | None = None
    #: Whether nobody was told what they read last.
    privately: bool = False
    suspended: bool = False
    #: What the person set for themselves.
    level: str = "everything"
    muted: bool = False
    archived: bool = False
    pinned: bool = False
    #: What they have written and not sent: the words, to what they reply, and the version.
    draft: str = ""
    draft_reply: int | None = None
    version: int = 0

    @property
    def draft_as_seen(self):
        reply = self.draft_reply
        return self.draft, None if reply is None or reply < self.history_from else reply

    def write_draft(self, body, reply_to=None):
        self.draft, self.draft_reply = body, reply_to
        self.version += 1

    def drop_draft(self):
        if self.draft:
            self.write_draft("")

    @property
    def is_muted(self):
        return self.muted or self.level == "nothing"

    @property
    def here(self):
        return self.status == "active"


@dataclass
class Said:
    """One message."""

    kind: str
    sender: str | None
    subject: str | None
    body: str
    #: When it was sent, and edited last, by the clock of the rules.
    at: int = 0
    edited: int | None = None
    #: Why its words are gone.
    removed_as: str = ""
    #: What it said before, the oldest text first.
    earlier: list[str] = field(default_factory=list)
    reply_to: int | None = None
    root: int | None = None
    #: Who is mentioned, and whether that is because it replies to them.
    mentions: dict[str, bool] = field(default_factory=dict)
    #: Who was mentioned until an edit took them out.
    taken_out: set[str] = field(default_factory=set)
    mentions_all: bool = False
    #: Who took part when it was sent.
    here: frozenset[str] = frozenset()
    #: The names of its files, in order.
    files: list[str] = field(default_factory=list)
    #: (emoji, whose, when), the oldest first.
    reactions: list[tuple[str, str, int]] = field(default_factory=list)
    #: Who pinned it, and when.
    pinned: tuple[str, int] | None = None
    #: Who saved it.
    saved_by: set[str] = field(default_factory=set)
    #: Whether it has a preview of the page to which it links.
    has_preview: bool = False
    #: The revision of its last change.
    revision: int = 0

    @property
    def is_text(self):
        return self.kind == "text"

    def forget(self, why):
        """The words are gone, and all that belongs to them."""
        self.body, self.removed_as = "", why
        self.earlier, self.reactions, self.files = [], [], []
        self.pinned, self.saved_by, self.has_preview = None, set(), False
        self.mentions, self.taken_out, self.mentions_all = {}, set(), False


@dataclass
class Room:
    private: bool
    title: str = ""
    key: str | None = None
    #: What it says about itself, who wrote that, and when something of it was changed last.
    described: dict = field(default_factory=lambda: dict(UNDESCRIBED))
    described_by: dict[str, str | None] = field(default_factory=lambda: dict.fromkeys(UNDESCRIBED))
    described_when: int = 0
    upgraded_from: int | None = None
    places: dict[str, Place] = field(default_factory=dict)
    said: list[Said] = field(default_factory=list)
    #: (kind, actor, participant, number of the message)
    log: list[tuple] = field(default_factory=list)

    @property
    def active(self):
        return {name for name, place in self.places.items() if place.here}

    def record(self, kind, actor, about=None, number=None):
        """One event, and with it one revision, also of the message at `number`."""
        self.log.append((kind, actor, about, number))
        if number is not None:
            self.said[number - 1].revision = len(self.log)

    def shows_description_to(self, name):
        place = self.places[name]
        return place.here or self.described_when <= place.left_when

    def seen_by(self, name):
        """The numbers of the messages that `name` sees."""
        place = self.places[name]
        end = len(self.said) if place.left_at is None else place.left_at
        return range(place.history_from, end + 1)

    def shows_words(self, name, said):
        """Whether `name` sees the words of a text that is among those that they see."""
        left = self.places[name].left_when
        is_same = said.edited is None or left is None or said.edited <= left
        return said.is_text and not said.removed_as and is_same

    def unread(self, name, hidden=()):
        """The numbers of what waits for `name`, counted one by one."""
        place = self.places[name]
        return [
            number
            for number in self.seen_by(name)
            if number > place.before
            and (number > place.read or number >= (place.again or len(self.said) + 1))
            and (said := self.said[number - 1]).is_text
            and said.sender not in {name, *hidden}
            and not said.removed_as
        ]

    def unread_mentions(self, name, hidden=()):
        """The numbers of what waits for `name` and mentions them.

        What mentions everybody mentions those who took part at that moment.
        """
        return [
            number
            for number in self.unread(name, hidden)
            if name in (said := self.said[number - 1]).mentions
            or (said.mentions_all and name in said.here)
        ]

    def replies_to(self, number):
        """The numbers of the replies in the branch that began at `number`, without what is gone."""
        return [
            at
            for at, said in enumerate(self.said, start=1)
            if said.root == number and not said.removed_as
        ]
