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
    #: The room whose picture it is.
    avatar_of: int | None = None

    def is_unused_by(self, name):
        return self.owner == name and self.of is None and self.avatar_of is None


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
        must(all(each and each.is_unused_by(name) for each in found), Code.UNKNOWN_FILE)
        must(all(each.state != "refused" for each in found), Code.FILE_REFUSED)

    def claim(self, at, filenames):
        """The last message of a room has these files."""
        said = self.rooms[at].said
        said[-1].files = list(dict.fromkeys(filenames))
        for each in filenames:
            self.files[each].of = (at, len(said))

    def take_avatar(self, name, at, filename):
        """A file becomes the picture of a room, or none is it. Returns whether that is a change."""
        before = next((each for each, file in self.files.items() if file.avatar_of == at), None)
        if filename is not None:
            file = self.files.get(filename)
            fine = file and (filename == before or file.is_unused_by(name))
            must(fine, Code.UNKNOWN_FILE)
            must(file.state != "refused", Code.FILE_REFUSED)
            must(file.state == "ready", Code.FILE_NOT_CHECKED)
            file.avatar_of = at
        if before not in {None, filename}:
            del self.files[before]
        return before != filename

    def drop_files(self, said, kept=()):
        for each in set(said.files).difference(kept):
            del self.files[each]
        said.files = [each for each in said.files if each in kept]

    def forget(self, said, why):
        """The words of a message are gone, and all that belongs to them."""
        self.drop_files(said)
        said.forget(why)
