"""People of each role around one group, and how they ask."""

import uuid
from datetime import UTC, datetime, timedelta

from django.contrib.auth import get_user_model
from django.contrib.auth.models import Permission
from django.test import Client

from schema.live import typing_indicator
from talk.models import AccessToken, Attachment, Block, LinkPreview, Participation

from .asking import group, leave, upload

#: Whom the others of the table blocked is a member like any other where all can write.
ROLES = (
    *("anonymous", "deactivated", "stranger", "left", "removed", "invited"),
    *("member", "blocked", "admin", "owner", "moderator"),
)


#: The first message of the group, which has a link preview.
EARLY = "https://early.example/"


class World:
    """One group, with rows of each kind, and who is what in it."""

    def __init__(self, settings):
        self.people = people = {
            role: get_user_model().objects.create_user(role, password="x")
            for role in (*ROLES[1:], "another", "newcomer")
        }
        owner = people["owner"]
        members = (*ROLES[3:5], *ROLES[6:9], "deactivated", "another")
        conversation = group(owner, *(people[role] for role in members), title="Ours")
        place = conversation.participation_of(owner)
        early = place.send(EARLY, uuid.uuid4(), attachments=[_picture(owner, "early.webp")])
        LinkPreview.objects.create(message=early, url=EARLY, title="Early")
        conversation.participation_of(people["admin"]).change_role(
            Participation.Role.ADMIN, by=place
        )
        place.describe(
            description="x",
            avatar_file=_picture(owner, "ours.webp"),
            data={"of": "the project"},
        )
        conversation.set_key("order 42")
        place.react(early, "👍")
        place.pin_message(place.send("pinned"))
        for each in (place, conversation.participation_of(people["left"])):
            each.save_draft("soon", early.number, base=0)
            tomorrow = datetime.now(UTC) + timedelta(days=1)
            each.schedule("later", tomorrow, uuid.uuid4(), early.number, [people["member"]])
        leave(people["left"], conversation)
        conversation.participation_of(people["removed"]).remove(by=place)
        settings.TALK = {**settings.TALK, "INVITATIONS_ASK": True}
        place.invite([people["invited"]])
        settings.TALK = {**settings.TALK, "INVITATIONS_ASK": False}
        for other in ("left", "removed", "another", "newcomer"):
            Block.objects.block(people[other], people["blocked"])
        people["moderator"].user_permissions.add(Permission.objects.get(codename="moderate"))
        place.set_notifications(place.NotificationLevel.MENTIONS, datetime(2100, 1, 1, tzinfo=UTC))
        place.pin()
        conversation.participation_of(people["left"]).archive()
        picture = _picture(owner, "late.webp")
        late = conversation.participation_of(owner).send(
            "late", reply_to=early.number, attachments=[picture]
        )
        place.react(early, "❤")
        place.pin_message(early)
        token, _secret = AccessToken.objects.issue(owner, "a token")
        self._bearers = {
            role: AccessToken.objects.issue(people[role], role)[1] for role in ROLES[1:]
        }
        get_user_model().objects.filter(username="deactivated").update(is_active=False)
        typing_indicator._permits.clear()
        self.rows = {
            "Conversation": conversation,
            "Message": early,
            "Message, late": late,
            "Participation": place,
            "Participation, gone": conversation.participation_of(people["left"]),
            "User": owner,
            "User, never met": people["newcomer"],
            "AccessToken": token,
        }

    def credentials(self, role):
        """What somebody of a role shows; None for nobody."""
        return None if role == "anonymous" else f"Bearer {self._bearers[role]}"

    def ask(self, role, query, *, by_session=False, **variables):
        shown = None if by_session else self.credentials(role)
        client = Client(headers={"Authorization": shown} if shown else {})
        if by_session and role != "anonymous":
            client.force_login(self.people[role])
        body = {"query": query, "variables": variables}
        return client.post("/graphql", body, content_type="application/json").json()


def _picture(owner, filename):
    """An upload of which everything is known that can be."""
    picture = upload(owner, filename, state=Attachment.State.CHECKING)
    known = {"width": 3, "height": 2, "placeholder": "data:", "has_thumbnails": True}
    assert picture.checked(Attachment.State.READY, content_type="image/webp", **known)
    return picture
