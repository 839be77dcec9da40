"""A choir of six, and what they say to each other. Made with the verbs that everybody uses."""

from typing import Any

from django.contrib.auth import get_user_model
from django.db import transaction
from django.templatetags.static import static

from talk.models import Conversation, Message, Participation

from .play import Play
from .script import CAKE, CONCERT, REHEARSAL, TOUR

PEOPLE = {
    "mira": ("Mira", "Okafor"),
    "jonas": ("Jonas", "Lindqvist"),
    "priya": ("Priya", "Raman"),
    "tomas": ("Tomás", "Ferreira"),
    "aiko": ("Aiko", "Tanaka"),
    "lena": ("Lena", "Brandt"),
}
#: The key of the choir's group.
CHOIR = "harbour choir"
#: Who may also look into the admin.
STAFF = "mira"


def people() -> list[Any]:
    """The demo's people, in the order in which they are introduced."""
    users = get_user_model().objects.filter(username__in=PEOPLE)
    return sorted(users, key=lambda user: list(PEOPLE).index(user.username))


def hang_picture(origin: str) -> None:
    """Give the choir its picture, as the server at `origin` serves it. The port can change."""
    choir = Conversation.objects.filter(key=CHOIR).first()
    if choir is not None:
        choir.describe(avatar=f"{origin}{static('demo/choir.svg')}")


@transaction.atomic
def make() -> None:
    """Make the world, if it has not been made yet."""
    if people():
        return
    mira, jonas, priya, tomas, aiko, lena = (
        get_user_model().objects.create_user(
            username,
            first_name=first,
            last_name=last,
            is_staff=username == STAFF,
            is_superuser=username == STAFF,
        )
        for username, (first, last) in PEOPLE.items()
    )
    everybody = [mira, jonas, priya, tomas, aiko, lena]

    tour = Conversation.objects.start_group(lena, everybody, "Summer tour")
    Play(tour).perform(TOUR)
    cake = Conversation.objects.start_group(jonas, everybody, "Cake")
    for user in everybody:
        # Over, and out of the way.
        tour.participation_of(user).archive()
    for user in (mira, priya):
        place = cake.participation_of(user)
        place.set_notifications(place.NotificationLevel.NOTHING)
    Play(cake).perform(CAKE)

    choir = Conversation.objects.for_key(CHOIR, mira, everybody, "Harbour Choir")
    Play(choir).perform(REHEARSAL)
    choir.participation_of(mira).describe(
        description="Rehearsals on Thursdays at seven, in the old boathouse.\n"
        "If you can't come, say so here."
    )

    concert = Conversation.objects.start_group(lena, [mira, jonas, priya, tomas, aiko], "Concert")
    Play(concert).perform(CONCERT)
    concert.participation_of(lena).rename("Concert on the 12th")
    concert.participation_of(jonas).leave()

    Message.send_to_users("Do you have a minute after rehearsal?", mira, [jonas])
    solo = Message.send_to_users("Of course. Is it about the solo?", jonas, [mira]).conversation
    solo.participation_of(mira).save_draft("It is. Would you sing it if", base=0)
    lift = Message.send_to_users("Can I get a lift on Thursday?", aiko, [priya]).conversation
    Message.send_to_conversation("Sure, half past six?", priya, lift)
    # Naming a third person leaves the two alone, and starts the group of three.
    Message.send_to_conversation(
        "Lena, there is a seat for you, too.", priya, lift, new_participants=[lena]
    )
    Message.send_to_users("Yellow posters are printed!", aiko, [mira])
    Message.send_to_users("They look great. See you Thursday.", lena, [mira])

    for user in everybody:
        # The choir's thread has just a few new messages, so it opens where the newest one is seen.
        choir.participation_of(user).read()
        choir.participation_of(user).pin()
    # Last, so that this is where everybody is when they come in.
    choir.participation_of(tomas).leave()
    Message.send_to_conversation("Tomás left by mistake again, didn't he?", jonas, choir)
    choir.participation_of(tomas).reinstate(by=choir.participation_of(mira))
    thumb = Message.send_to_conversation("I did. My thumb is too big for this phone.", tomas, choir)
    choir.participation_of(priya).react(thumb, "😂")
    Participation.objects.of(mira, concert).mark_unread()
