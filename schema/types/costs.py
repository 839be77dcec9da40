"""What some fields cost in addition to their selections; see `documents.cost`.

The costs are in proportion to the time that the fields take with 100,000 people and 10,000
conversations in the inbox. There, a page of 50 conversations with their messages costs about 220.
"""

#: To search all people, or a whole inbox.
SEARCH = 200
#: To read a page of the inbox with `last` or `before`. Even a small page then takes a third of the
#: time of a page of 50.
INBOX_BACKWARDS = 80
#: To count the results of a search, or a whole inbox.
COUNT = 200
#: To count the unread messages of a whole inbox.
UNREAD_TOTAL = 100
#: To find the messages that mention the viewer.
MENTIONS = 20
#: To find the messages that the viewer saved.
SAVED_MESSAGES = 20
#: To find who has seen a message, for each message of a page.
SEEN = 1
#: To find messages by their words.
FOUND_MESSAGES = 200
