from ..outside.conftest import internet

__all__ = ["internet"]
