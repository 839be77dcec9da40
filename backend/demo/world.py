"""A choir of six, and what they say to each other. Made with the verbs that everybody uses."""

from typing import Any

from django.contrib.auth import get_user_model
from django.db import transaction

from talk.models import Conversation, Message, Participation

PEOPLE = {
    "mira": ("Mira", "Okafor"),
    "jonas": ("Jonas", "Lindqvist"),
    "priya": ("Priya", "Raman"),
    "tomas": ("Tomás", "Ferreira"),
    "aiko": ("Aiko", "Tanaka"),
    "lena": ("Lena", "Brandt"),
}
#: Who may also look into the admin.
STAFF = "mira"

REHEARSAL = """
mira: Rehearsal is at seven on Thursday, in the small hall again.
jonas: The small hall is cold. Bring a jumper.
aiko: Noted. Two jumpers.
priya: Can we start with the Rheinberger? I finally know my part.
mira: Gladly. Altos, please look at bar 41 before then.
lena: Bar 41 and I have met. We are not friends.
jonas: Nobody is friends with bar 41.
tomas: The basses are ready since Sunday, just saying.
priya: The basses have four notes, Tomás.
tomas: Four very good notes.
"""

CONCERT = """
lena: The church confirmed the 12th. We have it from noon.
mira: Wonderful! Who can help with the chairs?
tomas: Me, and I can bring the trailer.
aiko: I can do posters. Blue or green?
jonas: Blue.
priya: Green.
aiko: So, yellow.
lena: Yellow it is.
mira: I will write to the paper.
"""

#: Said in turn, round after round, so that there is something to page through.
BANTER = [
    "Who has the key to the music cupboard?",
    "I do. Why, is something missing?",
    "Only the good pencils.",
    "The good pencils went home with the tenors.",
    "We are looking after them.",
    "That is what you said about the metronome.",
    "The metronome is happy with us.",
    "Does anybody still need the recording from last week?",
    "Yes please, from the second verse on.",
    "I put it where the others are.",
    "Thank you! I hear myself breathing in bar 12.",
    "We all hear you breathing in bar 12.",
]


def people() -> list[Any]:
    """The demo's people, in the order in which they are introduced."""
    users = get_user_model().objects.filter(username__in=PEOPLE)
    return sorted(users, key=lambda user: list(PEOPLE).index(user.username))


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

    choir = Conversation.objects.start_group(mira, everybody, "Harbour Choir")
    _talk(choir, REHEARSAL)
    for number in range(5 * len(BANTER)):
        speaker = everybody[number * 5 % len(everybody)]
        choir.participation_of(speaker).send(BANTER[number % len(BANTER)])

    concert = Conversation.objects.start_group(lena, [mira, jonas, priya, tomas, aiko], "Concert")
    _talk(concert, CONCERT)
    concert.participation_of(lena).rename("Concert on the 12th")
    concert.participation_of(jonas).leave()

    Message.send_to_users("Do you have a minute after rehearsal?", mira, [jonas])
    Message.send_to_users("Of course. Is it about the solo?", jonas, [mira])
    lift = Message.send_to_users("Can I get a lift on Thursday?", aiko, [priya]).conversation
    Message.send_to_conversation("Sure, half past six?", priya, lift)
    # Naming a third person leaves the two alone, and starts the group of three.
    Message.send_to_conversation(
        "Lena, there is a seat for you, too.", priya, lift, new_participants=[lena]
    )
    Message.send_to_users("Yellow posters are printed!", aiko, [mira])
    Message.send_to_users("They look great. See you Thursday.", lena, [mira])

    for user in everybody:
        # Everybody is up to date in the choir's thread but for the last few messages.
        participation = choir.participation_of(user)
        participation.read(max(participation.last_read_number, choir.last_number - 6))
    # Last, so that this is where everybody is when they come in.
    choir.participation_of(tomas).leave()
    Message.send_to_conversation("Tomás left by mistake again, didn't he?", jonas, choir)
    choir.participation_of(tomas).reinstate(by=choir.participation_of(mira))
    Message.send_to_conversation("I did. My thumb is too big for this phone.", tomas, choir)
    Participation.objects.of(mira, concert).mark_unread()


def _talk(conversation: Conversation, script: str) -> None:
    speakers = {user.username: conversation.participation_of(user) for user in people() if user}
    for line in script.strip().splitlines():
        username, body = line.split(": ", 1)
        speakers[username].send(body)
