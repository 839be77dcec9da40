"""Outgoing HTTP to addresses that strangers name: `fetch` reaches the public internet alone.

This module is the door of the package. What somebody writes into a message, or registers as the
address of a webhook or of a device, may name a machine that only this server reaches: a database, a
router, the metadata of a cloud. So nothing else in Talk opens a connection to such an address.

    answer = fetch(url, most_bytes=65_536, timeout=10)

- A name is looked up once. All its addresses must be public, and the connection goes to one of
  them, whatever a second look-up would say. TLS verifies the name.
- Each redirect is checked like the first address. None leads from https to http.
- `timeout` bounds all of it: look-ups, connections, redirects, and answers that trickle in.
- `most_bytes` bounds the body. Nothing is decompressed.
- No cookies, no referrer, no passwords, no proxy from the environment.

`fetch` blocks, so call it in a worker and never in an event loop. It raises `OutsideError`, which
says neither the URL nor anything of the answer. Tell strangers no more than that it failed: the
reason tells which names exist in your network.
"""

from .errors import OutsideError, Reason
from .fetching import Response, fetch

__all__ = ["OutsideError", "Reason", "Response", "fetch"]
