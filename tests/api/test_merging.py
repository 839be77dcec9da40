"""What `Schema` refuses at the start, rather than to answer wrongly later."""

import pytest
import strawberry
from django.core.exceptions import ImproperlyConfigured
from strawberry.schema.config import StrawberryConfig
from strawberry.schema.name_converter import NameConverter

import schema as talk
from schema.execution import Schema
from schema.naming import PrefixedNames


@strawberry.type
class Fields:
    name: str


@strawberry.type
class More:
    shoe_size: int


class Shouted(NameConverter):
    def from_object(self, object_type):
        return super().from_object(object_type).upper()


class ShoutedAndPrefixed(PrefixedNames, Shouted):
    pass


@pytest.fixture
def prefixed(settings):
    settings.TALK = {**settings.TALK, "TYPE_PREFIX": "Talk"}


def test_a_field_is_added_to_a_type_of_this_schema_alone():
    schema = Schema(query=talk.Query, types=[talk.User], fields={talk.User: More})

    assert "shoeSize: Int!" in schema.as_str()
    assert "shoeSize" not in Schema(query=talk.Query, types=[talk.User]).as_str()


def test_a_field_that_is_there_already_is_not_replaced():
    with pytest.raises(Exception, match="Fields adds name to User, which has such a field already"):
        Schema(query=talk.Query, types=[talk.User], fields={talk.User: Fields})


def test_what_is_no_strawberry_type_adds_no_fields():
    with pytest.raises(ImproperlyConfigured, match="has to be a Strawberry type"):
        Schema(query=talk.Query, fields={talk.User: dict})


@pytest.mark.usefixtures("prefixed")
def test_types_have_the_prefix_and_roots_do_not():
    printed = Schema(query=talk.Query, mutation=talk.Mutation).as_str()

    for line in (
        "type Query {",
        "type Mutation {",
        "type PageInfo {",
        "interface Node {",
        "enum TalkRefusalCode {",
        "input TalkSendMessageInput {",
        "union TalkSendMessageResult = TalkSendMessagePayload | TalkRefusal",
        "type TalkUserEdge {",
    ):
        assert line in printed, line


@pytest.mark.usefixtures("prefixed")
def test_a_projects_own_names_are_kept_if_they_know_of_the_prefix():
    with pytest.raises(ImproperlyConfigured, match="Shouted has to be a subclass"):
        Schema(query=talk.Query, config=StrawberryConfig(name_converter=Shouted()))
    config = StrawberryConfig(name_converter=ShoutedAndPrefixed())

    assert "type TalkUSER implements " in Schema(query=talk.Query, config=config).as_str()
