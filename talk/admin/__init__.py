"""The admin for support staff and moderators. To read messages takes a permission of its own."""

from . import (
    attachments,
    conversations,
    moderation,
    participations,
    pins,
    reactions,
    tokens,
    work,
)

__all__ = [
    "attachments",
    "conversations",
    "moderation",
    "participations",
    "pins",
    "reactions",
    "tokens",
    "work",
]
