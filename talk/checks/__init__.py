"""System checks of a project's configuration of Talk."""

from . import (  # noqa: F401
    changing_messages,
    extensions,
    files,
    options,
    policy,
    previews,
    reactions,
    services,
    static_files,
)
