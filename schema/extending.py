"""For projects that add fields of their own: `field`, `load_for_all` and `Public`."""

from .documents.public import Public
from .loading.views import load_for_all
from .types.fields import field

__all__ = ["Public", "field", "load_for_all"]
