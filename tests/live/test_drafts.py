"""Live, a draft is told to the other devices of its person, and to nobody else."""

import pytest

from schema.types.inbox_cursor import InboxCursor
from talk.models import Conversation
from talk.models.draft import DraftQuerySet

from .client import front_end, id_of
from .sockets import in_thread, live, signed_in, talk
from .test_sharing import hear, listeners

pytestmark = pytest.mark.django_db(transaction=True)

INBOX = """subscription ($after: String) { inboxChanges(after: $after) {
  cursor participation { lastActivityAt draftVersion draft { body replyTo version } } } }"""


@live
async def test_ones_own_devices_hear_of_a_draft_and_nobody_else_does(daphne, alice, bob, group):
    async with front_end(daphne, alice) as alices, front_end(daphne, bob) as bobs:
        cursor = (await bobs.inbox())["changesCursor"]
        async with (
            bobs.subscribe(INBOX, after=cursor) as own,
            bobs.changes(group, after=1) as log,
            alices.inbox_changes((await alices.inbox())["changesCursor"]) as others_inbox,
            alices.changes(group, after=1) as others,
        ):
            await bobs.do("saveDraft", conversationId=id_of(group), body="Hell", base=0)
            change = (await own.next())["participation"]
            since = change.pop("lastActivityAt")
            draft = {"body": "Hell", "replyTo": None, "version": 1}
            assert change == {"draftVersion": 1, "draft": draft}
            # The same again.
            await bobs.do("saveDraft", conversationId=id_of(group), body="Hell", base=1)
            for stream in (own, log, others, others_inbox):
                assert await stream.is_silent()

            await bobs.do("sendMessage", conversationId=id_of(group), body="Hello", draft=1)
            change = (await own.next())["participation"]
            assert change.pop("lastActivityAt") > since
            assert change == {"draftVersion": 2, "draft": None}


@live
async def test_those_who_share_a_change_of_the_conversation_see_no_draft_of_others(
    alice, bob, carol, group
):
    await in_thread(lambda: group.participation_of(alice).send("Hello"))()
    place = await in_thread(group.participation_of)(bob)
    await in_thread(lambda: place.save_draft("soon", base=0))()
    fields = "kind participation { draftVersion draft { body } }"
    async with listeners((alice, bob, carol), group, fields) as sockets:
        await in_thread(place.read)()

        heard = [(await hear(socket))[0] for socket in sockets]

    assert {each["kind"] for each in heard} == {"CONVERSATION_READ"}
    nothing = {"draftVersion": None, "draft": None}
    own = {"draftVersion": 1, "draft": {"body": "soon"}}
    assert [each["participation"] for each in heard] == [nothing, own, nothing]


@live
async def test_after_a_pause_the_drafts_of_many_conversations_are_read_at_once(
    bob, alice, carol, group, monkeypatch
):
    others = [await in_thread(Conversation.objects.between)(bob, each) for each in (alice, carol)]
    asked = []
    read = DraftQuerySet.by_participation

    def noted(self, participations):
        asked.append(len(participations))
        return read(self, participations)

    monkeypatch.setattr(DraftQuerySet, "by_participation", noted)
    await in_thread(keep_a_draft_in_each)(bob, [group, *others])
    asked.clear()

    async with signed_in(bob, app=talk) as bobs:
        await bobs.subscribe(INBOX, variables={"after": InboxCursor.now().encode()})
        heard = [(await bobs.hear())["payload"]["data"]["inboxChanges"] for _each in range(3)]

    assert [each["participation"]["draft"]["body"] for each in heard] == ["0", "1", "2"]
    assert asked == [3]


def keep_a_draft_in_each(user, conversations):
    for number, conversation in enumerate(conversations):
        conversation.participation_of(user).save_draft(str(number), base=0)
