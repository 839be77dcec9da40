"""Live updates: tells running subscriptions what has changed in the database.

    a commit in `talk`
      -> `talk.wakeups`: a wake-up on the channel layer, without data
      -> `listener`, `hub`: one channel for each process; wakes whoever watches a topic
      -> `feeds`, `inbox`: read the changes after the last delivered one, once for all readers
      -> `sharing`: one execution and one JSON text for all viewers who see the same
      -> `streams`: the results of one subscription
      -> `transport`: a WebSocket, or server-sent events

A wake-up may be lost, so the hub also compares the database every few seconds. Each subscription
continues after the last change that it has delivered. So no change is lost or repeated.

Doors: `streams` runs a subscription, and `stream_limit` counts those that run. `feeds`, `inbox`,
`typing`, `inbox_typing` and `presence` are what can be followed. `typing_indicator` tells the
others that a person is typing. `hub`, `topics` and `wakeup` are for tasks that wait for a change.
"""
