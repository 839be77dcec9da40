"""Finds rows as far as the viewer may see them, and loads what many conversations show at once.

Doors:

- `participations`: the viewer's participation in a conversation, which is the permission to see it;
  messages and participations of others, if the viewer can see them.
- `participants`: the first participants of many conversations.
- `standings`: the viewer's participation, or one like it, to tell what they may do.
- `views`: the conversations that an operation shows, each with the viewer's participation in it.
- `receipts`: how far others have read, as far as the viewer is told of it.
- `cleared`: from which message on the viewer sees a conversation that they cleared.
- `descriptions`: the description, avatar and data of a conversation, as the viewer sees them.
- `batch`: loads something for all conversations of a page in one query.
- `users`: the users that a client names by their global ids.
- `files`: the files that a client names by their global ids.
- `messages`: shows messages of several conversations on one page.
- `shown`: loads data for all users that an answer shows, or for all rows of a page.
- `blocks`: reads whom the viewer blocked in the same round trip as a page.
"""
