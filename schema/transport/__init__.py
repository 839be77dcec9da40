"""Carries operations and their results between clients and `execution` and `live`.

- `handler` answers queries and mutations over HTTP in threads that last, with `schema.view`.
- `protocol` speaks `graphql-transport-ws` for `schema.consumer`; `frames` holds the
  frames that it received, `messages` decodes them, and `backpressure` holds back results for a
  client that reads slowly.
- `sse` streams subscriptions as server-sent events.
- `handshake` reads the credentials of a WebSocket, and `credentials` watches them as long as it is
  open. `origins` says which pages may open one.
- `connected` counts open connections, and ends them when the server stops.
- `negotiation` reads the `Accept` header, and `graphiql` renders the page for browsers.

Doors, for `schema.asgi`, `schema.view` and `schema.consumer`: all modules but `backpressure` and
`credentials`.
"""
