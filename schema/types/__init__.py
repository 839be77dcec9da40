"""The GraphQL types, inputs and enums, except those of subscriptions.

- `user`, `message`, `participation`, `conversation`, `tokens`: the types of models. `nodes` has
  lazy references to them, for annotations.
- `message_connection`, `message_page`, `mention_page`, `saved_messages`, `search_page`,
  `files_page`, `participant_page`, `inbox`, `inbox_cursor`: pages.
- `attachments`: files of messages.
- `capabilities`, `drafts`, `last_seen`, `others`, `unread`, `upgrades`: fields that take more than
  a line.
- `inputs`, `results`, `message_inputs`, `message_results`, `arranging`, `refusals`: what mutations
  take and return.
- `enums`, `fields`, `costs`, `search`: what the others are made with.
"""
