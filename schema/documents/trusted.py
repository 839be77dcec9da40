"""Trusted documents: with `TALK["TRUSTED_DOCUMENTS"]`, only registered documents are executed.

The build of a front end writes a manifest of its documents by their ids. Both common formats are
read: that of Apollo's `generate-persisted-query-manifest`, and the plain object from ids to texts
that the Relay compiler and GraphQL Codegen write.
"""

import json
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext as _

from talk.conf import conf

from ..errors import UntrustedDocument


def text_of(data: Mapping[str, Any]) -> str:
    """The text of the document that a request names or contains. Raises if it is not trusted."""
    query = data.get("query")
    if conf.TRUSTED_DOCUMENTS is None:
        return str(query)
    documents = read_manifest(conf.TRUSTED_DOCUMENTS)
    key = id_in(data)
    # A request may contain the whole text of a registered document.
    written_out = query if query in documents.values() else None
    text = written_out if key is None else documents.get(key)
    if text is None:
        raise UntrustedDocument(_("The document is not registered on this server."))
    return str(text)


def id_in(data: Mapping[str, Any]) -> str | None:
    """The id of a document: `documentId`, or the hash that Apollo Client sends."""
    # Clients write null for what they don't send.
    document_id = data.get("documentId")
    if document_id is None:
        document_id = hash_in(data)
    return document_id.removeprefix("sha256:") if isinstance(document_id, str) else None


def hash_in(data: Mapping[str, Any]) -> Any:
    """The hash that an automatic persisted query sends instead of its document, or None."""
    extensions = data.get("extensions")
    persisted = extensions.get("persistedQuery") if isinstance(extensions, dict) else None
    return persisted.get("sha256Hash") if isinstance(persisted, dict) else None


@lru_cache
def read_manifest(path: str | Path) -> Mapping[str, str]:
    """The documents in a manifest by their ids. Raises `ImproperlyConfigured` if it has none."""
    try:
        manifest = json.loads(Path(path).read_text())
        if "operations" in manifest:
            manifest = {each["id"]: each["body"] for each in manifest["operations"]}
        found = {key.removeprefix("sha256:"): text for key, text in manifest.items()}
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise ImproperlyConfigured(f"{path} is no manifest of documents: {error!r}") from None
    if not all(isinstance(text, str) for text in found.values()):
        raise ImproperlyConfigured(f"{path} is no manifest of documents.")
    return found
