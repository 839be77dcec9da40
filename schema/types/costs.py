"""Costs of some fields beside their selections; see `limits.Meter`.

In proportion to a page of an inbox with 50 conversations, which costs about 220 with its messages,
where there are 100,000 people and the inbox has 10,000 conversations.
"""

#: To search all people, or a whole inbox.
SEARCH = 200
#: To read a page of the inbox with `last`, or with `before`. Either takes a third of the time that
#: a page of 50 takes, however small the page is.
INBOX_BACKWARDS = 80
#: To count the results of a search, or a whole inbox.
COUNT = 200
#: To count the unread messages of a whole inbox.
UNREAD_TOTAL = 100
