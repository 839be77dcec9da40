import pytest

from talk.models import Conversation

from . import together


@pytest.fixture(autouse=True)
def connections_for_all(request):
    # Where the database is another, these tests are skipped, and have none.
    if request.node.get_closest_marker("skip"):
        yield
    else:
        request.getfixturevalue("transactional_db")
        with together.a_connection_each():
            yield


@pytest.fixture
def group(alice, bob, carol):
    """Alice's, with Bob and Carol in it."""
    return Conversation.objects.start_group(alice, [bob, carol])


@pytest.fixture
def participation_of(group):
    """`participation_of(bob)` is Bob's place in the group, found anew, as each request finds it."""
    return lambda user: Conversation.objects.get(pk=group.pk).participation_of(user)


@pytest.fixture
def this_group(group):
    """What to lock so that everybody waits who changes the group."""
    return Conversation.objects.filter(pk=group.pk)
