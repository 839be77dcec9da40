"""System checks of a project's configuration of Talk."""

from . import changing_messages, extensions, options, policy, reactions, services  # noqa: F401
