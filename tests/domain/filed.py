"""The part of the rulebook about files, which are called by names that no two of them have."""

from dataclasses import dataclass

from talk.exceptions import RefusalCode as Code

from .rooms import must


@dataclass
class File:
    owner: str
    state: str = "checking"
    #: The room and the number of its message.
    of: tuple[int, int] | None = None


class Filed:
    """Rules of files."""

    #: Those that somebody has.
    files: dict[str, File]

    def upload(self, name, filename):
        self.files[filename] = File(name)

    def check(self, filename, state):
        """The check of a file ends. Nothing happens if it is gone, or was checked before."""
        file = self.files.get(filename)
        if file is None or file.state != "checking":
            return
        file.state = state
        if file.of is not None:
            at, number = file.of
            self.tick()
            self.rooms[at].record("message_completed", None, number=number)

    def must_be_usable(self, name, filenames):
        found = [self.files.get(each) for each in filenames]
        fine = all(each and each.owner == name and each.of is None for each in found)
        must(fine, Code.UNKNOWN_FILE)
        must(all(each.state != "refused" for each in found), Code.FILE_REFUSED)

    def claim(self, at, filenames):
        """The last message of a room has these files."""
        said = self.rooms[at].said
        said[-1].files = list(dict.fromkeys(filenames))
        for each in filenames:
            self.files[each].of = (at, len(said))

    def drop_files(self, said, kept=()):
        for each in set(said.files).difference(kept):
            del self.files[each]
        said.files = [each for each in said.files if each in kept]

    def forget(self, said, why):
        """The words of a message are gone, and all that belongs to them."""
        self.drop_files(said)
        said.forget(why)
