import os
import time

from django.db import connection

from talk.followers import Follower

TABLE = """CREATE TABLE ledger (
    line serial, process integer, conversation bigint, revision bigint,
    UNIQUE (conversation, revision)
)"""
WRITE = "INSERT INTO ledger (process, conversation, revision) VALUES (%s, %s, %s)"


class Bookkeeper(Follower):
    name = "bookkeeper"
    from_start = True

    def handle(self, event):
        # So that many events are not done yet when the process is killed.
        time.sleep(0.004)
        with connection.cursor() as cursor:
            cursor.execute(
                f"{WRITE} ON CONFLICT DO NOTHING",
                [os.getpid(), event.conversation_id, event.revision],
            )
