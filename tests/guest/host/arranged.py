"""What people pin, save, find, read, keep and schedule, whatever their keys are."""

import uuid
from datetime import timedelta

from django.utils import timezone

from talk.models import ScheduledMessage

FOUND = """query ($from: ID) { searchMessages(query: "needle", from: $from) {
    edges { node { id sender { id } } } } }"""
SAVED = "{ savedMessages { edges { node { id viewerSaved } } } }"
GROUP = """query ($id: ID!) { conversation(id: $id) { description
    viewerParticipation { draft { body } pinnedAt muted }
    pins { edges { node { pinnedBy { id } message { id } } } }
    messages(last: 1) { edges { node { seenCount seenBy { edges { node { user { id } } } } } } } } }
"""
SCHEDULED = """query ($id: ID!) { conversation(id: $id) {
    viewerParticipation { scheduledMessages { body mentions { id } } }
    messages(last: 1) { edges { node { body mentions { id } } } } } }"""


def arrange(cast, group):
    """Everybody is shown what is theirs, and what is everybody's."""
    ids, there = cast.ids, {"conversationId": group}
    sent = cast.act("alice", "sendMessage", "sent { id number }", body="A needle", **there)["sent"]
    message = {"message": sent["id"]}

    def act(name, mutation, **given):
        done = cast.act(name, mutation, **given)
        assert "code" not in done, (mutation, done)

    act("carol", "blockUser", user=ids["dave"])
    for time in range(7):  # From the sixth on a connection of PostgreSQL calls it by a name.
        for verb, again in (("unpinMessage", "pinMessage"), ("unsaveMessage", "saveMessage")):
            act("alice", verb, **message)
            act("alice", again, **message)
        act("alice", "updateConversation", description=f"Hay {time}", **there)
        for name in ("bob", "carol", "dave"):
            act(name, "markUnread", **{"from": 1}, **there)
            act(name, "markRead", number=sent["number"], privately=name == "bob", **there)
        for verb in ("unpinConversation", "archiveConversation", "pinConversation"):
            act("alice", verb, **there)
        act("alice", "setNotifications", level=("NOTHING", "EVERYTHING")[time % 2], **there)
        act("alice", "saveDraft", body=f"Draft {time}", base=time, **there)

        schedule(cast, group)
        look(cast, group, sent["id"], time)
        (edge,) = cast.ask("alice", SAVED)["savedMessages"]["edges"]
        assert edge["node"] == {"id": sent["id"], "viewerSaved": True}
        for sender, count in (("alice", 1), ("bob", 0)):
            found = cast.ask("dave", FOUND, **{"from": ids[sender]})["searchMessages"]["edges"]
            assert [each["node"]["id"] for each in found] == [sent["id"]] * count
    act("carol", "unblockUser", user=ids["dave"])
    schedule(cast, group, is_sent=True)


def schedule(cast, group, *, is_sent=False):
    """Alice schedules a message, which is cancelled or sent."""
    later = {"conversationId": group, "clientId": str(uuid.uuid4())}
    said = {"body": "Later", "mentions": [{"id": cast.ids["bob"]}]}
    at = (timezone.now() + timedelta(days=1)).isoformat()
    given = {"body": "Later", "mentions": [cast.ids["bob"]], "at": at}
    assert "code" not in cast.act("alice", "scheduleMessage", **later, **given)
    shown = cast.ask("alice", SCHEDULED, id=group)["conversation"]
    assert shown["viewerParticipation"] == {"scheduledMessages": [said]}
    if is_sent:
        ScheduledMessage.objects.update(due_at=timezone.now())
        assert ScheduledMessage.objects.send_due() == 1
        (edge,) = cast.ask("alice", SCHEDULED, id=group)["conversation"]["messages"]["edges"]
        assert edge["node"] == said
    else:
        assert "code" not in cast.act("alice", "cancelScheduledMessage", **later)


def look(cast, group, pinned, time):
    ids = cast.ids
    # Bob reads privately, and Carol blocked Dave.
    for name, seen in (("alice", ["carol", "dave"]), ("dave", ["dave"]), ("bob", [])):
        shown = cast.ask(name, GROUP, id=group)["conversation"]
        assert shown["description"] == f"Hay {time}"
        (pin,) = [edge["node"] for edge in shown["pins"]["edges"]]
        assert pin == {"pinnedBy": {"id": ids["alice"]}, "message": {"id": pinned}}
        own, (edge,) = shown["viewerParticipation"], shown["messages"]["edges"]
        if name == "alice":
            assert own["draft"] == {"body": f"Draft {time}"}
            assert (own["muted"], bool(own["pinnedAt"])) == (time % 2 == 0, True)
        people = [each["node"]["user"]["id"] for each in edge["node"]["seenBy"]["edges"]]
        assert people == [ids[each] for each in seen], cast.names
        assert edge["node"]["seenCount"] == (len(seen) or None)
