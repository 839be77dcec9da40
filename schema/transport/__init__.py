"""Carries operations and their results between clients and `execution` and `live`.

- `handler` answers queries and mutations over HTTP in a pool of threads, with `schema.view`.
- `uploads` answers uploads in threads that read the body while it is stored.
- `protocol` speaks `graphql-transport-ws` for `schema.consumer`; `frames` queues the received
  frames, `messages` decodes them, `answering` executes operations in threads, and `backpressure`
  holds back results for a client that reads slowly.
- `sse` streams subscriptions as server-sent events.
- `handshake` reads the credentials of a WebSocket. `credentials` tells when the credentials of an
  open connection become invalid. `origins` says which pages may open a WebSocket.
- `open_connections` counts WebSockets and event streams, and ends them when the server stops.
- `request_ids` gives each request an id, for the log and the answer.
- `negotiation` reads the `Accept` header, and `graphiql` renders the page for browsers.

Doors, for `schema.asgi`, `schema.view` and `schema.consumer`: all modules but `answering`,
`backpressure` and `credentials`.
"""
