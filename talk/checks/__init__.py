"""What a configuration does not guarantee, said at the start."""

from . import callers, options, services  # noqa: F401
