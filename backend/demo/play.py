"""Plays a script in a conversation: each line is something that its speaker says or does."""

import re

from talk.models import Conversation, Message

LINE = re.compile(
    r"(?P<who>\w+)(?: \((?P<name>\w+)\))?"
    r"(?:, (?P<does>replying to|reacting to|editing|taking back|removing|pinning|saving)"
    r" (?P<line>\w+))?"
    r"(?:: (?P<words>.+))?"
)


class Play:
    """A conversation in which a script is played, with the lines that have a name so far."""

    def __init__(self, conversation: Conversation) -> None:
        members = conversation.participations.select_related("user")
        self._members = {each.user.username: each for each in members}
        self._lines: dict[str, Message] = {}

    def perform(self, script: str) -> None:
        """Do what the lines of `script` say, in order."""
        for line in script.strip().splitlines():
            part = LINE.fullmatch(line)
            if part is None:
                raise ValueError(f"Nobody can play this line: {line}")
            message = self._do(part["who"], part["does"], part["line"], part["words"])
            if part["name"]:
                self._lines[part["name"]] = message

    def _do(self, who: str, does: str | None, line: str, words: str) -> Message:
        member = self._members[who]
        match does:
            case "reacting to":
                return member.react(self._lines[line], words)
            case "editing":
                return member.edit(self._lines[line], words, self._mentioned(words))
            case "taking back":
                return member.retract(self._lines[line])
            case "removing":
                return member.remove_message(self._lines[line])
            case "pinning":
                return member.pin_message(self._lines[line])
            case "saving":
                return member.save_message(self._lines[line])
        replied_to = self._lines[line].number if does else None
        return member.send(words, reply_to=replied_to, mentions=self._mentioned(words))

    def _mentioned(self, words: str) -> list[object] | None:
        """Whom the words name with an @. Without any, a reply mentions whom it replies to."""
        names = re.findall(r"@(\w+)", words)
        users = (each.user for each in self._members.values())
        return [user for user in users if user.first_name in names] or None
