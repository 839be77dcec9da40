"""Reads settings from environment variables, and names the variable that can't be read."""

from contextlib import suppress
from typing import Any

import environ
from django.core.exceptions import ImproperlyConfigured


class Environment(environ.Env):  # type: ignore[misc]  # environ has no types.
    """Raises `ImproperlyConfigured` with the name of a variable that can't be read."""

    def get_value(self, var: str, *args: Any, **kwargs: Any) -> Any:
        try:
            return super().get_value(var, *args, **kwargs)
        except ValueError as error:
            raise ImproperlyConfigured(f"{var} can't be read: {error}.") from None

    def database(self, url: str) -> dict[str, Any]:
        """The database at `url`. An error does not repeat the URL, which may contain a password."""
        if url.partition(":")[0] in {"postgres", "postgresql", "postgis", "sqlite"}:
            with suppress(ValueError):
                return dict(self.db_url_config(url))
        raise ImproperlyConfigured(
            "DATABASE_URL must be like postgres://user:password@host/name or sqlite:////path/to/file."
        )
