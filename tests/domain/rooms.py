"""The state of one conversation in the rulebook, in dataclasses instead of rows."""

from dataclasses import dataclass, field


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
    left_at: int | None = None
    left_title: str = ""
    #: Who took part when they had left.
    left_with: frozenset[str] = frozenset()
    marked: bool = False
    suspended: bool = False

    @property
    def here(self):
        return self.status == "active"


@dataclass
class Room:
    private: bool
    title: str = ""
    upgraded_from: int | None = None
    places: dict[str, Place] = field(default_factory=dict)
    #: (kind, sender, subject, body)
    said: list[tuple] = field(default_factory=list)
    #: The numbers of what has no words any more.
    removed: set[int] = field(default_factory=set)
    #: (kind, actor, participant, number of the message)
    log: list[tuple] = field(default_factory=list)

    @property
    def active(self):
        return {name for name, place in self.places.items() if place.here}

    def unread(self, name, hidden=()):
        """The numbers of what waits for `name`, counted one by one."""
        place = self.places[name]
        end = len(self.said) if place.left_at is None else place.left_at
        return [
            number
            for number, (kind, sender, *_) in enumerate(self.said, start=1)
            if max(place.read, place.before) < number <= end
            and kind == "text"
            and sender not in {name, *hidden}
            and number not in self.removed
        ]
