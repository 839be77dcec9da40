"""For support staff: who talks with whom, since when. The words themselves take a permission."""

from . import conversations, moderation, participations, tokens

__all__ = ["conversations", "moderation", "participations", "tokens"]
