"""The admin for support staff and moderators. To read messages takes a permission of its own."""

from . import conversations, moderation, participations, pins, reactions, tokens, work

__all__ = ["conversations", "moderation", "participations", "pins", "reactions", "tokens", "work"]
