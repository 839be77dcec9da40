"""How the tests of the API ask, and how they name what they ask for."""

from datetime import timedelta

from django.contrib.auth import get_user_model
from strawberry import relay

from talk.models import Attachment, Conversation, Message


def gid(row):
    """The global id of a row."""
    name = "User" if isinstance(row, get_user_model()) else type(row).__name__
    return relay.to_base64(name, row.pk)


def code(answer):
    """The code of the one error in an answer."""
    (error,) = answer["errors"]
    return error["extensions"]["code"]


def ok(answer):
    """The data of an answer that has nothing wrong with it."""
    assert "errors" not in answer, answer["errors"]
    return answer["data"]


def document(mutation, payload="__typename"):
    name = mutation[0].upper() + mutation[1:]
    return (
        f"mutation ($input: {name}Input!) {{ {mutation}(input: $input) {{ "
        f"... on {name}Payload {{ {payload} }} ... on Refusal {{ code message path }} }} }}"
    )


def act(ask, mutation, payload="__typename", **input):
    """What a mutation answers: the payload, or a `Refusal`."""
    return ok(ask(document(mutation, payload), input=input))[mutation]


def refusal(ask, mutation, **input):
    """The code of a refusal, and the path to what was at fault."""
    answer = act(ask, mutation, **input)
    assert "code" in answer, f"{mutation} was to be refused for this test to mean anything"
    assert answer["message"]
    return answer["code"], answer["path"]


def nodes(connection):
    return [edge["node"] for edge in connection["edges"]]


def walk(read_page, **size):
    """All pages of a list, from one end to the other: forward by `first`, or back by `last`."""
    more, edge, go_on = (
        ("hasNextPage", "endCursor", "after")
        if "first" in size
        else ("hasPreviousPage", "startCursor", "before")
    )
    pages = [read_page(**size)]
    while pages[-1]["pageInfo"][more]:
        pages.append(read_page(**size, **{go_on: pages[-1]["pageInfo"][edge]}))
        assert len(pages) < 1000, "this walk has no end"
    return pages


def private(one, other, *bodies):
    """The private conversation of two people, in which `one` said these things."""
    conversation = Conversation.objects.between(one, other)
    for body in bodies:
        conversation.participation_of(one).send(body)
    return conversation


def group(creator, *others, title="", says=()):
    """A new group, in which its creator said these things."""
    conversation = Conversation.objects.start_group(creator, others, title)
    for body in says:
        conversation.participation_of(creator).send(body)
    return conversation


def say(sender, conversation, body="Hello"):
    return Message.send_to_conversation(body, sender, conversation)


def say_many(sender, conversation, count):
    """Say `count` things in a row, in few statements."""
    place = conversation.participation_of(sender)
    with conversation.changing(sender) as change:
        messages = [change.write_message(place, f"{n} of {count}") for n in range(1, count + 1)]
    for microseconds, message in enumerate(messages):
        message.sent_at += timedelta(microseconds=microseconds)
    Message.objects.bulk_update(messages, ["sent_at"])
    return messages


def upload(user, filename="soup.txt", size=4, state=Attachment.State.READY):
    """An upload of `user` that no message has yet. Its bytes are nowhere."""
    started = Attachment.objects.start(user, filename, size)
    started.attempt(f"key-{started.pk}")
    assert started.received(f"key-{started.pk}", "text/plain", "5" * 64, needs_checking=True)
    if state != Attachment.State.CHECKING:
        assert started.checked(state)
    return started


def leave(user, conversation):
    conversation.participation_of(user).leave()
