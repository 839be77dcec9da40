"""System checks of a project's configuration of Talk."""

from . import extensions, options, policy, reactions, services  # noqa: F401
