"""System checks of a project's configuration of Talk."""

from . import extensions, options, policy, services  # noqa: F401
